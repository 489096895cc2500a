"""Reads backups: what the chain may know of an archive, its excerpt, and the rows of its tables.

A process without rights reads the files, which this one only opens. `pg_restore` unpacks an excerpt's rows for it.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

from toko_assets.ipos.archive.contents import Archive, Entry
from toko_assets.ipos.archive.excerpt import PHOTOS, ROWS, Excerpt, is_excerpt_of, name_excerpt
from toko_assets.ipos.archive.reader import printable
from toko_assets.ipos.needed_tables import OPTIONAL
from toko_assets.ipos.sandbox.messages import MalformedError, decode_archive, encode_archive
from toko_assets.ipos.sandbox.process import DiedError, Sandbox, pipe, receive
from toko_assets.postgres.server import PostgresError
from toko_assets.postgres.unpacking import unpacked_script
from toko_core import TokoError
from toko_core.files import open_file, whole_folder

SMALL = 64 << 10
"""Stored bytes of a small table, which are at most 64 MB of rows."""
SMALL_TABLES = frozenset(table.name for table in OPTIONAL)

_sandbox = Sandbox()


def start_sandbox() -> None:
    """Start the process, which takes 0.1 s, ahead of its first backup. This raises no error; what needs it does."""
    with suppress(TokoError, OSError):
        _sandbox.start()


def read_backup(path: Path, name: str | None = None) -> Archive:
    """Read the header and table of contents of an archive, and walk every data block to the end of the file.

    Of other tables than those that toko reads, the result has only the names. `name` replaces the file's own name in
    messages. Raises NotABackupError or IncompleteBackupError, OSError, and TransientError if the process dies.
    """
    return _read("read_archive", path, name)


def verify_backup(path: Path, name: str | None = None) -> Archive:
    """Do the same, and read the rows of every needed and optional table to their end.

    Raises OversizedBackupError as well.
    """
    return _read("verify", path, name)


def extract(path: Path, name: str, folder: Path) -> Archive:
    """Do the same, and write the excerpt of the backup into an empty folder. Raises WrongSchemaError as well."""
    with (folder / ROWS).open("wb") as rows, (folder / PHOTOS).open("wb") as photos:
        return _read("write_excerpt", path, name, rows.fileno(), photos.fileno())


def open_excerpt(folder: Path, backup: Path, backup_id: str, name: str) -> Excerpt:
    """Open the excerpt of a kept backup. First make it if the folder holds none, or another backup's or version's.

    `name` is the backup's name in messages. Raises as `extract`.
    """
    if not is_excerpt_of(folder, backup_id):
        with whole_folder(folder) as new:
            extract(backup, name, new)
            name_excerpt(new, backup_id)
    return Excerpt(read_backup(folder / ROWS, name), folder / PHOTOS)


def table_rows(file: BinaryIO, archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of a TABLE DATA entry of an open file: whole rows, without the end mark.

    The archive's file may be removed meanwhile. Raises IncompleteBackupError, OversizedBackupError, and TransientError.
    """
    held = b""
    for piece in _rows("send_rows", file.fileno(), archive, entry):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield b"".join((held, memoryview(piece)[:cut]))
            held = piece[cut:]
        else:
            held += piece
    yield held


def unpacked_rows(archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of a TABLE DATA entry of an excerpt, as `pg_restore` decompresses them, without the end mark.

    Raises as `table_rows`, and PostgresError. A small optional table is decompressed without `pg_restore`, because
    starting that takes longer.
    """
    if entry.name in SMALL_TABLES and archive.blocks[entry.id].size <= SMALL:
        with open_file(archive.path) as file:
            yield from _rows("send_rows", file.fileno(), archive, entry)
        return
    try:
        with unpacked_script(archive.path, entry.id) as script:
            yield from _rows("send_script_rows", script.fileno(), archive, entry)
    except PostgresError:
        verify_backup(archive.path, archive.name)  # raises the exact error
        raise


def _read(work: str, path: Path, name: str | None, *written: int) -> Archive:
    shown = printable(name or path.name)
    with open_file(path) as file:
        found = _sandbox.ask(work, shown, [file.fileno(), *written])
    try:
        return decode_archive(found, path, shown)
    except MalformedError as error:
        raise DiedError("what it reports is no archive.") from error


def _rows(work: str, file: int, archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows that the process sends, in pieces, and check at their end that it has sent all of them."""
    with pipe() as (rows, sending):
        reply = _sandbox.begin(work, archive.name, [file, sending.fileno()], encode_archive(archive, [entry]))
        with closing(reply):
            sending.close()  # so that the pipe ends when the process closes it
            try:
                yield from receive(rows)
            except BaseException:  # nobody wants the other rows
                rows.close()
                with suppress(TokoError, OSError):  # the file has one position, which the next request will move
                    reply.result()
                raise
            reply.result()
