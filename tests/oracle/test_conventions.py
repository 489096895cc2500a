"""What the worked cases leave open and the conventions settle: ties, blanks, roundings, dirt."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from .rules import (
    BarcodeRow,
    PriceKey,
    StockRow,
    asked_prices,
    barcode_rows,
    clean,
    conversion,
    cost,
    filled_in,
    preferred,
    price_system,
    product_rows,
    stock_rows,
)
from .tables import Item, SellingPrice, Stock, Unit, number, text

MONDAY = datetime(2026, 1, 5)


def item(system: str | None = "S", satuan: str | None = "PCS", hargapokok: Decimal | None = None) -> Item:
    return Item("A1", satuan=satuan, sistemhargajual=system, hargapokok=hargapokok)


def price(
    iddetail: str = "H",
    satuan: str | None = "PCS",
    level: int | None = 0,
    jmlsampai: str | None = "0",
    hargajual: str | None = "1",
    dateupd: datetime | None = None,
) -> SellingPrice:
    return SellingPrice(
        iddetail,
        satuan,
        level,
        None if jmlsampai is None else Decimal(jmlsampai),
        None if hargajual is None else Decimal(hargajual),
        dateupd,
    )


def test_a_priced_row_comes_before_a_newer_one_without_a_price() -> None:
    priced, unpriced = price(hargajual="5"), price(hargajual="0", dateupd=MONDAY)
    assert preferred([unpriced, priced]) is priced


def test_a_row_without_a_date_is_the_oldest() -> None:
    dated, undated = price("H1", dateupd=MONDAY), price("H2")
    assert preferred([undated, dated]) is dated


def test_of_rows_of_one_date_the_greatest_iddetail_by_code_point_counts() -> None:
    upper, lower = price("H"), price("h")
    assert preferred([lower, upper]) is lower


def test_several_levels_below_one_are_one_level_one() -> None:
    rows = [price("H1", level=-1, hargajual="7"), price("H2", level=None, hargajual="8")]
    assert asked_prices(item("L"), rows) == [(PriceKey("PCS", level=1), Decimal(8))]


def test_a_proper_row_without_a_price_still_drives_out_the_rows_below_one() -> None:
    rows = [price("H1", level=1, hargajual=None), price("H2", level=0, hargajual="8")]
    assert asked_prices(item("L"), rows) == [(PriceKey("PCS", level=1), None)]


def test_quantities_below_one_are_judged_unit_by_unit() -> None:
    rows = [
        price("H1", "PCS", jmlsampai="1"),
        price("H2", "PCS", jmlsampai="0.999"),
        price("H3", "DUS", jmlsampai=None),
    ]
    assert [key for key, _ in asked_prices(item("J"), rows)] == [
        PriceKey("PCS", jumlah_sampai=Decimal(1)),
        PriceKey("DUS"),
    ]


def test_a_price_without_a_unit_is_for_the_base_unit_and_an_empty_base_unit_stays_empty() -> None:
    assert asked_prices(item("S", " pcs "), [price(satuan=" ")]) == [(PriceKey("PCS"), Decimal(1))]
    assert asked_prices(item("S", None), [price(satuan=None)]) == [(PriceKey(""), Decimal(1))]


def test_an_unknown_code_is_guessed_from_the_rows() -> None:
    assert price_system(item("X"), [price(level=1), price(level=2), price(jmlsampai="1")]) == "J"
    assert price_system(item(""), [price(level=None), price(level=1)]) == "L"
    assert price_system(item(None), [price(level=None), price(level=0)]) == "S"
    assert price_system(item(None), []) == "O"


def test_the_smallest_iddetail_of_a_unit_decides_its_conversion_and_cost() -> None:
    units = [Unit("9", "DUS", Decimal(12), Decimal(1)), Unit("10", "dus ", Decimal(40), Decimal(2))]
    assert conversion("DUS", item(), units) == 40
    assert cost("DUS", item(), units) == 2


def test_a_conversion_of_zero_is_unknown_and_the_base_unit_is_then_one() -> None:
    units = [Unit("1", "PCS", Decimal(0)), Unit("2", "DUS", Decimal(-1))]
    assert conversion("PCS", item(), units) == 1
    assert conversion("DUS", item(), units) is None


def test_a_cost_is_multiplied_exactly_and_rounded_once_half_up() -> None:
    subject = item(hargapokok=Decimal("123456789012345.12345678901234567890"))
    units = [Unit("1", "DUS", Decimal("12345678901234567.891"), Decimal(0))]
    assert str(cost("DUS", subject, units)) == "1524157875323876817818978063498.0701"
    assert cost("PCS", item(hargapokok=Decimal("0.00005")), []) == Decimal("0.0001")
    assert cost("PCS", item(hargapokok=Decimal(-1)), []) is None


def test_a_price_that_rounds_to_zero_or_is_negative_is_not_filled_in() -> None:
    assert [filled_in(Decimal(price)) for price in ("0.00004", "0.00005", "-3", "2.5")] == [
        None,
        Decimal("0.0001"),
        None,
        Decimal("2.5"),
    ]


def test_a_dropped_control_character_leaves_no_double_blank() -> None:
    assert clean("\x01 A\tB\u00a0\u2003C\x02D \x7f E ") == "A B CD E"
    assert clean(None) == ""


def test_a_name_of_nothing_gives_way_to_the_kodeitem_as_stored() -> None:
    (product,) = product_rows(Item(" a1 ", namaitem="\t\x01", jenis=" ", merek=" ABC  X "), [])
    assert (product.namaitem, product.jenis, product.merek, product.rak) == (" a1 ", None, "ABC X", None)


def test_a_barcode_is_listed_once_a_unit_with_its_leading_zeros() -> None:
    units = [Unit("1", "PCS", kodebarcode=" 007 "), Unit("2", "pcs", kodebarcode="007"), Unit("3", kodebarcode=" ")]
    assert barcode_rows(item(), units) == [BarcodeRow("A1", "007", "PCS")]


def test_stock_of_one_kantor_is_summed_however_it_is_written() -> None:
    stock = [Stock(" utm", Decimal("1.5")), Stock("UTM", Decimal(2)), Stock(None, None)]
    assert stock_rows(item(), stock) == [StockRow("A1", "UTM", Decimal("3.5")), StockRow("A1", "", Decimal(0))]


def test_bytes_are_utf_8_or_else_cp1252_and_nan_is_no_number() -> None:
    assert [text(value) for value in (b"caf\xc3\xa9", memoryview(b"caf\xe9"), "x", None)] == ["café", "café", "x", None]
    assert number(Decimal("NaN")) is None
