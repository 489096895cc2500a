"""The stream over the sales tables gives what the rules say, on invented rows with every kind of dirt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from tests.toko_assets.ipos.sales import rules
from tests.toko_assets.ipos.sales.dump import Row, write_dump
from toko_assets.ipos.archive.contents import IncompleteBackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.sales.catalogue import CONVERSIONS, PRICED, KnownItems
from toko_assets.ipos.sales.read import Sales, read_sales

END = datetime(2026, 1, 5, 20, 30)
ITEMS = ["A1", "B 2", "C\\3", "KOPI", "É5"]
UNITS = ["PCS", "DUS", "pcs ", " Dus", None]
PRICED_UNITS: dict[rules.Unit, tuple[datetime | None, datetime | None]] = {
    ("A1", "PCS"): (END - timedelta(days=30), END - timedelta(days=60)),
    ("A1", "DUS"): (END - timedelta(days=10), None),
    ("B 2", "PCS"): (None, END - timedelta(days=50)),
    ("C\\3", "PCS"): (END - timedelta(days=200), None),
    ("É5", "PCS"): (None, None),
}
FACTORS = {("A1", "DUS"): Decimal(40), ("B 2", "DUS"): Decimal("12.5")}
HEAD = ("notransaksi", "tanggal", "tipe", "notrsretur")
LINE = (
    "iddetail", "notransaksi", "kodeitem", "jumlah", "satuan", "jmlkonversi", "harga", "potongan", "potongan2",
    "potongan3", "potongan4", "jmlretur", "jmlgratis", "tebus", "idtrsretur", "notrsretur", "dateupd",
)  # fmt: skip


def test_the_sums_are_those_of_the_rules_whatever_the_rows_hold(tmp_path: Path) -> None:
    for seed in range(8):
        heads, lines = _rows(Random(seed))
        dump = write_dump(tmp_path / f"{seed}.i5bu", {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}, END)
        found = _read(dump)
        expected = rules.add_up(heads, lines, END, ITEMS, PRICED_UNITS, FACTORS)
        assert found.lines == len(lines)
        assert _sums(found.units, "kodeitem", "satuan") == {
            key: _shown(total, least=None) for key, total in expected.units.items()
        }
        assert _sums(found.items, "kodeitem") == {
            (code,): _shown(total, least=Decimal(0)) for code, total in expected.items.items()
        }
        assert {tuple(row.values())[:3]: list(row.values())[3:] for row in found.asked.to_pylist()} == expected.asked


def test_columns_that_a_shop_lacks_count_as_empty(tmp_path: Path) -> None:
    heads, lines = _rows(Random(1))
    few = ("notransaksi", "kodeitem", "jumlah", "satuan", "jmlkonversi", "harga")
    kept = [{name: line[name] for name in few} for line in lines]
    tables = {"tbl_ikdt": (few, kept), "tbl_ikhd": (HEAD[:3], [{n: h[n] for n in HEAD[:3]} for h in heads])}
    found = _read(write_dump(tmp_path / "few.i5bu", tables, END))
    expected = rules.add_up(tables["tbl_ikhd"][1], kept, END, ITEMS, PRICED_UNITS, FACTORS)
    assert _sums(found.items, "kodeitem") == {
        (code,): _shown(total, least=Decimal(0)) for code, total in expected.items.items()
    }


@pytest.mark.parametrize("missing", ["tbl_ikhd", "tbl_ikdt"])
def test_a_dump_without_a_sales_table_has_no_sales(tmp_path: Path, missing: str) -> None:
    heads, lines = _rows(Random(1))
    tables = {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}
    del tables[missing]
    found = _read(write_dump(tmp_path / "none.i5bu", tables, END))
    assert missing in (found.problem or "")
    assert len(found.units) == len(found.items) == len(found.asked) == 0


def test_a_dump_without_the_quantity_has_no_sales(tmp_path: Path) -> None:
    tables = {"tbl_ikhd": (HEAD, list[Row]()), "tbl_ikdt": (("notransaksi", "kodeitem"), list[Row]())}
    assert _read(write_dump(tmp_path / "none.i5bu", tables, END)).problem == "tbl_ikdt has no column jumlah"


def test_empty_tables_are_no_problem(tmp_path: Path) -> None:
    tables = {"tbl_ikhd": (HEAD, list[Row]()), "tbl_ikdt": (LINE, list[Row]())}
    found = _read(write_dump(tmp_path / "empty.i5bu", tables, END))
    assert found.problem is None
    assert (found.lines, found.odd, len(found.items)) == (0, {}, 0)


def test_sales_of_a_catalogue_without_any_price_are_added_up_and_compared_with_nothing(tmp_path: Path) -> None:
    heads, lines = _rows(Random(5))
    dump = write_dump(tmp_path / "x.i5bu", {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}, END)
    known = KnownItems(pa.array(ITEMS), PRICED.empty_table(), CONVERSIONS.empty_table())
    with dump.open("rb", buffering=0) as file:
        found = read_sales(file, read_archive(dump), END, known)
    assert len(found.items) > 3
    assert len(found.asked) == 0
    assert found.odd["lines_of_unpriced_units"] > 100


def test_what_is_left_out_is_counted_by_its_reason(tmp_path: Path) -> None:
    day = f"{END - timedelta(days=1):%Y-%m-%d %H:%M:%S}"
    heads: list[Row] = [
        {"notransaksi": "1", "tanggal": day, "tipe": "KSR"},
        {"notransaksi": "2", "tanggal": "infinity", "tipe": "KSR"},
        {"notransaksi": "3", "tanggal": None, "tipe": "KSR"},
        {"notransaksi": "4", "tanggal": "2027-01-01 00:00:00", "tipe": "KSR"},
        {"notransaksi": "5", "tanggal": day, "tipe": "KSRP"},
        {"notransaksi": "6", "tanggal": day, "tipe": "RJ"},
    ]
    sold: dict[str, str | None] = {
        "notransaksi": "1",
        "kodeitem": "A1",
        "satuan": "PCS",
        "jumlah": "1",
        "harga": "3000",
    }
    lines: list[Row] = [
        sold,
        sold | {"kodeitem": "GONE"},
        sold | {"jumlah": "1" + "0" * 30},
        sold | {"jumlah": "NaN"},
        sold | {"jumlah": "-1"},
        sold | {"harga": "Infinity"},
        sold | {"satuan": "KRTN"},
        sold | {"tebus": "t"},
        sold | {"notransaksi": "77", "dateupd": day},
        sold | {"notransaksi": "5"},
        sold | {"notransaksi": "6", "notrsretur": "1"},
    ]
    found = _read(write_dump(tmp_path / "odd.i5bu", {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}, END))
    assert found.odd == {
        "receipts_without_date": 2, "receipts_after_the_backup": 1, "lines_of_unknown_items": 1, "lines_unreadable": 2,
        "lines_negative": 1, "prices_unreadable": 1, "lines_of_unpriced_units": 1, "lines_tebus": 1,
        "lines_without_receipt": 1, "returns_named": 1,
    }  # fmt: skip
    assert found.types == {"KSR": 1, "KSRP": 1, "RJ": 1}
    assert found.items.to_pylist()[0]["jumlah_90"] == 4


@pytest.mark.parametrize("encoding", ["WIN1252", "SQL_ASCII"])
def test_item_codes_are_decoded_by_the_encoding_of_the_dump(tmp_path: Path, encoding: str) -> None:
    heads = [{"notransaksi": "1", "tanggal": "2026-01-05 08:00:00", "tipe": "JL"}]
    lines = [{"notransaksi": "1", "kodeitem": "É5", "satuan": "PCS", "jumlah": "2"}]
    tables = {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}
    found = _read(write_dump(tmp_path / "accents.i5bu", tables, END, encoding))
    assert found.items["kodeitem"].to_pylist() == ["É5"]


def test_a_damaged_table_is_an_error(tmp_path: Path) -> None:
    heads, lines = _rows(Random(3))
    dump = write_dump(tmp_path / "cut.i5bu", {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}, END)
    archive = read_archive(dump)
    entry = archive.table_data("tbl_ikdt")
    assert entry
    content = bytearray(dump.read_bytes())
    content[archive.blocks[entry.id].start + 300] ^= 255
    dump.write_bytes(content)
    with pytest.raises(IncompleteBackupError, match="damaged"):
        _read(dump)


def test_the_file_may_be_removed_while_it_is_read(tmp_path: Path) -> None:
    heads, lines = _rows(Random(3))
    dump = write_dump(tmp_path / "gone.i5bu", {"tbl_ikhd": (HEAD, heads), "tbl_ikdt": (LINE, lines)}, END)
    whole = _read(dump)
    with dump.open("rb", buffering=0) as file:
        archive = read_archive(dump)
        dump.unlink()
        assert read_sales(file, archive, END, _known()).items == whole.items


def _read(dump: Path) -> Sales:
    with dump.open("rb", buffering=0) as file:
        return read_sales(file, read_archive(dump), END, _known())


def _known() -> KnownItems:
    priced = [(code, unit, *days) for (code, unit), days in PRICED_UNITS.items()]
    conversions = [(code, unit, factor) for (code, unit), factor in FACTORS.items()]
    return KnownItems(
        pa.array(ITEMS),
        pa.table(dict(zip(PRICED.names, map(list, zip(*priced, strict=True)), strict=True)), schema=PRICED),
        pa.table(
            dict(zip(CONVERSIONS.names, map(list, zip(*conversions, strict=True)), strict=True)), schema=CONVERSIONS
        ),
    )


def _sums(table: pa.Table, *key: str) -> dict[tuple[str, ...], tuple[object, ...]]:
    return {tuple(str(row[name]) for name in key): tuple(list(row.values())[len(key) :]) for row in table.to_pylist()}


def _shown(total: rules.Sum, least: Decimal | None) -> tuple[object, ...]:
    amounts = [amount.quantize(Decimal("0.001"), ROUND_HALF_UP) for amount in (total.exact_90, total.exact_7)]
    shown = amounts if least is None else [max(amount, least) for amount in amounts]
    return (*shown, len(total.receipts_90), len(total.receipts_7), total.last)


def _rows(random: Random) -> tuple[list[Row], list[Row]]:
    numbers = [f"{n:05d}/KSR/UTM" for n in range(300)]
    heads: list[Row] = [
        {
            "notransaksi": number,
            "tanggal": random.choice(
                [f"{END - timedelta(seconds=random.randrange(-(10**5), 12 * 10**6)):%Y-%m-%d %H:%M:%S}"] * 30
                + ["infinity", None, "2026-01-02", "0044-03-15 00:00:00 BC", "-infinity", "2026-01-01 10:00:00.25"]
            ),
            "tipe": random.choice(["KSR"] * 8 + ["JL", " jl", "RJ", "RJ", "IK", "KSRP", "TRBCIMPKSR", None]),
            "notrsretur": random.choice([None, None, None, "", "  ", "00001"]),
        }
        for number in numbers
    ]
    lines = [_line(random, place, numbers) for place in range(4_000)]
    return heads, lines


def _line(random: Random, place: int, numbers: Sequence[str]) -> Row:
    def mostly(usual: str | None, *odd: str | None) -> str | None:
        return random.choice(odd) if random.random() < 0.05 else usual

    amount = random.choice(["1.000", "2", "0.33333333333333333333", "12.5", "0.0005"])
    return {
        "iddetail": f"{place}",
        "notransaksi": mostly(random.choice(numbers), "unknown", None),
        "kodeitem": mostly(random.choice(ITEMS[:4]), "É5", "GONE", None, "", "A1 "),
        "jumlah": mostly(amount, None, "-1", "NaN", "1" + "0" * 30, "0", "1e5"),
        "satuan": random.choice(UNITS),
        "jmlkonversi": random.choice(["1.000", "1", "40.000", "0", None, "-2", "0.5"]),
        "harga": mostly(random.choice(["3000.00000000000000000000", "3100", "0.00005"]), None, "-5", "0", "9" * 15),
        "potongan": mostly("0.000", "500", None),
        "potongan2": None,
        "potongan3": mostly("0", "5"),
        "potongan4": "0",
        "jmlretur": mostly("0", "1.000", "-1", "NaN"),
        "jmlgratis": mostly(None, "1", "0.25"),
        "tebus": mostly(random.choice([None, "f"]), "t", "1.000"),
        "idtrsretur": mostly(None, "7", " "),
        "notrsretur": mostly("", "00007"),
        "dateupd": "2026-01-05 09:00:00",
    }
