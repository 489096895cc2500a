"""Rule 11: from which day on a line counts, and whether its price is one that we publish."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.toko_assets.ipos.sales.dump import Row, write_dump
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.sales.price_dates import LISTED, read_conversions, read_price_dates
from toko_assets.ipos.sales.totals import ASKED, COUNTS
from toko_assets.publishing.sales.agreement import Agreement, check_agreement, compare_prices

MONDAY = datetime(2026, 1, 5, 9)
ITEM, PRICE = ("kodeitem", "satuan", "dateupd"), ("kodeitem", "satuan", "hargajual", "tipehj", "dateupd")
UNIT = ("iddetail", "kodeitem", "satuan", "jumlahkonv")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def day(number: int) -> str:
    return f"{MONDAY + timedelta(days=number):%Y-%m-%d %H:%M:%S}"


def listed(*prices: tuple[str, str, str, str]) -> pa.Table:
    columns = list(zip(*prices, strict=True))
    return pa.table([*columns[:3], pa.array(map(Decimal, columns[3]))], names=LISTED.names).cast(LISTED)


def asked(*rows: tuple[str, str, str, int, int, int]) -> pa.Table:
    """Unit, price, and lines: since the edit, since the price was seen, since either."""
    codes, units, prices, *counts = (list(column) for column in zip(*rows, strict=True))
    lines = [counts[2], *counts, [1] * len(codes)]
    table = pa.table(
        [codes, units, pa.array(map(Decimal, prices)), *lines], names=["kodeitem", "satuan", "harga", *COUNTS]
    )
    return table.cast(pa.schema([("kodeitem", pa.string()), ("satuan", pa.string()), *list(ASKED)[1:]]))


def compared(connection: duckdb.DuckDBPyConnection, lines: pa.Table, prices: pa.Table) -> Agreement:
    names = pa.table({"kodeitem": ["A", "B"], "namaitem": ["BARANG A", "BARANG B"]})
    return compare_prices(lines, prices, names, connection)


def test_a_unit_counts_from_the_newest_row_in_force_of_its_own_system(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    items: list[Row] = [{"kodeitem": code, "satuan": "PCS", "dateupd": day(50)} for code in ("A", "B", "C", "D")]
    rows: list[Row] = [
        {"kodeitem": "A", "satuan": "pcs ", "hargajual": "3000.00000000000000000000", "tipehj": "J", "dateupd": day(1)},
        {"kodeitem": "A", "satuan": "", "hargajual": "2900", "tipehj": "j ", "dateupd": day(3)},
        {"kodeitem": "A", "satuan": "PCS", "hargajual": "2500", "tipehj": "J", "dateupd": day(9)},
        {"kodeitem": "A", "satuan": "PCS", "hargajual": "3000", "tipehj": "L", "dateupd": day(20)},
        {"kodeitem": "C", "satuan": "PCS", "hargajual": "700", "tipehj": "N", "dateupd": day(7)},
        {"kodeitem": "D", "satuan": "PCS", "hargajual": "700", "tipehj": "S", "dateupd": "infinity"},
    ]
    dump = write_dump(tmp_path / "x.i5bu", {"tbl_item": (ITEM, items), "tbl_itemhj": (PRICE, rows)}, MONDAY)
    prices = listed(
        ("A", "PCS", "J", "3000"), ("A", "PCS", "J", "2900"), ("B", "PCS", "O", "500"), ("C", "PCS", "S", "700"),
        ("D", "PCS", "S", "700"),
    )  # fmt: skip
    with dump.open("rb", buffering=0) as file:
        found = read_price_dates(file, read_archive(dump), prices, connection).to_pylist()
    dates = {row["kodeitem"]: row["edited"] for row in found}
    assert dates == {"A": MONDAY + timedelta(days=3), "B": MONDAY + timedelta(days=50),
                     "C": MONDAY + timedelta(days=7), "D": None}  # fmt: skip


def test_of_several_conversions_of_a_unit_the_first_by_key_counts(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"iddetail": "2", "kodeitem": "A", "satuan": "DUS", "jumlahkonv": "40.000"},
        {"iddetail": "1", "kodeitem": "A", "satuan": "dus ", "jumlahkonv": "24.000"},
        {"iddetail": "3", "kodeitem": "A", "satuan": "PAK", "jumlahkonv": "0"},
    ]
    dump = write_dump(tmp_path / "x.i5bu", {"tbl_itemsatuanjml": (UNIT, rows)}, MONDAY)
    with dump.open("rb", buffering=0) as file:
        found = read_conversions(file, read_archive(dump)).to_pylist()
    assert [(row["satuan"], row["konversi"]) for row in found] == [("DUS", 24), ("DUS", 40)]


def test_a_line_agrees_at_any_level_or_quantity_of_its_unit(connection: duckdb.DuckDBPyConnection) -> None:
    lines = asked(
        ("A", "PCS", "3000", 40, 40, 40), ("A", "PCS", "2900", 5, 5, 5), ("A", "PCS", "2800", 3, 3, 3),
        ("A", "DUS", "2900", 30, 30, 30), ("B", "PCS", "500", 31, 31, 31),
    )  # fmt: skip
    prices = listed(
        ("A", "PCS", "J", "3000"), ("A", "PCS", "J", "2900"), ("A", "DUS", "J", "90000"), ("B", "PCS", "O", "500")
    )
    found = compared(connection, lines, prices)
    assert [(s.system, s.compared, s.matching) for s in found.systems] == [("J", 78, 45), ("O", 31, 31)]
    assert (found.compared, found.matching) == (109, 76)
    assert [(w.kodeitem, w.satuan, int(w.asked), w.asked_lines, w.other_lines, w.compared) for w in found.worst] == [
        ("A", "DUS", 2900, 30, 30, 30), ("A", "PCS", 2800, 3, 3, 48),
    ]  # fmt: skip
    assert found.worst[1].published == (Decimal(2900), Decimal(3000))


def test_with_fewer_than_thirty_lines_since_the_edit_those_since_the_price_was_seen_count(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    lines = asked(
        ("A", "PCS", "3000", 20, 90, 90), ("A", "PCS", "2500", 9, 60, 60), ("B", "PCS", "500", 25, 80, 80),
        ("B", "PCS", "400", 5, 70, 70),
    )  # fmt: skip
    found = compared(connection, lines, listed(("A", "PCS", "S", "3000"), ("B", "PCS", "O", "500")))
    assert [(s.system, s.compared, s.matching) for s in found.systems] == [("O", 30, 25), ("S", 150, 90)]


def test_the_check_warns_when_too_few_lines_agree(connection: duckdb.DuckDBPyConnection) -> None:
    prices = listed(("A", "PCS", "S", "3000"))
    good = check_agreement(
        compared(connection, asked(("A", "PCS", "3000", 95, 95, 95), ("A", "PCS", "1", 5, 5, 5)), prices), None
    )
    bad = check_agreement(
        compared(connection, asked(("A", "PCS", "3000", 80, 80, 80), ("A", "PCS", "1", 20, 20, 20)), prices), None
    )
    few = check_agreement(compared(connection, asked(("A", "PCS", "1", 9, 9, 9)), prices), None)
    none = check_agreement(Agreement((), ()), "the backup has no rows of tbl_ikdt")
    assert [outcome.passed for outcome in (good, bad, few, none)] == [True, False, True, True]
    assert not any(outcome.blocking for outcome in (good, bad, few, none))
    assert "95.0% of 100 lines" in good.summary
    assert bad.rows.to_dict("records")[0]["kodeitem"] == "A"
    assert "tbl_ikdt" in none.summary
