"""Reads the members of an untrusted tar, gzipped or not: regular files only, and never more bytes than there should be.

Python's tarfile reads only single headers here. As a whole it follows links, and takes headers of any size.
"""

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from toko_core import PermanentError
from toko_core.files import PIECE, copy_private

BLOCK = tarfile.BLOCKSIZE
LONGEST_END = 1 << 20
"""Bytes of zeros that may follow the last file."""

Progress = Callable[[int], object]
"""Is called with the number of bytes that were read or written."""


class ArchiveError(PermanentError):
    """The file is not a backup that this program can restore. The message says why."""


class Readable(Protocol):
    """Whatever bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


def next_header(stream: Readable, *, folders: bool = False) -> tuple[str, int, int] | None:
    """Read the next header of a tar. Return the file's name, size and time in seconds, or None at the end.

    Raises ArchiveError for anything but a regular file; `folders` skips folders.
    """
    while True:
        block = read_exactly(stream, BLOCK)
        if not any(block):
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeError):
            raise ArchiveError("a part of it is damaged") from None
        if header.type == tarfile.DIRTYPE and header.size == 0 and folders:
            continue
        if header.type != tarfile.REGTYPE or header.size < 0:
            raise ArchiveError("it holds something that is not a file")
        return header.name.removeprefix("./"), header.size, int(header.mtime)


def copy_member(stream: Readable, size: int, target: Path, modified_ns: int, progress: Progress) -> str:
    """Copy one file of an archive to a new file, and return its SHA-256. Raises ArchiveError if it is cut off."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source = Hashing(stream, progress)
    if copy_private(source, target, size) != size:  # type: ignore[arg-type]
        raise ArchiveError("it is cut off")
    skip_padding(stream, size)
    os.utime(target, ns=(modified_ns, modified_ns))
    return source.hexdigest()


def read_exactly(stream: Readable, size: int) -> bytes:
    """Read so many bytes. Raises ArchiveError if there are fewer."""
    content = bytearray()
    while len(content) < size and (piece := stream.read(min(size - len(content), PIECE))):
        content += piece
    if len(content) < size:
        raise ArchiveError("it is cut off")
    return bytes(content)


def skip_padding(stream: Readable, size: int) -> None:
    """Skip what fills the last block of a file."""
    read_exactly(stream, -size % BLOCK)


def read_end(stream: Readable) -> None:
    """Read what follows the last file, so that the checksum of the whole archive is checked."""
    left = LONGEST_END
    while left > 0 and (piece := stream.read(min(left, PIECE))):
        if any(piece):
            raise ArchiveError("something follows its last file")
        left -= len(piece)
    if left <= 0:
        raise ArchiveError("something follows its last file")


def unzipped(source: Readable) -> Readable:
    """Return the decompressed stream of a gzipped source. Its errors are ArchiveErrors."""
    return _Unzipped(source)


class _Unzipped:
    def __init__(self, source: Readable) -> None:
        self._stream = gzip.GzipFile("", "rb", fileobj=source)  # type: ignore[call-overload]

    def read(self, size: int, /) -> bytes:
        with damage():
            content: bytes = self._stream.read(size)
            return content


@contextmanager
def damage() -> Iterator[None]:
    """Turn errors of the decompression into ArchiveErrors."""
    try:
        yield
    except EOFError:
        raise ArchiveError("it is cut off") from None
    except (zlib.error, gzip.BadGzipFile):
        raise ArchiveError("it is damaged: its checksum is wrong") from None


class Hashing:
    """Reads from a source, and computes the SHA-256 of what was read."""

    def __init__(self, source: Readable, progress: Progress) -> None:
        self._source, self._progress, self._digest = source, progress, hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes."""
        piece = self._source.read(size)
        self._digest.update(piece)
        self._progress(len(piece))
        return piece

    def hexdigest(self) -> str:
        """The digest of what was read so far."""
        return self._digest.hexdigest()


class Rejoined:
    """A stream whose first bytes were read already. The source need not be able to go back."""

    def __init__(self, first: bytes, rest: Readable) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes."""
        if not self._first:
            return self._rest.read(size)
        piece, self._first = self._first[:size], self._first[size:]
        return piece
