"""The file that `toko backup` writes: a gzipped tar of plain files, whose first member is the manifest.

A file may come from anywhere, so a reader trusts nothing in it: it takes only regular files with plain names that the
manifest lists, and never more bytes than that says. Python's tarfile is not used to read, because it follows links and
takes headers of any size.
"""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pydantic import TypeAdapter, ValidationError

from toko_core.errors import PermanentError
from toko_core.files import PIECE, copy_private

FORMAT = 1
MANIFEST = "manifest.json"
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""The first bytes of every file that `write_archive` makes. A checksum at its end covers the rest."""
LEVEL = 1
"""How hard to compress: 6 saves a tenth of the size and takes three times as long."""
BLOCK = tarfile.BLOCKSIZE
LARGEST_MANIFEST = 32 << 20
MOST_FILES = 100_000
LONGEST_END = 1 << 20
"""Bytes of zeros that may follow the last file."""
PLAIN_NAME = re.compile(r"(?!\.{1,2}(/|$))[\w.+-]{1,150}", re.ASCII)
DEEPEST = 5
LATEST = 1 << 62
"""Nanoseconds: the year 2116."""

Progress = Callable[[int], object]
"""Is called with the number of bytes that were read or written."""


class ArchiveError(PermanentError):
    """The file is not a backup that this program can restore. The message says why."""


class Readable(Protocol):
    """Whatever bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a backup."""

    name: str
    size: int
    sha256: str
    modified_ns: int
    """When it was written, in nanoseconds since 1970: the newest publications are kept by it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    toko_backup: int
    """The version of this format."""
    toko_version: str
    dagster_version: str
    created_at: str
    """UTC, in ISO 8601."""
    dagster: str
    """How Dagster's history is stored: sqlite, postgres or none."""
    files: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


_MANIFEST = TypeAdapter(Manifest)


def write_archive(target: BinaryIO, manifest: Manifest, files: Mapping[str, BinaryIO], progress: Progress) -> None:
    """Write the manifest and its files, which are open at their beginning. Raises ArchiveError if a file changed."""
    with (
        gzip.GzipFile("", "wb", LEVEL, target, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        text = _MANIFEST.dump_json(manifest, indent=1)
        archive.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))
        for entry in manifest.files:
            source = Hashing(files[entry.name], progress)
            archive.addfile(_header(entry.name, entry.size), source)  # type: ignore[arg-type]
            if source.hexdigest() != entry.sha256:
                raise ArchiveError(f"{entry.name} changed while it was copied: run the command again.")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def read_manifest(source: Readable) -> tuple[Manifest, Readable]:
    """Read the beginning of a backup. Return its manifest, and the stream of its files for `read_files`.

    Raises ArchiveError if the source is no backup, or if a newer version made it.
    """
    stream = unzipped(source)
    name, size, _ = next_header(stream) or ("", 0, 0)
    if name != MANIFEST or size > LARGEST_MANIFEST:
        raise ArchiveError("it is not a file that `toko backup` wrote")
    text = read_exactly(stream, size)
    skip_padding(stream, size)
    try:
        manifest = _MANIFEST.validate_json(text)
    except ValidationError:
        if (version := _format_of(text)) > FORMAT:
            raise ArchiveError(
                f"a newer toko made it (format {version}, this one reads {FORMAT}): upgrade toko"
            ) from None
        raise ArchiveError("its list of files is damaged") from None
    if manifest.toko_backup > FORMAT:
        raise ArchiveError(
            f"a newer toko made it (format {manifest.toko_backup}, this one reads {FORMAT}): upgrade toko"
        )
    names = [entry.name for entry in manifest.files]
    is_odd = len(names) > MOST_FILES or len(set(names)) < len(names)
    if is_odd or any(entry.size < 0 or not 0 <= entry.modified_ns < LATEST for entry in manifest.files):
        raise ArchiveError("its list of files is damaged")
    return manifest, stream


def read_files(stream: Readable, entries: Sequence[Entry], place: Callable[[str], Path], progress: Progress) -> None:
    """Copy the files of a backup to where `place` says, and check each one's size and digest, and the file's end.

    Raises ArchiveError if anything differs from the entries.
    """
    for entry in entries:
        name, size, _ = next_header(stream) or ("", 0, 0)
        if (name, size) != (entry.name, entry.size):
            raise ArchiveError(f"its files are not those of its list, from {entry.name} on")
        if copy_member(stream, size, place(name), entry.modified_ns, progress) != entry.sha256:
            raise ArchiveError(f"{name} in it is damaged: its checksum is wrong")
    if next_header(stream) is not None:
        raise ArchiveError("it holds files that its list does not name")
    read_end(stream)


def copy_member(stream: Readable, size: int, target: Path, modified_ns: int, progress: Progress) -> str:
    """Copy one file of an archive to a new file, and return its SHA-256. Raises ArchiveError if it is cut off."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source = Hashing(stream, progress)
    if copy_private(source, target, size) != size:  # type: ignore[arg-type]
        raise ArchiveError("it is cut off")
    skip_padding(stream, size)
    os.utime(target, ns=(modified_ns, modified_ns))
    return source.hexdigest()


def is_plain(name: str) -> bool:
    """Whether a name is a relative path of a few plain parts."""
    parts = name.split("/")
    return len(parts) <= DEEPEST and all(PLAIN_NAME.fullmatch(part) for part in parts)


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


def _format_of(text: bytes) -> int:
    found = re.search(rb'"toko_backup": ?(\d{1,9})', text)
    return int(found[1]) if found else 0
