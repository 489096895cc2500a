"""The archive walk against any archive that there can be: the whole ones are read, and nothing else gets through."""

import io
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.archives import END_OF_ROWS, ArchiveFile, LargeObjects, TocEntry, bomb, write
from tests.in_process import read_rows, verify_rows
from toko_assets.ipos.archive.contents import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.copy_rows import OversizedBackupError
from toko_assets.ipos.archive.reader import printable, read_archive
from toko_assets.ipos.archive.schema import WrongSchemaError, schema_problems

EXAMPLES = 200
TABLES = ("tbl_item", "tbl_itemsatuanjml", "tbl_itemhj", "tbl_itemstok")
names = st.text(st.characters(codec="utf-8"), max_size=40)
contents = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda row, times: row * times, st.binary(min_size=1, max_size=60), st.integers(0, 3000)),
)
maybe_names = st.none() | names
kinds = names.filter(lambda kind: kind != "ENCODING")  # whose definition must name one


@st.composite
def archives(draw: st.DrawFn) -> ArchiveFile:
    """Any archive: tables needed or not, some without rows, large objects, other things, in any order."""
    ids = iter(draw(st.permutations(range(1, 60))))
    needed = draw(st.lists(st.sampled_from(TABLES), unique=True))
    entries: list[TocEntry] = []
    data: dict[int, bytes | LargeObjects] = {}
    for name in [*needed, *draw(st.lists(names, max_size=5))]:
        schema = "public" if name in needed else draw(names)
        entries.append(
            TocEntry(next(ids), "TABLE", name, f"CREATE TABLE {name} (\n    kodeitem text\n);\n", "", schema)
        )
        rows = TocEntry(
            next(ids), "TABLE DATA", name, "", f"COPY {name} (kodeitem) FROM stdin;\n", schema, had_dumper=1
        )
        entries.append(replace(rows, depends_on=(str(entries[-1].id),)))
        data[rows.id] = draw(contents) + END_OF_ROWS
    if draw(st.booleans()):
        objects = TocEntry(next(ids), "BLOBS", "BLOBS", had_dumper=1)
        entries.append(objects)
        data[objects.id] = tuple(draw(st.lists(st.tuples(st.integers(1, 2**32 - 1), contents), max_size=4)))
    entries.extend(
        TocEntry(next(ids), draw(kinds), draw(names), draw(maybe_names), draw(maybe_names), draw(maybe_names),
                 draw(maybe_names), tablespace=draw(maybe_names))
        for _ in range(draw(st.integers(0, 6)))
    )  # fmt: skip
    if not entries:
        entries.append(TocEntry(next(ids), "STDSTRINGS", "STDSTRINGS"))
    return ArchiveFile(
        tuple(draw(st.permutations(entries))),
        data,
        version=(1, draw(st.integers(10, 16))),
        integer_size=draw(st.sampled_from((4, 8))),
        offset_size=draw(st.sampled_from((4, 8))),
        compression=draw(st.sampled_from(("none", "gzip"))),
        database=draw(names),
        server=draw(names),
        offsets=draw(st.booleans()),
        chunk=draw(st.sampled_from((1, 7, 4096, 1 << 20))),
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all examples."""
    return tmp_path_factory.mktemp("walk") / "a.i5bu"


def any_archive(examples: int = EXAMPLES) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip


def read_everything(file: Path) -> Archive:
    """As the chain does, and then some: all that can be read of the archive is."""
    archive = read_archive(file)
    verify_rows(archive)
    for entry in archive.entries:
        if entry.id in archive.blocks:
            for _ in read_rows(archive, entry):
                pass
    with suppress(WrongSchemaError):
        schema_problems(archive)
    return archive


def refusal(file: Path) -> str | None:
    """What is said of a file that is refused; nothing but the two refusals may come out."""
    try:
        read_everything(file)
    except (IncompleteBackupError, NotABackupError) as error:
        return str(error)
    return None


def is_one_line(said: str | None) -> bool:
    return said is None or ("a.i5bu" in said and said.isprintable())


@contextmanager
def at_most(limit: int, why: str = "") -> Iterator[None]:
    """Python may hold so many bytes more within the block."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak:,} bytes {why}"


@given(written=archives())
@any_archive()
def test_any_whole_archive_is_accepted_and_read_as_it_is(file: Path, written: ArchiveFile) -> None:
    file.write_bytes(write(written))
    archive = read_archive(file)
    assert archive.version == f"1.{written.version[1]}"
    assert (archive.database, archive.server_version) == (printable(written.database), printable(written.server))
    for entry, expected in zip(archive.entries, written.entries, strict=True):
        assert (entry.id, entry.kind, entry.name) == (expected.id, expected.kind, expected.name)
        assert (entry.schema, entry.owner) == (expected.schema or "", expected.owner or "")
        assert (entry.definition, entry.copy_statement) == (expected.definition or "", expected.copy or "")
        assert entry.has_data == (entry.id in written.data)
    for entry in archive.entries:
        if isinstance(content := written.data.get(entry.id), bytes):
            assert b"".join(read_rows(archive, entry)) == content


@given(written=archives(), share=st.floats(0, 1, exclude_max=True))
@any_archive()
def test_any_cut_of_a_whole_archive_is_refused(file: Path, written: ArchiveFile, share: float) -> None:
    whole = write(written)
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(IncompleteBackupError):
        read_archive(file)


@given(written=archives(), more=st.binary(min_size=1, max_size=20))
@any_archive(100)
def test_anything_behind_the_end_of_an_archive_is_refused(file: Path, written: ArchiveFile, more: bytes) -> None:
    file.write_bytes(write(written) + more)
    with pytest.raises(IncompleteBackupError):
        read_archive(file)


@given(written=archives(), share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@any_archive(400)
def test_a_flipped_byte_is_found_or_does_no_harm(file: Path, written: ArchiveFile, share: float, flip: int) -> None:
    damaged = bytearray(write(written))
    damaged[int(len(damaged) * share)] ^= flip
    file.write_bytes(damaged)
    assert is_one_line(refusal(file))


@given(written=archives(), noise=st.binary(max_size=200), share=st.floats(0, 1))
@any_archive()
def test_noise_in_place_of_a_part_is_found_or_does_no_harm(
    file: Path, written: ArchiveFile, noise: bytes, share: float
) -> None:
    whole = write(written)
    place = int(len(whole) * share)
    file.write_bytes(whole[:place] + noise + whole[place + len(noise) :])
    assert is_one_line(refusal(file))


ROWS = b"x\n" + END_OF_ROWS
SMALL = ArchiveFile(
    (
        TocEntry(1, "TABLE", "tbl_item", "", "", "public"),
        TocEntry(2, "TABLE DATA", "tbl_item", "", "COPY", "public", had_dumper=1),
    ),
    {2: ROWS},
)


def test_a_flipped_bit_of_the_rows_needed_is_found_or_changes_none_of_them(file: Path) -> None:
    """What changes nothing: the bits that fill up the last byte of a gzip stream."""
    whole = write(SMALL)
    rows = whole.index(zlib.compress(ROWS))
    found = 0
    for place in range(rows, len(whole)):
        for flip in range(1, 256):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
            if refusal(file):
                found += 1
            else:
                assert rows_of(file) == ROWS
    assert found > 0.95 * 255 * (len(whole) - rows)


def rows_of(file: Path) -> bytes:
    archive = read_archive(file)
    return b"".join(read_rows(archive, archive.entries[1]))


def test_an_offset_that_leads_elsewhere_is_refused(file: Path) -> None:
    """To a block hidden in the data of another: `pg_restore` would take it for the rows of the table."""
    other = TocEntry(3, "TABLE DATA", "tbl_ikdt", "", "COPY", "public", had_dumper=1)
    block = write(SMALL)[write(SMALL).rindex(b"\x01\x00\x02\x00\x00\x00\x00") :]
    hiding = replace(SMALL, entries=(*SMALL.entries, other), data={**SMALL.data, 3: b""}, stored={3: b"xx" + block})
    file.write_bytes(write(hiding))
    whole = file.read_bytes()
    assert read_archive(file).blocks.keys() == {2, 3}
    file.write_bytes(write(replace(hiding, misplaced={2: whole.rindex(block)})))
    with pytest.raises(IncompleteBackupError):
        read_archive(file)


@pytest.mark.parametrize("integer_size", [4, 8])
@pytest.mark.parametrize("number", [2**31 - 1, 2**32 - 1, 2**62])
def test_a_number_that_claims_too_much_costs_no_memory(file: Path, integer_size: int, number: int) -> None:
    """Each integer of an archive in turn: counts, lengths of strings and chunks, ids."""
    whole = write(replace(SMALL, integer_size=integer_size))
    claimed = (number % 2 ** (8 * integer_size)).to_bytes(integer_size, "little")
    for place in range(12, len(whole) - integer_size):
        file.write_bytes(whole[:place] + claimed + whole[place + integer_size :])
        with at_most(2 << 20, f"for the number at byte {place}"):
            assert is_one_line(refusal(file))


@pytest.mark.parametrize("what", ["entries", "a string"])
def test_a_large_file_that_is_all_contents_is_refused_before_it_is_read(file: Path, what: str) -> None:
    """10 GB, of which the disk holds a page."""
    head = write(replace(SMALL, entries=(), data={}))[:-5]
    count = (2**31 - 1).to_bytes(5, "big")[::-1][:4]
    entry_start = bytes([0]) + (1).to_bytes(4, "little") + bytes(5)  # id, had a dumper
    with file.open("wb") as sparse:
        sparse.write(head + b"\0" + count + (b"" if what == "entries" else entry_start + b"\0" + count))
        sparse.truncate(10 << 30)
    with at_most(2 << 20), pytest.raises(IncompleteBackupError):
        read_archive(file)
    file.unlink()


def test_a_file_that_becomes_shorter_while_it_is_read_is_refused(file: Path) -> None:
    """A file mapped into memory would kill the process here."""
    rows = b"baris\n" * 1_000_000 + END_OF_ROWS
    file.write_bytes(write(replace(SMALL, compression="none", data={2: rows})))
    archive = read_archive(file)
    pieces = read_rows(archive, archive.entries[1])
    next(pieces)
    with file.open("r+b") as other:
        other.truncate(1_000_000)
    with pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        for _ in pieces:
            pass


def test_rows_of_one_photo_after_the_other_are_no_bomb(file: Path) -> None:
    """30 MB of photos, in hexadecimal, with a row of 12 MB: random bytes shrink to half of their digits."""
    photo = io.BytesIO(zlib.compress(b"")).getvalue() + b"".join(
        (n * 2654435761 % 2**32).to_bytes(4, "little") for n in range(1_500_000)
    )
    rows = b"".join(b"BRG-%d\t\\\\x%s\n" % (n, photo.hex().encode()) for n in range(3)) + END_OF_ROWS
    file.write_bytes(write(replace(SMALL, data={2: rows})))
    assert rows_of(file) == rows


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        (b"0" * 1023 + b"\n", r"more than \d+ MB"),
        (b"0", "a row of over 64 MB"),
        (b"0\n", "more than 2,000,000 rows"),
        (b"\t" * 63 + b"\n", "more than 2,000,000 rows"),
    ],
    ids=["long rows", "one row", "short rows", "empty fields"],
)
def test_a_stream_that_unpacks_to_more_than_a_shop_has_is_refused_with_little_memory(
    file: Path, line: bytes, limit: str
) -> None:
    file.write_bytes(write(replace(SMALL, stored={2: bomb(line, 4 << 30)})))
    assert file.stat().st_size < 15 << 20
    archive = read_archive(file)
    said = rf"a\.i5bu is not an iPOS backup: table tbl_item holds {limit}"
    with at_most(8 << 20), pytest.raises(OversizedBackupError, match=said):
        verify_rows(archive)
