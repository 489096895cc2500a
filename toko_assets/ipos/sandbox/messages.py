"""What the two processes send each other: JSON, which is checked when it arrives. It never makes anybody run code."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from toko_assets.ipos.archive.contents import Archive, Block, Entry, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.copy_rows import OversizedBackupError
from toko_assets.ipos.archive.reader import LONGEST_NAME, MOST_ENTRIES, READABLE
from toko_assets.ipos.archive.schema import WrongSchemaError
from toko_assets.ipos.needed_tables import RESTORED
from toko_core import TokoError

LARGEST_REQUEST = 1 << 17
"""Bytes. A request describes at most one table, whose COPY statement has some KB."""
LARGEST_REPLY = 32 << 20
"""Bytes. A shop's table of contents has 0.2 MB here."""

KINDS = ("ENCODING", "DOMAIN", "TABLE", "TABLE DATA")
"""Kinds of the entries that say something about tables."""
READ = frozenset({*(table.name for table in RESTORED), "tbl_ikhd", "tbl_ikdt"})
"""Tables that are restored, or read for the sales. Nobody needs the SQL of the others."""
ERRORS: dict[str, type[TokoError]] = {
    error.__name__: error for error in (IncompleteBackupError, NotABackupError, OversizedBackupError, WrongSchemaError)
}
"""The errors about a backup that the process may report."""
LONGEST_ERROR = 4000

VERSION, ENCODING = re.compile(r"\d{1,3}\.\d{1,3}"), re.compile(r"[A-Za-z0-9_-]{1,60}")


class MalformedError(Exception):
    """A reply is not one that our own code makes: the process died while it wrote, or somebody took it over."""


def encode_archive(archive: Archive, entries: Iterable[Entry] | None = None) -> dict[str, Any]:
    """Return what JSON can hold of an archive: of all its tables, or only these entries."""
    kept = [_shortened(entry) for entry in archive.entries if entry.kind in KINDS] if entries is None else [*entries]
    return {
        "version": archive.version,
        "integer_size": archive.integer_size,
        "compression": archive.compression,
        "dumped_at": archive.dumped_at.isoformat(),
        "database": archive.database,
        "server_version": archive.server_version,
        "encoding": archive.encoding,
        "data_start": archive.data_start,
        "entries": [
            [e.id, e.kind, e.schema, e.name, e.definition, e.copy_statement, e.owner, e.has_data, e.offset]
            for e in kept
        ],
        "blocks": {e.id: [block.start, block.size] for e in kept if (block := archive.blocks.get(e.id))},
    }


def decode_archive(found: Any, path: Path, name: str) -> Archive:
    """Return the archive. `path` and `name` are the reader's own. Raises MalformedError if anything is not as ours."""
    try:
        entries = tuple(_entry(*fields) for fields in found["entries"])
        archive = Archive(
            version=_matching(VERSION, found["version"]),
            integer_size=_whole(found["integer_size"], 8),
            compression=_known(found["compression"], READABLE),
            dumped_at=datetime.fromisoformat(found["dumped_at"]),
            database=_printable(found["database"]),
            server_version=_printable(found["server_version"]),
            path=path,
            name=name,
            encoding=_matching(ENCODING, found["encoding"]),
            entries=entries,
            data_start=_whole(found["data_start"]),
            blocks={int(entry): Block(*map(_whole, block)) for entry, block in found["blocks"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedError from error
    if archive.dumped_at.tzinfo or len(entries) > MOST_ENTRIES or archive.integer_size not in (4, 8):
        raise MalformedError
    return archive


def encode_error(error: BaseException) -> dict[str, Any]:
    """Return what JSON can hold of an error about a backup, or of a system call. Raises any other error."""
    if isinstance(error, OSError) and error.errno is not None:
        return {"errno": error.errno, "message": error.strerror or ""}
    if type(error).__name__ in ERRORS:
        return {"kind": type(error).__name__, "message": str(error)}
    raise error


def decode_error(found: Any) -> Exception:
    """Return the error. Raises MalformedError."""
    try:
        message = str(found["message"])[:LONGEST_ERROR]
        if "errno" in found:
            return OSError(_whole(found["errno"], 4095), _printable(message, LONGEST_ERROR))
        return ERRORS[found["kind"]](_printable(message, LONGEST_ERROR))
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedError from error


def dump(message: Any) -> bytes:
    """Return a message as bytes. Undecodable bytes of a dump, which are surrogates, are escaped."""
    return json.dumps(message, separators=(",", ":")).encode("ascii")


def parse(message: bytes) -> Any:
    """Return a message from its bytes. Raises MalformedError."""
    try:
        return json.loads(message)
    except (ValueError, RecursionError) as error:
        raise MalformedError from error


def _shortened(entry: Entry) -> Entry:
    """Drop the SQL of tables that nobody reads."""
    if entry.kind in ("ENCODING", "DOMAIN") or entry.name in READ:
        return entry
    return Entry(entry.id, entry.kind, entry.schema, entry.name, "", "", "", entry.has_data, entry.offset)


def _entry(id_: Any, *fields: Any) -> Entry:
    *texts, has_data, offset = fields
    kind, schema, name, definition, copy_statement, owner = map(_text, texts)
    if len(schema) > LONGEST_NAME or len(name) > LONGEST_NAME or not isinstance(has_data, bool):
        raise ValueError
    known = None if offset is None else _whole(offset)
    return Entry(_whole(id_), kind, schema, name, definition, copy_statement, owner, has_data, known)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any, most: int = 1 << 64) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError
    return value


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not pattern.fullmatch(_text(value)):
        raise ValueError
    return str(value)


def _known(value: Any, known: Iterable[str]) -> str:
    if value not in known:
        raise ValueError
    return str(value)


def _printable(value: Any, longest: int = LONGEST_NAME) -> str:
    if not _text(value).isprintable() or len(value) > longest:
        raise ValueError
    return str(value)
