"""The pricing rules on plain rows: the worked cases, each by its name, and what they leave open."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from toko_assets.ipos import source_tables as tables
from toko_assets.ipos.pricing import PricedShop, price_shop

MONDAY, TUESDAY = datetime(2026, 1, 5), datetime(2026, 1, 6)
JANUARY, SEPTEMBER = datetime(2025, 1, 10), datetime(2025, 9, 2)

Rows = Sequence[dict[str, Any]]
Expected = tuple[str, int | None, int | None, int | None, Decimal | int | None, Decimal | int | None]


def priced(item: dict[str, Any], units: Rows = (), prices: Rows = (), stock: Rows = ()) -> PricedShop:
    """One item, code A, PCS and sold unless it says otherwise."""
    base = {"kodeitem": "A", "namaitem": "BARANG", "satuan": "PCS", "statusjual": "Y", "statushapus": "N"}
    return price_shop(
        tables.SourceTables(
            frame(tables.ITEMS, [{**base, **item}]),
            frame(tables.UNITS, [{"iddetail": str(n), "kodeitem": "A", **row} for n, row in enumerate(units)]),
            frame(tables.PRICES, [{"iddetail": str(n), "kodeitem": "A", **row} for n, row in enumerate(prices)]),
            frame(tables.STOCK, [{"kodeitem": "A", **row} for row in stock]),
            pd.DataFrame(),
        )
    )


def frame(columns: dict[str, Any], rows: Rows) -> pd.DataFrame:
    schema = pa.schema([(name, pa.string() if kind == "text" else kind) for name, kind in columns.items()])
    exact = [{name: Decimal(v) if isinstance(v, int) and name != "level" else v for name, v in r.items()} for r in rows]
    return pd.DataFrame(pa.Table.from_pylist(exact, schema=schema).to_pandas(types_mapper=pd.ArrowDtype))


def hj(satuan: str, level: int, upto: int, price: Any, dateupd: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {"satuan": satuan, "level": level, "jmlsampai": upto, "hargajual": price, "dateupd": dateupd, **more}


def unit(satuan: str, konversi: Any, cost: Any = None, **more: Any) -> dict[str, Any]:
    return {"satuan": satuan, "jumlahkonv": konversi, "hargapokok": cost, **more}


def rows(shop: PricedShop) -> list[tuple[Any, ...]]:
    table = shop.prices.astype(object).where(shop.prices.notna(), None)
    return list(table.drop(columns="kodeitem").itertuples(index=False, name=None))


def noted(shop: PricedShop) -> set[str]:
    return {note.name for note in shop.assumptions if len(note.rows)}


PCS = unit("PCS", 1)
COSTED = [unit("PCS", 1, 2500), unit("DUS", 40, 98000)]
CASES: dict[str, tuple[dict[str, Any], Rows, Rows, list[Expected], set[str]]] = {
    "1 a fixed price holds for the base unit alone": (
        {"sistemhargajual": "O", "hargapokok": 2500, "hargajual1": 3000}, COSTED, [],
        [("PCS", 1, None, None, 2500, 3000)], {"units_without_price"},
    ),
    "2 rows of tbl_itemhj do not count for a fixed price": (
        {"sistemhargajual": "o ", "hargapokok": 2500, "hargajual1": 3000}, [PCS], [hj("PCS", 0, 0, 9999)],
        [("PCS", 1, None, None, 2500, 3000)], set(),
    ),
    "3 a price for each unit": (
        {"sistemhargajual": "S", "hargapokok": 2500, "hargajual1": 0}, COSTED,
        [hj("PCS", 0, 0, 3000), hj("DUS", 0, 0, 115000)],
        [("PCS", 1, None, None, 2500, 3000), ("DUS", 40, None, None, 98000, 115000)], set(),
    ),
    "4 of two rows for one unit the newer": (
        {"sistemhargajual": "S"}, [PCS], [hj("pcs ", 0, 0, 3000, MONDAY), hj("PCS", 0, 0, 3100, TUESDAY)],
        [("PCS", 1, None, None, None, 3100)], {"price_rows_repeated"},
    ),
    "5 a price for each level, without level 0": (
        {"sistemhargajual": "L"}, [PCS], [hj("PCS", 1, 0, 3000), hj("PCS", 2, 0, 2900), hj("PCS", 0, 0, 5)],
        [("PCS", 1, 1, None, None, 3000), ("PCS", 1, 2, None, None, 2900)], set(),
    ),
    "6 level 0 alone is level 1": (
        {"sistemhargajual": "L"}, [PCS], [hj("PCS", 0, 0, 3000)],
        [("PCS", 1, 1, None, None, 3000)], {"levels_assumed"},
    ),
    "7 a price for each quantity, without quantity 0": (
        {"sistemhargajual": "J"}, [PCS], [hj("PCS", 0, 11, 3000), hj("PCS", 0, 39, 2900), hj("PCS", 0, 0, 7)],
        [("PCS", 1, None, 11, None, 3000), ("PCS", 1, None, 39, None, 2900)], set(),
    ),
    "8 quantity 0 alone is a price without a limit": (
        {"sistemhargajual": "J"}, [PCS], [hj("PCS", 0, 0, 3000)],
        [("PCS", 1, None, None, None, 3000)], {"limits_assumed"},
    ),
    "9 without price rows the fixed price holds": (
        {"sistemhargajual": "J", "hargapokok": 2500, "hargajual1": 3000}, [PCS], [],
        [("PCS", 1, None, None, 2500, 3000)], {"fixed_price_used"},
    ),
    "10 a zero price is not filled in": (
        {"sistemhargajual": "S", "hargapokok": 2500, "hargajual1": 0}, [PCS], [],
        [("PCS", 1, None, None, 2500, None)], {"fixed_price_used"},
    ),
    "11 an unknown unit keeps its price": (
        {"sistemhargajual": "S"}, [PCS], [hj("PCS", 0, 0, 0), hj("DUS", 0, 0, 115000)],
        [("PCS", 1, None, None, None, None), ("DUS", None, None, None, None, 115000)], {"units_unknown"},
    ),
    "12 no code and two levels is per level": (
        {"sistemhargajual": None}, [PCS], [hj("PCS", 1, 0, 3000), hj("PCS", 2, 0, 2900)],
        [("PCS", 1, 1, None, None, 3000), ("PCS", 1, 2, None, None, 2900)], {"price_systems_guessed"},
    ),
    "13 a deleted item is left out": (
        {"sistemhargajual": "S", "statushapus": "Y"}, [PCS], [hj("PCS", 0, 0, 3000)], [], set(),
    ),
    "14 an unsold item keeps its row": (
        {"sistemhargajual": "O", "hargajual1": 3000, "statusjual": "N"}, [PCS], [],
        [("PCS", 1, None, None, None, 3000)], set(),
    ),
    "16 per quantity, with newer rows per level": (
        {"sistemhargajual": "J"}, [PCS],
        [hj("PCS", 0, 9999, 16000, JANUARY, tipehj="J"), hj("PCS", 1, 0, 13000, SEPTEMBER, tipehj="L"),
         hj("PCS", 2, 0, 12500, SEPTEMBER, tipehj="L")],
        [("PCS", 1, None, 9999, None, 16000)], set(),
    ),
    "17 per unit, with newer rows per level and per quantity": (
        {"sistemhargajual": "S"}, [PCS],
        [hj("PCS", 0, 0, 16000, JANUARY, tipehj="S"), hj("PCS", 1, 0, 13000, SEPTEMBER, tipehj="L"),
         hj("PCS", 3, 0, 11000, SEPTEMBER, tipehj="L"), hj("DUS", 0, 12, 90000, SEPTEMBER, tipehj="J")],
        [("PCS", 1, None, None, None, 16000)], set(),
    ),
    "18 per level, with a row per quantity": (
        {"sistemhargajual": "L"}, [PCS],
        [hj("PCS", 1, 0, 16000, tipehj="L"), hj("PCS", 2, 0, 15500, tipehj="L"), hj("DUS", 0, 12, 90000, tipehj="J")],
        [("PCS", 1, 1, None, None, 16000), ("PCS", 1, 2, None, None, 15500)], set(),
    ),
    "19 rows of no system all count": (
        {"sistemhargajual": "S"}, [PCS, unit("DUS", 40)],
        [hj("PCS", 0, 0, 3000, tipehj="N"), hj("DUS", 0, 0, 115000, tipehj="")],
        [("PCS", 1, None, None, None, 3000), ("DUS", 40, None, None, None, 115000)], {"price_rows_of_no_system"},
    ),
    "20 no code, and the only row is per level": (
        {"sistemhargajual": None}, [PCS], [hj("PCS", 1, 0, 3000, tipehj="L")],
        [("PCS", 1, 1, None, None, 3000)], {"price_systems_guessed"},
    ),
    "15 white space in a name becomes single blanks": (
        {"sistemhargajual": "O", "hargajual1": 3000, "namaitem": "  TEH \t PUCUK  350ML "}, [PCS], [],
        [("PCS", 1, None, None, None, 3000)], set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_worked_cases(case: tuple[dict[str, Any], Rows, Rows, list[Expected], set[str]]) -> None:
    item, units, prices, expected, notes = case
    shop = priced(item, units, prices)
    assert rows(shop) == expected
    assert noted(shop) == notes


def test_the_worked_cases_say_what_is_sold_and_how_it_is_called() -> None:
    assert priced({"statushapus": " y "}).products.empty
    (unsold,) = priced({"statusjual": "N"}).products.itertuples()
    (clean,) = priced({"namaitem": "  TEH \t PUCUK  350ML "}).products.itertuples()
    assert (unsold.dijual, clean.dijual, clean.namaitem) == (False, True, "TEH PUCUK 350ML")


@pytest.mark.parametrize(
    ("mark", "sold"), [(None, True), ("", True), (" y", True), ("Y", True), ("T", False), ("N", False)]
)
def test_an_item_is_sold_unless_its_mark_says_otherwise(mark: str | None, sold: bool) -> None:
    assert priced({"statusjual": mark}).products["dijual"].tolist() == [sold]


def test_costs_are_multiplied_exactly_before_they_are_rounded_half_up() -> None:
    cost = Decimal("1234.56785000000000000001")
    shop = priced(
        {"sistemhargajual": "S", "hargapokok": cost},
        [PCS, unit("DUS", Decimal("40.125"))],
        [hj("PCS", 0, 0, Decimal("12345.67895")), hj("DUS", 0, 0, Decimal("0.00004"))],
    )
    assert rows(shop) == [
        ("PCS", 1, None, None, Decimal("1234.5679"), Decimal("12345.6790")),
        ("DUS", Decimal("40.125"), None, None, Decimal("49537.0350"), None),
    ]


def test_a_unit_written_several_times_takes_the_first_by_its_key() -> None:
    units = [unit("dus ", 12, None, iddetail="b"), unit("DUS", 40, 98000, iddetail="a"), PCS]
    shop = priced({"sistemhargajual": "S", "hargapokok": 2500}, units, [hj("Dus", 0, 0, 115000)])
    assert rows(shop) == [("DUS", 40, None, None, 98000, 115000)]


def test_a_price_row_without_a_unit_is_for_the_base_unit() -> None:
    assert rows(priced({"sistemhargajual": "S"}, [PCS], [hj(" ", 0, 0, 3000)])) == [("PCS", 1, None, None, None, 3000)]


def test_a_filled_in_row_goes_before_a_newer_one_that_is_not() -> None:
    shop = priced({"sistemhargajual": "S"}, [PCS], [hj("PCS", 0, 0, 3000, MONDAY), hj("PCS", 0, 0, 0, TUESDAY)])
    assert rows(shop) == [("PCS", 1, None, None, None, 3000)]


def test_a_row_without_a_date_is_older_than_any_and_equal_dates_go_by_key() -> None:
    undated = priced({"sistemhargajual": "S"}, [PCS], [hj("PCS", 0, 0, 3000, MONDAY), hj("PCS", 0, 0, 3100)])
    equal = priced({"sistemhargajual": "S"}, [PCS], [hj("PCS", 0, 0, 1, MONDAY), hj("PCS", 0, 0, 2, MONDAY)])
    assert [row[-1] for row in rows(undated) + rows(equal)] == [3000, 2]


def test_a_negative_price_is_not_filled_in_and_is_reported() -> None:
    shop = priced({"sistemhargajual": "O", "hargapokok": 2500, "hargajual1": -3000}, [PCS])
    assert rows(shop) == [("PCS", 1, None, None, 2500, None)]
    assert shop.negative[["kodeitem", "hargajual"]].to_numpy().tolist() == [["A", -3000]]


def test_an_unknown_code_is_read_off_the_rows() -> None:
    def system(*prices: dict[str, Any]) -> str:
        return str(
            priced({"sistemhargajual": "X", "hargajual1": 5}, [PCS], list(prices)).products["sistem_harga"].item()
        )

    assert system() == "O"
    assert system(hj("PCS", 0, 0, 1)) == "S"
    assert system(hj("PCS", 1, 0, 1), hj("PCS", 2, 0, 1)) == "L"
    assert system(hj("PCS", 1, 12, 1), hj("PCS", 2, 0, 1)) == "J"


def test_barcodes_are_trimmed_distinct_and_keep_their_zeros() -> None:
    shop = priced(
        {}, [unit("PCS", 1, kodebarcode=" 0089 "), unit("pcs", 1, kodebarcode="0089"), unit("DUS", 9, kodebarcode=" ")]
    )
    assert shop.barcodes.to_numpy().tolist() == [["0089", "A", "PCS"]]


def test_stock_is_summed_by_branch() -> None:
    shop = priced(
        {}, stock=[{"kantor": "utm", "stok": 3}, {"kantor": "UTM ", "stok": -1}, {"kantor": "GDG", "stok": None}]
    )
    assert shop.stock.to_numpy().tolist() == [["A", "GDG", 0], ["A", "UTM", 2]]


def test_rows_of_an_item_that_is_not_there_are_orphans() -> None:
    shop = priced({}, [unit("PCS", 1), unit("DUS", 1, kodeitem="B")], [hj("PCS", 0, 0, 5, kodeitem="C")])
    assert shop.orphans.to_numpy().tolist() == [["tbl_itemsatuanjml", "B", "DUS"], ["tbl_itemhj", "C", "PCS"]]


def test_what_had_to_be_decided_about_units_is_noted() -> None:
    unnamed = priced({"sistemhargajual": "S"}, [PCS, unit("DUS", 40)], [hj(" ", 0, 0, 115000), hj("DUS", 0, 0, 120000)])
    assert noted(unnamed) == {"units_assumed"}
    differing = priced(
        {"sistemhargajual": "S"}, [PCS, unit("DUS", 40), unit("dus", 24)], [hj("DUS", 0, 0, 1), hj("PCS", 0, 0, 1)]
    )
    assert noted(differing) == {"unit_rows_differ"}
    unpriced = priced({"sistemhargajual": "S"}, [PCS, unit("DUS", 40)], [hj("PCS", 0, 0, 3000)])
    assert noted(unpriced) == {"units_without_price"}


def test_a_newer_negative_price_is_reported_even_where_an_older_one_holds() -> None:
    shop = priced({"sistemhargajual": "S"}, [PCS], [hj("PCS", 0, 0, 3000, MONDAY), hj("PCS", 0, 0, -1, TUESDAY)])
    assert rows(shop) == [("PCS", 1, None, None, None, 3000)]
    assert len(shop.negative) == 1


def test_a_cost_that_no_shop_has_is_left_out_and_noted() -> None:
    shop = priced({"sistemhargajual": "S", "hargapokok": 800}, [unit("PCS", 8991234567890)], [hj("PCS", 0, 0, 1000)])
    assert rows(shop) == [("PCS", 8991234567890, None, None, None, 1000)]
    assert noted(shop) == {"costs_too_large"}


def stale(shop: PricedShop) -> list[tuple[Any, ...]]:
    table = shop.stale.astype(object).where(shop.stale.notna(), None)
    return list(table[["satuan", "ignored_price", "price_in_force"]].itertuples(index=False, name=None))


def test_an_ignored_row_with_another_price_is_shown_once_for_its_item() -> None:
    _, _, rows_of_17, _, _ = CASES["17 per unit, with newer rows per level and per quantity"]
    assert stale(priced({"sistemhargajual": "S"}, [PCS], rows_of_17)) == [("PCS", 13000, 16000)]
    _, _, rows_of_18, _, _ = CASES["18 per level, with a row per quantity"]
    assert stale(priced({"sistemhargajual": "L"}, [PCS], rows_of_18)) == [("DUS", 90000, None)]


def test_an_ignored_row_with_a_price_that_the_till_asks_is_not_stale() -> None:
    same = [hj("PCS", 1, 0, 3000, tipehj="L"), hj("PCS", 0, 5, Decimal("3000.00001"), tipehj="J"), hj("PCS", 0, 9, 0)]
    shop = priced({"sistemhargajual": "S"}, [PCS], [*same, hj("PCS", 0, 0, 3000, tipehj=" s ")])
    assert (rows(shop), stale(shop)) == ([("PCS", 1, None, None, None, 3000)], [])


def test_rows_of_another_system_say_nothing_about_a_fixed_price_and_are_shown() -> None:
    shop = priced({"sistemhargajual": "O", "hargajual1": 3000}, [PCS], [hj("PCS", 1, 0, 9999, tipehj="L")])
    assert (rows(shop), stale(shop)) == ([("PCS", 1, None, None, None, 3000)], [("PCS", 9999, 3000)])


def test_an_unknown_code_with_rows_of_two_systems_is_inferred_and_then_reads_its_own_rows() -> None:
    both = [hj("PCS", 0, 0, 3000, tipehj="S"), hj("PCS", 0, 12, 2900, tipehj="J")]
    assert rows(priced({"sistemhargajual": "X"}, [PCS], both)) == [("PCS", 1, None, 12, None, 2900)]


def test_negative_amounts_of_ignored_rows_do_not_matter() -> None:
    both = [hj("PCS", 0, 0, 3000, tipehj="S"), hj("PCS", 0, 12, -1, tipehj="J")]
    assert priced({"sistemhargajual": "S"}, [PCS], both).negative.empty


@pytest.mark.parametrize("marks", [{"statusjual": "1"}, {"statushapus": "T"}, {"statusjual": " t", "statushapus": "0"}])
def test_an_unknown_mark_is_counted_and_deletes_nothing(marks: dict[str, str]) -> None:
    shop = priced(marks)
    assert len(shop.products) == 1
    assert "unknown_marks" in noted(shop)
    assert noted(priced({"statusjual": "n", "statushapus": None})) == {"price_systems_guessed"}
