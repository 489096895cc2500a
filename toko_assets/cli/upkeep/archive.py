"""The file that `toko backup` writes: a gzipped tar of plain files, whose first member is the manifest, and a seal.

A file may come from anywhere, so a reader trusts nothing in it: it takes only regular files with plain names that the
manifest lists, and never more bytes than that says.
"""

import gzip
import io
import re
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from toko_assets.cli.upkeep.seal import SealedReader, SealingWriter
from toko_assets.cli.upkeep.tar import (
    ArchiveError,
    Hashing,
    Progress,
    Readable,
    copy_member,
    next_header,
    read_end,
    read_exactly,
    skip_padding,
    unzipped,
)

FORMAT = 2
"""Format 1 held no state database."""
MANIFEST = "manifest.json"
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""The first bytes of every file that `write_archive` makes."""
LEVEL = 1
"""How hard to compress: 6 saves a tenth of the size and takes three times as long."""
LARGEST_MANIFEST = 32 << 20
MOST_FILES = 100_000
PLAIN_NAME = re.compile(r"(?!\.{1,2}(/|$))[\w.+-]{1,150}", re.ASCII)
DEEPEST = 5
LATEST = 1 << 62
"""Nanoseconds: the year 2116."""


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
    sealing = SealingWriter(target)
    with (
        gzip.GzipFile("", "wb", LEVEL, sealing, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        text = _MANIFEST.dump_json(manifest, indent=1)
        archive.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))
        for entry in manifest.files:
            source = Hashing(files[entry.name], progress)
            archive.addfile(_header(entry.name, entry.size), source)  # type: ignore[arg-type]
            if source.hexdigest() != entry.sha256:
                raise ArchiveError(f"{entry.name} changed while it was copied: run the command again.")
    sealing.seal()


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def read_manifest(source: SealedReader) -> tuple[Manifest, Readable]:
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
    """Copy the files of a backup to where `place` says. Check each one's size and digest, and that nothing follows.

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


def is_plain(name: str) -> bool:
    """Whether a name is a relative path of a few plain parts."""
    parts = name.split("/")
    return len(parts) <= DEEPEST and all(PLAIN_NAME.fullmatch(part) for part in parts)


def _format_of(text: bytes) -> int:
    found = re.search(rb'"toko_backup": ?(\d{1,9})', text)
    return int(found[1]) if found else 0
