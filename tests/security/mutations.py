"""Damages an archive, by a seed: bits, lengths and counts, the table of contents, blocks, and what is in them."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.archives import END_OF_ROWS, ArchiveFile, TocEntry, as_of, bomb, integer_places, write

VERSIONS = ("1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16")
HUGE = (0, 1, 2, 127, 255, 256, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**64 - 1)
LINES = (b"0\n", b"0", b"BRG-1\tX\n", b"\\N\t\\N\n")
COLUMN_LINE = "    a text,\n"
MOST_ENTRIES, MOST_DEPENDENCIES = 100_000, 1_000_000
"""Far more than the reader takes. Making even more would itself need over a gigabyte."""


LARGE_OBJECTS = TocEntry(500, "BLOBS", "BLOBS", had_dumper=1)


def any_shape(rng: Random, archive: ArchiveFile) -> ArchiveFile:
    """Write the archive as some version of pg_dump would on some machine, sometimes with large objects."""
    if rng.random() < 0.3:
        objects = tuple((oid, rng.randbytes(oid)) for oid in (1, 70, 700))
        archive = replace(
            archive, entries=(*archive.entries, LARGE_OBJECTS), data={**archive.data, LARGE_OBJECTS.id: objects}
        )
    return replace(
        as_of(archive, rng.choice(VERSIONS)),
        integer_size=rng.choice((4, 4, 4, 8)),
        offset_size=rng.choice((4, 8)),
        compression=rng.choice(("none", "gzip")),
        offsets=rng.random() < 0.5,
        chunk=rng.choice((64, 4096, 1 << 20)),
    )


def bits(rng: Random, archive: ArchiveFile) -> bytes:
    """Flip one to twenty bits."""
    content = bytearray(write(archive))
    for _ in range(rng.choice((1, 1, 2, 20))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def bits_of_the_contents(rng: Random, archive: ArchiveFile) -> bytes:
    """Flip bits of the header and the table of contents."""
    content = bytearray(write(archive))
    end = len(write(replace(archive, data={})))
    for _ in range(rng.choice((1, 1, 3))):
        content[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(content)


def truncation(rng: Random, archive: ArchiveFile) -> bytes:
    content = write(archive)
    return content[: rng.randrange(len(content))]


def slices(rng: Random, archive: ArchiveFile) -> bytes:
    """Remove, repeat, move or overwrite a part of the file, or append to it."""
    content = write(archive)
    begin, length = rng.randrange(len(content)), rng.choice((1, 5, 64, 4096))
    part, rest = content[begin : begin + length], content[begin + length :]
    place = rng.randrange(len(content))
    return rng.choice(
        (
            content[:begin] + rest,
            content[:begin] + part + part + rest,
            content[:place] + part + content[place:],
            content[:begin] + rng.randbytes(len(part)) + rest,
            content + part,
        )
    )


def numbers(rng: Random, archive: ArchiveFile) -> bytes:
    """Change one to three counts, ids or lengths, some of them to huge or negative numbers."""
    content, size = bytearray(write(archive)), archive.integer_size
    for place in rng.sample(integer_places(bytes(content)), rng.choice((1, 1, 3))):
        old = int.from_bytes(content[place + 1 : place + 1 + size], "little")
        new = rng.choice((old + 1, old - 1, old * 2, *HUGE, rng.getrandbits(8 * size)))
        content[place] = rng.choice((0, 0, 0, 1, 255))
        content[place + 1 : place + 1 + size] = (new % 256**size).to_bytes(size, "little")
    return bytes(content)


def header(rng: Random, archive: ArchiveFile) -> bytes:
    """Change the magic, the version, the sizes of integers and offsets, the format, the compression, or the time."""
    content = bytearray(write(archive))
    content[rng.randrange(12 + 7 * 5)] = rng.choice((0, 1, 2, 3, 4, 8, 9, 16, 127, 128, 255))
    return bytes(content)


def entries(rng: Random, archive: ArchiveFile) -> bytes:
    """Repeat, remove, reorder or exchange entries of the table of contents, with the blocks as they were."""
    listed = list(archive.entries)
    one, other = rng.sample(range(len(listed)), 2)
    match rng.randrange(7):
        case 0:
            listed.insert(other, listed[one])
        case 1:
            del listed[one]
        case 2:
            listed[one], listed[other] = listed[other], listed[one]
        case 3:  # the rows of one table with the name of another
            listed[one] = replace(listed[one], name=listed[other].name, copy=listed[other].copy)
        case 4:
            listed[one] = replace(listed[one], id=listed[other].id)
        case 5:
            listed[one] = replace(listed[one], had_dumper=1 - listed[one].had_dumper)
        case 6:
            listed[one] = replace(
                listed[one], kind=listed[other].kind, schema=rng.choice(("public", "pg_catalog", None))
            )
    return write(replace(archive, entries=tuple(listed)))


def spliced(rng: Random, archive: ArchiveFile) -> bytes:
    """The table of contents of one archive with the blocks of another shape of it."""
    other = any_shape(rng, archive)
    contents = write(replace(archive, data={}))
    return contents + write(other)[len(write(replace(other, data={}))) :]


def blocks(rng: Random, archive: ArchiveFile) -> bytes:
    """Exchange blocks, move what offsets point to, or announce the rows of one table for another."""
    ids = list(archive.data)
    one, other = rng.sample(ids, 2)
    data = dict(archive.data)
    match rng.randrange(3):
        case 0:
            data[one], data[other] = data[other], data[one]
        case 1:
            data = {number: data[number] for number in rng.sample(ids, len(ids))}
        case 2:
            size = len(write(archive))
            misplaced = {one: rng.choice((0, 1, size, size - 1, rng.randrange(size), 2**31, 2**63))}
            if archive.offset_size == 4:
                misplaced = {place: to % 2**32 for place, to in misplaced.items()}
            return write(replace(archive, offsets=True, misplaced=misplaced))
    return write(replace(archive, data=data))


def streams(rng: Random, archive: ArchiveFile) -> bytes:
    """Damage a compressed stream, or put another one in its place."""
    number, content = rng.choice([(n, rows) for n, rows in archive.data.items() if isinstance(rows, bytes)])
    stream = bytearray(zlib.compress(content))
    match rng.randrange(6):
        case 0:
            stream[rng.randrange(len(stream))] ^= 1 << rng.randrange(8)
        case 1:
            stream += rng.randbytes(20)
        case 2:
            del stream[-rng.randrange(1, 8) :]
        case 3:
            stream = bytearray(rng.randbytes(rng.randrange(200)))
        case 4:
            stream = stream + stream
        case 5:
            stream = bytearray(zlib.compress(content.removesuffix(END_OF_ROWS) + rng.choice((b"", b"\\.", b"\\.\n"))))
    return write(replace(archive, compression="gzip", stored={number: bytes(stream)}))


def bombs(rng: Random, archive: ArchiveFile) -> bytes:
    """Rows of gigabytes in a stream of megabytes."""
    number = rng.choice([n for n, rows in archive.data.items() if isinstance(rows, bytes)])
    stream = bomb(rng.choice(LINES), rng.choice((300 << 20, 2 << 30)))
    return write(replace(archive, compression="gzip", chunk=1 << 20, stored={number: stream}))


def large_contents(rng: Random, archive: ArchiveFile) -> bytes:
    """A table of contents with one enormous text, or with very many entries."""
    size = rng.choice((1 << 20, 8 << 20, 30 << 20, 60 << 20))
    table = archive.entry(rng.choice(("tbl_item", "tbl_itemjenis")), rng.choice(("TABLE", "TABLE DATA")))
    text = rng.choice(LONG_TEXTS)(size)
    match rng.randrange(6):
        case 0 | 1:
            return write(archive.changed(table, definition=text))
        case 2:
            return write(archive.changed(table, copy=text))
        case 3:
            return write(
                archive.changed(table, **{rng.choice(("name", "schema", "owner", "drop", "tablespace")): text})
            )
        case 4:
            return write(archive.changed(table, depends_on=("1",) * min(size // 6, MOST_DEPENDENCIES)))
        case _:
            count = min(size // 100, MOST_ENTRIES)
            more = tuple(TocEntry(1000 + n, "COMMENT", "x") for n in range(count))
            return write(replace(archive, entries=(*archive.entries, *more)))


def long_statements(rng: Random, archive: ArchiveFile) -> bytes:
    """Statements of some kilobytes, for which a careless regular expression takes ages."""
    text = rng.choice(LONG_TEXTS)(rng.choice((1 << 12, 1 << 16)))
    table = archive.entry("tbl_item", rng.choice(("TABLE", "TABLE DATA")))
    return write(archive.changed(table, **{rng.choice(("definition", "copy")): text}))


LONG_TEXTS: tuple[Callable[[int], str], ...] = (
    lambda size: "CREATE TABLE public.tbl_item (\n" + COLUMN_LINE * (size // len(COLUMN_LINE)) + ");\n",
    lambda size: "COPY public.tbl_item (" + "a, " * (size // 3) + "b) FROM stdin;\n",
    lambda size: "COPY public.tbl_item (" + '"", ' * (size // 4) + "b) FROM stdin;\n",
    lambda size: "CREATE TABLE public.tbl_item (\n    kodeitem " + "(" * (size - 50) + "\n",
    lambda size: "    kodeitem " + "text (a) " * (size // 9),
    lambda size: '    "' + '""' * (size // 2),
    lambda size: "a" * size,
    lambda size: "\udcff" * (size // 2),
    lambda size: "\n" * size,
)

MUTATIONS: dict[Callable[[Random, ArchiveFile], bytes], int] = {
    bits: 3000, bits_of_the_contents: 3500, truncation: 1500, slices: 2000, numbers: 4000, header: 500, entries: 1800,
    spliced: 500, blocks: 1200, streams: 1500, long_statements: 370, bombs: 50, large_contents: 80,
}  # fmt: skip
"""How many of 20,000 are of each kind."""
