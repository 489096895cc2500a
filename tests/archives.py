"""PostgreSQL's custom-format archives, taken apart and written again: of any version, with any content.

    archive = parse(file.read_bytes())           # what pg_dump wrote
    file.write_bytes(write(as_of(archive, "1.12")))

Made from `pg_backup_archiver.c` (ReadHead, ReadToc, WriteToc) and `pg_backup_custom.c`, not from the code under test.
"""

import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Rows = bytes
LargeObjects = tuple[tuple[int, bytes], ...]
"""(oid, content) of each."""

POSITION_UNKNOWN, POSITION_SET, NO_DATA = 1, 2, 3
DATA, LARGE_OBJECTS = 1, 3
GZIP = 1
END_OF_ROWS = b"\\.\n\n\n"
COMPRESSIONS = ("none", "gzip", "lz4", "zstd")
SEARCH_PATH_ENTRY = (1, 13)
"""From this version on statements name their schema, and an entry SEARCHPATH empties the search path."""


@dataclass(frozen=True)
class TocEntry:
    """As in the file: None is NULL."""

    id: int
    kind: str
    name: str
    definition: str | None = None
    copy: str | None = None
    schema: str | None = None
    owner: str | None = "sysi5adm"
    had_dumper: int = 0
    table_oid: str | None = "0"
    oid: str | None = "0"
    section: int = 2
    drop: str | None = None
    tablespace: str | None = None
    access_method: str | None = None
    relation_kind: int = 0
    with_oids: str | None = "false"
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArchiveFile:
    """What an archive says, and how it is written."""

    entries: tuple[TocEntry, ...]
    data: Mapping[int, Rows | LargeObjects] = field(default_factory=dict)
    """By the entry's id; rows unpacked, with their end mark."""
    version: tuple[int, int] = (1, 16)
    integer_size: int = 4
    offset_size: int = 8
    compression: str = "gzip"
    time: tuple[int, ...] = (0, 30, 20, 5, 0, 126, 0)
    """Second, minute, hour, day, month from 0, year from 1900, daylight saving."""
    database: str = "i5_TOKO"
    server: str = "18.4"
    pg_dump: str = "18.4"
    offsets: bool = True
    """False as when it was written to a pipe."""
    chunk: int = 4096
    stored: Mapping[int, bytes] = field(default_factory=dict)
    """Chunk contents to be written as they are, whatever `data` says."""
    misplaced: Mapping[int, int] = field(default_factory=dict)
    """Offsets to be written though the data lie elsewhere."""

    def entry(self, name: str, kind: str = "TABLE DATA", schema: str = "public") -> TocEntry:
        return next(e for e in self.entries if (e.kind, e.name, e.schema) == (kind, name, schema))

    def changed(self, entry: TocEntry, **changes: Any) -> "ArchiveFile":
        """With one entry changed."""
        new = replace(entry, **changes)
        return replace(self, entries=tuple(new if e is entry else e for e in self.entries))


def parse(content: bytes, *, damaged: bool = False, only: Collection[int] | None = None) -> ArchiveFile:
    """Take a whole archive apart. If it may be `damaged`, rows that cannot be unpacked are empty.

    `only` are the ids of the entries whose rows are unpacked; those of the others are empty.
    """
    return _Parser(content, damaged=damaged, only=only).archive()


def integer_places(content: bytes) -> list[int]:
    """The offset of each integer of a whole archive: counts, ids, lengths of texts and chunks, each after its sign."""
    parser = _Parser(content)
    parser.archive()
    return parser.places


def write(archive: ArchiveFile) -> bytes:
    """The file. Like pg_dump, which goes back to fill in where each block lies."""
    blocks = {entry_id: _block(archive, entry_id) for entry_id in archive.data}
    head = _head(archive)
    at = len(head) + sum(len(_entry(archive, entry, 0)) for entry in archive.entries)
    places = {}
    for entry_id, block in blocks.items():
        places[entry_id] = at
        at += len(block)
    places |= archive.misplaced
    contents = b"".join(_entry(archive, entry, places.get(entry.id)) for entry in archive.entries)
    return head + contents + b"".join(blocks.values())


def as_of(archive: ArchiveFile, version: str, server: str = "9.5.3") -> ArchiveFile:
    """The same content as an older pg_dump would have dumped it."""
    major, minor = map(int, version.split("."))
    archive = replace(archive, version=(major, minor), server=server, pg_dump=server)
    if archive.version < (1, 16):
        archive = replace(archive, entries=tuple(_with_a_large_object_each(archive)))
    if archive.version < SEARCH_PATH_ENTRY:
        entries = (_without_schema(e) for e in archive.entries if e.kind != "SEARCHPATH")
        archive = replace(archive, entries=tuple(entries))
    return archive


def bomb(line: bytes, size: int) -> bytes:
    """A true zlib stream of so many bytes of one line after the other: one compressed part, many times over.

    Its checksum is left out, which nobody reaches.
    """
    part = line * ((16 << 20) // len(line))
    engine = zlib.compressobj(9)
    first = engine.compress(part) + engine.flush(zlib.Z_FULL_FLUSH)
    again = engine.compress(part) + engine.flush(zlib.Z_FULL_FLUSH)
    return first + again * (size // len(part) - 1) + engine.flush()


def _with_a_large_object_each(archive: ArchiveFile) -> Iterator[TocEntry]:
    """Before 1.16 every large object had an entry of its own; before 1.12 none had one."""
    new_id = max(entry.id for entry in archive.entries)
    for entry in archive.entries:
        if entry.kind != "BLOB METADATA":
            yield replace(entry, depends_on=()) if entry.kind == "BLOBS" else entry
        elif archive.version >= (1, 12):
            for oid in (entry.definition or "").split():
                new_id += 1
                create = f"SELECT pg_catalog.lo_create('{oid}');\n"
                yield replace(entry, id=new_id, kind="BLOB", name=oid, definition=create, oid=oid, drop=None)


def _without_schema(entry: TocEntry) -> TocEntry:
    def bare(sql: str | None) -> str | None:
        return sql and re.sub(r'\bpublic\.|"public"\.', "", sql)

    return replace(entry, definition=bare(entry.definition), drop=bare(entry.drop), copy=bare(entry.copy))


class _Parser:
    def __init__(self, content: bytes, *, damaged: bool = False, only: Collection[int] | None = None) -> None:
        self.content = content
        self.only = only
        self.damaged = damaged
        self.at = 0
        self.size = 4
        self.places: list[int] = []

    def take(self, count: int) -> bytes:
        self.at += count
        taken = self.content[self.at - count : self.at]
        assert len(taken) == count, "cut"
        return taken

    def integer(self) -> int:
        self.places.append(self.at)
        sign, *value = self.take(1 + self.size)
        return (-1 if sign else 1) * int.from_bytes(value, "little")

    def text(self) -> str | None:
        length = self.integer()
        return None if length < 0 else self.take(length).decode("utf-8", "surrogateescape")

    def archive(self) -> ArchiveFile:
        assert self.take(5) == b"PGDMP"
        major, minor, _revision, self.size, offset_size, form = self.take(6)
        version = (major, minor)
        assert form == 1
        number = self.take(1)[0] if version >= (1, 15) else int(self.integer() != 0)
        time = tuple(self.integer() for _ in range(7))
        database, server, pg_dump = (self.text() or "" for _ in range(3))
        states = [self.entry(version, offset_size) for _ in range(self.integer())]
        data: dict[int, Rows | LargeObjects] = {}
        while self.at < len(self.content):
            kind = self.take(1)[0]
            entry_id = self.integer()
            is_wanted = self.only is None or entry_id in self.only
            data[entry_id] = self.chain(number, is_wanted) if kind == DATA else tuple(self.large_objects(number))
        assert data.keys() == {entry.id for entry, state in states if state != NO_DATA}
        return ArchiveFile(
            tuple(entry for entry, _ in states), data, version, self.size, offset_size, COMPRESSIONS[number], time,
            database, server, pg_dump, offsets=all(state != POSITION_UNKNOWN for _, state in states),
        )  # fmt: skip

    def entry(self, version: tuple[int, int], offset_size: int) -> tuple[TocEntry, int]:
        entry_id, had_dumper = self.integer(), self.integer()
        table_oid, oid, name, kind = (self.text() for _ in range(4))
        section = self.integer() if version >= (1, 11) else 2
        definition, drop, copy, schema, tablespace = (self.text() for _ in range(5))
        access_method = self.text() if version >= (1, 14) else None
        relation_kind = self.integer() if version >= (1, 16) else 0
        owner, with_oids = self.text(), self.text()
        depends_on = []
        while (other := self.text()) is not None:
            depends_on.append(other)
        state, *_offset = self.take(1 + offset_size)
        entry = TocEntry(
            entry_id, kind or "", name or "", definition, copy, schema, owner, had_dumper, table_oid, oid, section,
            drop, tablespace, access_method, relation_kind, with_oids, tuple(depends_on),
        )  # fmt: skip
        return entry, state

    def chain(self, compression: int, is_wanted: bool = True) -> bytes:
        chunks = []
        while length := self.integer():
            chunks.append(self.take(length))
        if not is_wanted:
            return b""
        if compression != GZIP:
            return b"".join(chunks)
        try:
            return zlib.decompress(b"".join(chunks))
        except zlib.error:
            if not self.damaged:
                raise
            return b""

    def large_objects(self, compression: int) -> Iterator[tuple[int, bytes]]:
        while oid := self.integer():
            yield oid, self.chain(compression)


def _integer(archive: ArchiveFile, value: int) -> bytes:
    return bytes([value < 0]) + abs(value).to_bytes(archive.integer_size, "little")


def _text(archive: ArchiveFile, text: str | None) -> bytes:
    if text is None:
        return _integer(archive, -1)
    content = text.encode("utf-8", "surrogateescape")
    return _integer(archive, len(content)) + content


def _head(archive: ArchiveFile) -> bytes:
    number = COMPRESSIONS.index(archive.compression)
    old_level = -1 if number else 0  # zlib's own default, and none
    return b"".join(
        [
            b"PGDMP",
            bytes([*archive.version, 0, archive.integer_size, archive.offset_size, 1]),
            bytes([number]) if archive.version >= (1, 15) else _integer(archive, old_level),
            *(_integer(archive, part) for part in archive.time),
            *(_text(archive, text) for text in (archive.database, archive.server, archive.pg_dump)),
            _integer(archive, len(archive.entries)),
        ]
    )


def _entry(archive: ArchiveFile, entry: TocEntry, place: int | None) -> bytes:
    version = archive.version
    state = NO_DATA if place is None else POSITION_SET if archive.offsets else POSITION_UNKNOWN
    offset = place if place and archive.offsets else 0
    return b"".join(
        [
            _integer(archive, entry.id),
            _integer(archive, entry.had_dumper),
            *(_text(archive, text) for text in (entry.table_oid, entry.oid, entry.name, entry.kind)),
            _integer(archive, entry.section) if version >= (1, 11) else b"",
            *(_text(archive, t) for t in (entry.definition, entry.drop, entry.copy, entry.schema, entry.tablespace)),
            _text(archive, entry.access_method) if version >= (1, 14) else b"",
            _integer(archive, entry.relation_kind) if version >= (1, 16) else b"",
            *(_text(archive, text) for text in (entry.owner, entry.with_oids, *entry.depends_on, None)),
            bytes([state]) + offset.to_bytes(archive.offset_size, "little"),
        ]
    )


def _block(archive: ArchiveFile, entry_id: int) -> bytes:
    data = archive.data[entry_id]
    if isinstance(data, bytes):
        return bytes([DATA]) + _integer(archive, entry_id) + _chain(archive, data, archive.stored.get(entry_id))
    objects = b"".join(_integer(archive, oid) + _chain(archive, content, None) for oid, content in data)
    return bytes([LARGE_OBJECTS]) + _integer(archive, entry_id) + objects + _integer(archive, 0)


def _chain(archive: ArchiveFile, content: bytes, stored: bytes | None) -> bytes:
    if stored is None:
        stored = zlib.compress(content) if archive.compression == "gzip" else content
    chunks = (stored[at : at + archive.chunk] for at in range(0, len(stored), archive.chunk))
    return b"".join(_integer(archive, len(c)) + c for c in chunks) + _integer(archive, 0)
