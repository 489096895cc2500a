"""The twenty worked cases of ipos5.md in one backup, taken through the whole chain."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tests.acceptance.history import Run, last_run
from tests.acceptance.places import House
from tests.acceptance.rows import Row, item, price, unit
from tests.backups import Shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

Expected = tuple[str, str | None, int | None, str | None, str | None, str | None]
"""satuan, konversi, level, jumlah_sampai, hargapokok, hargajual."""

MONDAY, TUESDAY = "2026-01-05 10:00", "2026-01-06 10:00"
JANUARY, SEPTEMBER = "2025-01-10 10:00", "2025-09-02 10:00"


@dataclass(frozen=True)
class Case:
    item: Row
    rows: list[Expected]
    units: list[Row] = field(default_factory=list)
    prices: list[Row] = field(default_factory=list)


PLAIN: Expected = ("PCS", "1", None, None, "2500", "3000")

CASES = {
    1: Case(
        item("01", "O", hargajual1=3000),
        units=[unit("01", "PCS", hargapokok=2500), unit("01", "DUS", 40, hargapokok=98000)],
        rows=[PLAIN],
    ),
    2: Case(item("02", "o ", hargajual1=3000), prices=[price("02", "PCS", 9999)], rows=[PLAIN]),
    3: Case(
        item("03", "S"),
        units=[unit("03", "PCS"), unit("03", "DUS", 40, hargapokok=98000)],
        prices=[price("03", "PCS", 3000), price("03", "DUS", 115000)],
        rows=[PLAIN, ("DUS", "40", None, None, "98000", "115000")],
    ),
    4: Case(
        item("04", "S"),
        prices=[
            price("04", "pcs ", 3000, dateupd=MONDAY),
            price("04", "PCS", 3100, dateupd=TUESDAY),
        ],
        rows=[("PCS", "1", None, None, "2500", "3100")],
    ),
    5: Case(
        item("05", "L"),
        prices=[price("05", "PCS", 3000, level=1), price("05", "PCS", 2900, level=2), price("05", "PCS", 5)],
        rows=[("PCS", "1", 1, None, "2500", "3000"), ("PCS", "1", 2, None, "2500", "2900")],
    ),
    6: Case(item("06", "L"), prices=[price("06", "PCS", 3000)], rows=[("PCS", "1", 1, None, "2500", "3000")]),
    7: Case(
        item("07", "J"),
        prices=[price("07", "PCS", 3000, jmlsampai=11), price("07", "PCS", 2900, jmlsampai=39), price("07", "PCS", 7)],
        rows=[("PCS", "1", None, "11", "2500", "3000"), ("PCS", "1", None, "39", "2500", "2900")],
    ),
    8: Case(item("08", "J"), prices=[price("08", "PCS", 3000)], rows=[PLAIN]),
    9: Case(item("09", "J", hargajual1=3000), rows=[PLAIN]),
    10: Case(item("10", "S", hargajual1=0), rows=[("PCS", "1", None, None, "2500", None)]),
    11: Case(
        item("11", "S"),
        prices=[price("11", "PCS", 0), price("11", "DUS", 115000)],
        rows=[("PCS", "1", None, None, "2500", None), ("DUS", None, None, None, None, "115000")],
    ),
    12: Case(
        item("12", None),
        prices=[price("12", "PCS", 3000, level=1), price("12", "PCS", 2900, level=2)],
        rows=[("PCS", "1", 1, None, "2500", "3000"), ("PCS", "1", 2, None, "2500", "2900")],
    ),
    13: Case(item("13", "S", statushapus="Y"), prices=[price("13", "PCS", 3000)], rows=[]),
    14: Case(item("14", "O", statusjual="N"), rows=[PLAIN]),
    15: Case(item("15", "O", namaitem="  TEH \t PUCUK  350ML "), rows=[PLAIN]),
    16: Case(
        item("16", "J"),
        prices=[
            price("16", "PCS", 16000, jmlsampai=9999, tipehj="J", dateupd=JANUARY),
            price("16", "PCS", 13000, level=1, tipehj="L", dateupd=SEPTEMBER),
            price("16", "PCS", 12500, level=2, tipehj="L", dateupd=SEPTEMBER),
        ],
        rows=[("PCS", "1", None, "9999", "2500", "16000")],
    ),
    17: Case(
        item("17", "S"),
        prices=[
            price("17", "PCS", 16000, tipehj="S", dateupd=JANUARY),
            price("17", "PCS", 13000, level=1, tipehj="L", dateupd=SEPTEMBER),
            price("17", "PCS", 11000, level=3, tipehj="L", dateupd=SEPTEMBER),
            price("17", "DUS", 90000, jmlsampai=12, tipehj="J", dateupd=SEPTEMBER),
        ],
        rows=[("PCS", "1", None, None, "2500", "16000")],
    ),
    18: Case(
        item("18", "L"),
        prices=[
            price("18", "PCS", 16000, level=1, tipehj="L"),
            price("18", "PCS", 15500, level=2, tipehj="L"),
            price("18", "DUS", 90000, jmlsampai=12, tipehj="J"),
        ],
        rows=[("PCS", "1", 1, None, "2500", "16000"), ("PCS", "1", 2, None, "2500", "15500")],
    ),
    19: Case(
        item("19", "S"),
        units=[unit("19", "DUS", 40, hargapokok=98000)],
        prices=[price("19", "PCS", 3000, tipehj="N"), price("19", "DUS", 115000, tipehj="")],
        rows=[PLAIN, ("DUS", "40", None, None, "98000", "115000")],
    ),
    20: Case(
        item("20", None),
        prices=[price("20", "PCS", 3000, level=1, tipehj="L")],
        rows=[("PCS", "1", 1, None, "2500", "3000")],
    ),
}


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    cases = CASES.values()
    backup = Shop(
        items=[case.item for case in cases],
        units=[row for case in cases for row in case.units],
        prices=[row for case in cases for row in case.prices],
    )
    with house.serving(write_backup(postgres, tmp_path_factory.mktemp("worked") / "worked.i5bu", backup)) as toko:
        yield toko


@pytest.fixture(scope="module")
def run(shop: Installation) -> Run:
    return last_run(shop)


def kode(case: int) -> str:
    return f"{case:02}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case-{case}")
def test_an_item_has_exactly_the_price_rows_of_the_worked_case(shop: Installation, case: int) -> None:
    found = shop.query(
        "SELECT prices.satuan, konversi, level, jumlah_sampai, hargapokok, hargajual"
        f" FROM prices JOIN products USING (product_id) WHERE kodeitem = '{kode(case)}'"
    )
    expected = [
        (satuan, number(konversi), level, number(until), number(cost), number(asked))
        for satuan, konversi, level, until, cost, asked in CASES[case].rows
    ]
    assert set(found) == set(expected)
    assert len(found) == len(expected), "a price is there twice"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case-{case}")
def test_an_item_is_one_product_unless_it_is_deleted(shop: Installation, case: int) -> None:
    found = shop.query(f"SELECT count(*) FROM products WHERE kodeitem = '{kode(case)}'")
    assert found == [(0 if case == 13 else 1,)]


@pytest.mark.parametrize("case", [case for case in CASES if case != 13], ids=lambda case: f"case-{case}")
def test_only_the_item_with_statusjual_n_is_not_sold(shop: Installation, case: int) -> None:
    assert shop.query(f"SELECT dijual FROM products WHERE kodeitem = '{kode(case)}'") == [(case != 14,)]


@pytest.mark.parametrize(
    ("case", "system"),
    [(1, "O"), (2, "O"), (3, "S"), (5, "L"), (7, "J"), (12, "L"), (20, "L")],
    ids=lambda value: str(value),
)
def test_a_product_says_by_which_system_it_is_priced(shop: Installation, case: int, system: str) -> None:
    assert shop.query(f"SELECT sistem_harga FROM products WHERE kodeitem = '{kode(case)}'") == [(system,)]


def test_white_space_in_a_name_becomes_one_blank(shop: Installation) -> None:
    assert shop.query("SELECT namaitem FROM products WHERE kodeitem = '15'") == [("TEH PUCUK 350ML",)]


@pytest.mark.parametrize(
    ("warning", "cases"),
    [
        ("prices_filled_in", {10, 11}),
        ("fixed_price_used", {9, 10}),
        ("price_systems_guessed", {12, 20}),
        ("stale_price_rows", {16, 17, 18}),
        ("price_rows_repeated", {4}),
        ("units_unknown", {11}),
    ],
)
def test_the_cases_that_needed_an_assumption_are_shown_by_its_warning(run: Run, warning: str, cases: set[int]) -> None:
    assert run.failed(blocking=False)[warning] == {kode(case) for case in cases}


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
