"""The seal of a backup: the SHA-256 of the whole file, at its end, so that a single changed byte is found.

The checksums of gzip and of the files do not find all of them: a changed byte of compressed data may lead to the same
content. The seal is an empty member of the gzip format with the digest as its comment, so that `tar` reads the file.
"""

import hashlib
from typing import BinaryIO

from toko_assets.cli.upkeep.tar import ArchiveError, Readable

BEGIN = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
"""A gzip header with a comment."""
END = b"\x00" + b"\x03\x00" + bytes(8)
"""The end of the comment; no data, compressed; its checksum and size."""
LENGTH = len(BEGIN) + 2 * hashlib.sha256().digest_size + len(END)


def make_seal(digest: str) -> bytes:
    """Return the seal of a file with this digest."""
    return BEGIN + digest.encode() + END


class SealingWriter:
    """Writes to a file, and then its seal."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self._digest = target, hashlib.sha256()

    def write(self, content: bytes, /) -> int:
        """Write all of it."""
        self._digest.update(content)
        self._target.write(content)
        return len(content)

    def flush(self) -> None:
        """Pass on what was written."""
        self._target.flush()

    def seal(self) -> None:
        """Write the seal, after everything else."""
        self._target.write(make_seal(self._digest.hexdigest()))


class SealedReader:
    """Reads a sealed file."""

    def __init__(self, source: Readable) -> None:
        self._source, self._digest, self._last = source, hashlib.sha256(), b""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes."""
        piece = self._source.read(size)
        known = self._last + piece
        self._digest.update(known[:-LENGTH])
        self._last = known[-LENGTH:]
        return piece

    def check(self) -> None:
        """Raise ArchiveError unless what was read, which must be everything, has the right seal."""
        if self._last != make_seal(self._digest.hexdigest()):
            raise ArchiveError("it is damaged or cut off: its checksum is wrong")
