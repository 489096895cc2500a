"""Reads backups of earlier versions: a folder with `dagster.dump` and `data.tar.gz`, which `make backup` wrote.

Both come as one tar, so that they can be piped into a container: `tar -C FOLDER -c dagster.dump data.tar.gz`. They have
no checksums of their own. The gzip format has one, and each catalogue has a file with its digest.
"""

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from toko_assets.cli.upkeep.contents import OF_DATA
from toko_assets.cli.upkeep.storage import DUMP
from toko_assets.cli.upkeep.tar import (
    ArchiveError,
    Readable,
    copy_member,
    next_header,
    read_end,
    read_exactly,
    skip_padding,
    unzipped,
)

EARLIER_DUMP, DATA = "dagster.dump", "data.tar.gz"
EARLIER_FILES = (EARLIER_DUMP, DATA)
EARLIER_FOLDERS = ("records", "history")
MOST_FILES = 10_000


def read_earlier(stream: Readable, place: Callable[[str], Path], check_free: Callable[[int], None]) -> None:
    """Copy the files of both parts to where `place` says. Raises ArchiveError if one is missing or damaged."""
    for part in EARLIER_FILES:
        name, size, modified = next_header(stream) or ("", 0, 0)
        if name != part:
            raise ArchiveError(f"it does not hold {part}")
        if part == EARLIER_DUMP:
            check_free(size)
            copy_member(stream, size, place(DUMP), modified * 10**9, lambda _: None)
        else:
            limited = _Limited(stream, size)
            _read_data(unzipped(limited), place, check_free)
            read_exactly(limited, limited.left)
            skip_padding(stream, size)


@contextmanager
def open_earlier(folder: Path) -> Iterator[Readable]:
    """Open such a folder as the tar that `read_earlier` reads. Raises ArchiveError if it is none."""
    if any(not (folder / name).is_file() for name in EARLIER_FILES):
        raise ArchiveError(f"a folder must hold {' and '.join(EARLIER_FILES)}")
    with (folder / EARLIER_DUMP).open("rb") as dump, (folder / DATA).open("rb") as data:
        yield _Chained([part for name, file in ((EARLIER_DUMP, dump), (DATA, data)) for part in _as_tar(name, file)])


def _as_tar(name: str, file: io.BufferedReader) -> list[Readable]:
    header = tarfile.TarInfo(name)
    header.size = file.seek(0, 2)
    file.seek(0)
    padding = bytes(-header.size % tarfile.BLOCKSIZE)
    return [io.BytesIO(header.tobuf(tarfile.USTAR_FORMAT)), file, io.BytesIO(padding)]


def _read_data(stream: Readable, place: Callable[[str], Path], check_free: Callable[[int], None]) -> None:
    seen: set[str] = set()
    while (found := next_header(stream, folders=True)) is not None:
        name, size, modified = found
        if name in seen or len(seen) > MOST_FILES:
            raise ArchiveError("it holds a file twice, or too many")
        seen.add(name)
        check_free(size)
        copy_member(stream, size, place(f"{OF_DATA}/{name}"), modified * 10**9, lambda _: None)
    read_end(stream)


class _Limited:
    """The next bytes of a stream."""

    def __init__(self, stream: Readable, left: int) -> None:
        self._stream, self.left = stream, left

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece


class _Chained:
    """Several streams, one after the other."""

    def __init__(self, streams: list[Readable]) -> None:
        self._streams = streams

    def read(self, size: int = -1, /) -> bytes:
        while self._streams and size:
            if piece := self._streams[0].read(size):
                return piece
            self._streams.pop(0)
        return b""
