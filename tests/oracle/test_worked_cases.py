"""The twenty worked cases of the pricing rules, so that the oracle itself is proven."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from .rules import PriceRow, price_rows, product_rows
from .tables import Item, SellingPrice, Unit

Shown = tuple[str, int | None, int | None, int | None, int | None, int | None]
"""(satuan, konversi, level, jumlah_sampai, hargapokok, hargajual), as the worked cases are written."""

MONDAY = datetime(2026, 1, 5)
TUESDAY = datetime(2026, 1, 6)
JANUARY, SEPTEMBER = datetime(2025, 1, 10), datetime(2025, 9, 2)

PCS = Unit("U1", "PCS", Decimal(1), Decimal(2500))
DUS = Unit("U2", "DUS", Decimal(40), Decimal(98000))


def item(
    system: str | None,
    hargapokok: int = 2500,
    hargajual1: int = 0,
    *,
    namaitem: str = "TEH",
    statusjual: str | None = "Y",
    statushapus: str | None = None,
) -> Item:
    return Item(
        kodeitem="A1",
        namaitem=namaitem,
        satuan="PCS",
        sistemhargajual=system,
        statusjual=statusjual,
        statushapus=statushapus,
        hargapokok=Decimal(hargapokok),
        hargajual1=Decimal(hargajual1),
    )


def hj(*rows: tuple[str, int, int, int]) -> list[SellingPrice]:
    """Rows of tbl_itemhj from (satuan, level, jmlsampai, hargajual)."""
    return [
        SellingPrice(f"H{number}", satuan, level, Decimal(jmlsampai), Decimal(hargajual))
        for number, (satuan, level, jmlsampai, hargajual) in enumerate(rows)
    ]


def marked(*rows: tuple[str | None, str, int, int, int, datetime | None]) -> list[SellingPrice]:
    """Rows of tbl_itemhj from (tipehj, satuan, level, jmlsampai, hargajual, dateupd)."""
    return [
        SellingPrice(f"H{number}", satuan, level, Decimal(jmlsampai), Decimal(hargajual), dateupd, tipehj)
        for number, (tipehj, satuan, level, jmlsampai, hargajual, dateupd) in enumerate(rows)
    ]


def row(shown: Shown) -> PriceRow:
    satuan, konversi, level, jumlah_sampai, hargapokok, hargajual = shown
    return PriceRow(
        kodeitem="A1",
        satuan=satuan,
        konversi=None if konversi is None else Decimal(konversi),
        level=level,
        jumlah_sampai=None if jumlah_sampai is None else Decimal(jumlah_sampai),
        hargapokok=None if hargapokok is None else Decimal(hargapokok),
        hargajual=None if hargajual is None else Decimal(hargajual),
    )


def check(subject: Item, units: Sequence[Unit], prices: Sequence[SellingPrice], *shown: Shown) -> None:
    """The rows are the expected ones, each once, whatever the order in which the tables were read."""
    for found in (price_rows(subject, units, prices), price_rows(subject, units[::-1], prices[::-1])):
        assert len(found) == len(shown)
        assert set(found) == set(map(row, shown))


def test_01_a_fixed_price_is_one_row_of_the_base_unit_though_the_item_has_other_units() -> None:
    check(item("O", 2500, 3000), [PCS, DUS], [], ("PCS", 1, None, None, 2500, 3000))


def test_02_rows_of_tbl_itemhj_do_not_count_for_a_fixed_price_and_the_code_is_trimmed_in_any_case() -> None:
    check(item("o ", 2500, 3000), [], hj(("PCS", 0, 0, 9999)), ("PCS", 1, None, None, 2500, 3000))


def test_03_a_price_per_unit_is_a_row_per_unit_with_that_units_cost() -> None:
    check(
        item("S"),
        [PCS, DUS],
        hj(("PCS", 0, 0, 3000), ("DUS", 0, 0, 115000)),
        ("PCS", 1, None, None, 2500, 3000),
        ("DUS", 40, None, None, 98000, 115000),
    )


def test_04_of_two_rows_for_one_unit_written_differently_the_newer_counts() -> None:
    monday = SellingPrice("H9", "pcs ", 0, Decimal(0), Decimal(3000), MONDAY)
    tuesday = SellingPrice("H1", "PCS", 0, Decimal(0), Decimal(3100), TUESDAY)
    check(item("S"), [PCS], [monday, tuesday], ("PCS", 1, None, None, 2500, 3100))


def test_05_a_level_below_one_is_left_out_where_the_unit_has_proper_levels() -> None:
    check(
        item("L"),
        [PCS],
        hj(("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900), ("PCS", 0, 0, 5)),
        ("PCS", 1, 1, None, 2500, 3000),
        ("PCS", 1, 2, None, 2500, 2900),
    )


def test_06_a_level_below_one_is_level_one_where_the_unit_has_no_other() -> None:
    check(item("L"), [PCS], hj(("PCS", 0, 0, 3000)), ("PCS", 1, 1, None, 2500, 3000))


def test_07_a_quantity_below_one_is_left_out_where_the_unit_has_proper_quantities() -> None:
    check(
        item("J"),
        [PCS],
        hj(("PCS", 0, 11, 3000), ("PCS", 0, 39, 2900), ("PCS", 0, 0, 7)),
        ("PCS", 1, None, 11, 2500, 3000),
        ("PCS", 1, None, 39, 2500, 2900),
    )


def test_08_a_quantity_below_one_is_a_price_without_limit_where_the_unit_has_no_other() -> None:
    check(item("J"), [PCS], hj(("PCS", 0, 0, 3000)), ("PCS", 1, None, None, 2500, 3000))


def test_09_an_item_priced_by_quantity_without_any_row_has_its_fixed_price() -> None:
    subject = item("J", 2500, 3000)
    check(subject, [], [], ("PCS", 1, None, None, 2500, 3000))
    assert [product.sistem_harga for product in product_rows(subject, [])] == ["O"]


def test_10_a_price_of_zero_is_not_filled_in_but_the_row_stays() -> None:
    check(item("S", 2500, 0), [], [], ("PCS", 1, None, None, 2500, None))


def test_11_an_unknown_unit_keeps_its_price_without_conversion_or_cost() -> None:
    check(
        item("S"),
        [],
        hj(("PCS", 0, 0, 0), ("DUS", 0, 0, 115000)),
        ("PCS", 1, None, None, 2500, None),
        ("DUS", None, None, None, None, 115000),
    )


def test_12_an_item_without_a_code_and_with_two_levels_is_priced_per_level() -> None:
    subject, prices = item(None), hj(("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900))
    check(subject, [PCS], prices, ("PCS", 1, 1, None, 2500, 3000), ("PCS", 1, 2, None, 2500, 2900))
    assert [product.sistem_harga for product in product_rows(subject, prices)] == ["L"]


def test_13_a_deleted_item_has_neither_prices_nor_a_product() -> None:
    subject, prices = item("S", statushapus="Y"), hj(("PCS", 0, 0, 3000))
    check(subject, [PCS], prices)
    assert product_rows(subject, prices) == []


def test_14_an_item_that_is_not_sold_keeps_its_row_and_says_so() -> None:
    subject = item("O", 2500, 3000, statusjual="N")
    check(subject, [], [], ("PCS", 1, None, None, 2500, 3000))
    assert [product.dijual for product in product_rows(subject, [])] == [False]


def test_15_white_space_of_any_kind_in_a_name_becomes_single_blanks() -> None:
    subject = item("O", namaitem="  TEH \t PUCUK  350ML ")
    assert [product.namaitem for product in product_rows(subject, [])] == ["TEH PUCUK 350ML"]


def test_16_newer_rows_per_level_do_not_count_for_an_item_priced_by_quantity() -> None:
    prices = marked(
        ("J", "PCS", 0, 9999, 16000, JANUARY),
        ("L", "PCS", 1, 0, 13000, SEPTEMBER),
        ("L", "PCS", 2, 0, 12500, SEPTEMBER),
    )
    check(item("J"), [PCS], prices, ("PCS", 1, None, 9999, 2500, 16000))


def test_17_a_unit_that_only_another_system_prices_has_no_price() -> None:
    prices = marked(
        ("S", "PCS", 0, 0, 16000, JANUARY),
        ("L", "PCS", 1, 0, 13000, SEPTEMBER),
        ("L", "PCS", 3, 0, 11000, SEPTEMBER),
        ("J", "DUS", 0, 12, 90000, SEPTEMBER),
    )
    check(item("S"), [PCS], prices, ("PCS", 1, None, None, 2500, 16000))


def test_18_an_item_priced_per_level_keeps_its_levels_and_nothing_else() -> None:
    prices = marked(("L", "PCS", 1, 0, 16000, None), ("L", "PCS", 2, 0, 15500, None), ("J", "DUS", 0, 12, 90000, None))
    check(item("L"), [PCS], prices, ("PCS", 1, 1, None, 2500, 16000), ("PCS", 1, 2, None, 2500, 15500))


def test_19_rows_that_name_no_known_system_all_count() -> None:
    prices = marked(("N", "PCS", 0, 0, 3000, None), ("", "DUS", 0, 0, 115000, None))
    check(item("S"), [PCS, DUS], prices, ("PCS", 1, None, None, 2500, 3000), ("DUS", 40, None, None, 98000, 115000))


def test_20_an_item_without_a_code_is_of_the_one_system_that_its_rows_name() -> None:
    subject, prices = item(None), marked((" l", "PCS", 1, 0, 3000, None))
    check(subject, [PCS], prices, ("PCS", 1, 1, None, 2500, 3000))
    assert [product.sistem_harga for product in product_rows(subject, prices)] == ["L"]
