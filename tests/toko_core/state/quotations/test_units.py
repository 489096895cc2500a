"""A unit is never guessed: neither one of several of the same name, nor the base unit in place of the asked one."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.shop import Item, publish_shop
from toko_core.catalog.live import Served
from toko_core.state.quotations.quoting import Quoter

GOODS = [
    Item("G1", "GULA PASIR GULAKU 1 KG", [("BKS", "1", None, None, "1", "17500"),
                                          ("DUS", "12", None, None, "1", "205500"),
                                          ("KARTON", "24", None, None, "1", "410000")]),
    Item("M1", "INDOMIE GORENG SPECIAL", [("PCS", "1", None, None, "1", "3150"),
                                           ("DUS", "40", None, None, "1", "115000")]),
    Item("K1", "TEH KOTAK SOSRO", [("PCS", "1", None, None, "1", "4500"), ("DUS", "24", None, None, "1", "100000")]),
    Item("B1", "KECAP BANGO 550ML", [("PCS", "1", None, None, "1", "24750")]),
    Item("T1", "TELUR AYAM NEGERI", [("KG", "1", None, None, "1", "28500")]),
    Item("O1", "DAGING SAPI LOKAL", [("ONS", "1", None, None, "1", "14000")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def quoter(tmp_path_factory: pytest.TempPathFactory) -> Quoter:
    folder: Path = tmp_path_factory.mktemp("units")
    publish_shop(folder, GOODS)
    served: Served = served_catalog(folder / "catalog", folder / "copy")
    return Quoter(served, datetime(2026, 11, 30, 9))


@pytest.mark.parametrize(
    ("text", "code", "number", "unit", "price"),
    [
        ("gula pasir gulaku 1 kg 2 karton", "G1", "2", "KARTON", 410000),
        ("gula pasir gulaku 1 kg 2dus", "G1", "2", "DUS", 205500),
        ("gula pasir gulaku 1 kg 2 krt", "G1", "2", None, None),  # the shop has two sizes of carton
        ("indomie goreng dus 2", "M1", "2", "DUS", 115000),
        ("indomie goreng dus", "M1", "1", "DUS", 115000),
        ("teh kotak 5", "K1", "5", "PCS", 4500),
        ("teh kotak 5 kotak", "K1", "5", None, None),
        ("telur 1/4 kg", "T1", "0.25", "KG", 28500),
        ("telur 1/3 kg", "T1", "0.333", "KG", 28500),
        ("indomie goreng special 12.000 pcs", "M1", "12000", "PCS", 3150),
    ],
)
def test_the_unit_that_was_written_is_quoted_or_asked(
    quoter: Quoter, text: str, code: str, number: str, unit: str | None, price: int | None
) -> None:
    (line,) = quoter.draft([text], 1)
    assert (line.kodeitem, line.number, line.satuan, line.price) == (code, Decimal(number), unit, price)


def test_a_line_without_a_usable_quantity_has_no_price_until_it_has_one(quoter: Quoter) -> None:
    for text in (
        "indomie goreng special 0 dus",
        "indomie goreng special 1.000.000 pcs",
        "indomie goreng special 1000000",
    ):
        (line,) = quoter.draft([text], 1)
        chosen = quoter.choose(line, "M1", 1)
        assert (chosen.number, chosen.is_priced) == (Decimal(0), False)
        assert quoter.price(replace(chosen, number=Decimal(3)), 1).is_priced


def test_another_product_keeps_the_quantity_and_never_gets_a_smaller_unit(quoter: Quoter) -> None:
    (line,) = quoter.draft(["indomie goreng 3 dus"], 1)
    pressed = replace(line, unit=None)  # as after the button of a unit
    for before in (line, pressed):
        other = quoter.choose(before, "K1", 1)
        assert (other.number, other.satuan, other.price) == (Decimal(3), "DUS", Decimal(100000))
        lacking = quoter.choose(before, "B1", 1)
        assert (lacking.number, lacking.unit, lacking.satuan, lacking.price) == (Decimal(3), "dus", None, None)
        renamed = quoter.rename(before, "teh kotak", 1)
        assert (renamed.kodeitem, renamed.number, renamed.satuan) == ("K1", Decimal(3), "DUS")
        assert quoter.rename(before, "teh kotak 7", 1).number == 7
    (pieces,) = quoter.draft(["indomie goreng 3"], 1)
    assert quoter.choose(pieces, "G1", 1).satuan == "BKS", "the base unit, as it was the base unit"
    (eggs,) = quoter.draft(["telur 5 ons"], 1)
    meat = quoter.choose(eggs, "O1", 1)
    assert (eggs.number, meat.number, meat.satuan) == (Decimal("0.5"), Decimal(5), "ONS")
