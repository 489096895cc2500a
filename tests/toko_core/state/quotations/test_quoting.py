"""A list gives the sum of its products, whatever its order and notation. What is not clear is asked."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.discounts import rounded
from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.shop import Item, publish_shop
from tests.toko_core.state.quotations.shop import BY_CODE, GOODS, Good
from toko_core.catalog.live import Served
from toko_core.search.lists import read_list
from toko_core.search.quantities import unit_named
from toko_core.state.quotations.matching import find_unit
from toko_core.state.quotations.quoting import Quoter
from toko_core.state.quotations.records import Line, Quotation

NOW = datetime(2026, 11, 30, 9, 0)
SPELLINGS = {"PCS": ["pcs", "biji", "buah"], "BKS": ["bks", "bungkus"], "DUS": ["dus", "karton", "krt"],
             "SLOP": ["slop"], "BTL": ["botol", "btl"], "KG": ["kg", "kilo"], "SAK": ["sak", "karung"]}  # fmt: skip
NOTATIONS = ["{name} {n} {u}", "{n} {u} {name}", "{name} {n}{u}", "{name} - {n} {u}", "{name}: {n} {u}",
             "{name} ({n} {u})", "{name} sebanyak {n} {u}"]  # fmt: skip
BARE = ["{name} {n}", "{n} {name}", "{name} x {n}", "{n}x {name}", "{name} = {n}", "{name} ({n})"]
"""Notations without a unit: the base unit is meant."""
FRONTS = ["", "- ", "• ", "* ", "[12:30] Ani: ", "[12:30, 5/12/2024] Ani: ", "05/12/24 12.30 - Ani: "]


@st.composite
def lines_of_goods(draw: st.DrawFn) -> tuple[Good, str, int, str]:
    """A product, a unit, a quantity, and how somebody writes that."""
    good = draw(st.sampled_from(GOODS))
    unit = draw(st.sampled_from(list(good.units)))
    number = draw(st.integers(2, 60))
    is_bare = unit == next(iter(good.units)) and draw(st.booleans())
    notation = draw(st.sampled_from(BARE if is_bare else NOTATIONS))
    name = draw(st.sampled_from([str.lower, str.upper, str.title]))(good.name)
    return good, unit, number, notation.format(name=name, n=number, u=draw(st.sampled_from(SPELLINGS[unit])))


@settings(deadline=None, max_examples=20)
@given(st.lists(lines_of_goods(), min_size=30, max_size=30), st.data())
def test_a_list_of_30_lines_in_any_order_and_notation_is_the_sum_of_its_products(
    served: Served, asked: list[tuple[Good, str, int, str]], data: st.DataObject
) -> None:
    level, rounding = data.draw(st.sampled_from([1, 2, 3])), data.draw(st.sampled_from([None, 100, 500]))
    written = [line for *_, line in asked]
    if data.draw(st.booleans()):
        text = data.draw(st.sampled_from([", ", "; ", ";"])).join(written)
    else:
        text = "\n".join(data.draw(st.sampled_from(FRONTS)) + line for line in written)
    lines = Quoter(served, NOW).draft(read_list(text).items, level)
    found = [(line.kodeitem, line.satuan, line.number) for line in lines]
    assert found == [(good.code, unit, Decimal(number)) for good, unit, number, _ in asked], text
    exact = [good.price(unit, Fraction(number), level) * number for good, unit, number, _ in asked]
    receipt = quotation(*lines).receipt(rounding)
    assert receipt.total == rounded(sum(exact, Fraction()), rounding)
    assert sum(receipt.subtotals) + receipt.rounding == receipt.total


def quotation(*lines: Line) -> Quotation:
    moment = datetime(2026, 11, 30).astimezone()
    return Quotation(1, 2026, 1, 101, "Budi", 1, moment, moment, lines)


Draft = Callable[..., Line]


@pytest.fixture
def drafted(served: Served) -> Draft:
    """Return the line of an item at a level."""

    def draft(text: str, level: int = 1) -> Line:
        (line,) = Quoter(served, NOW).draft([text], level)
        return line

    return draft


@pytest.mark.parametrize(
    ("text", "code", "number", "unit"),
    [
        ("surya 12", "C1", "1", "BKS"),
        ("surya 12 5", "C1", "5", "BKS"),
        ("surya 16 2 slop", "C2", "2", "SLOP"),
        ("gula 1 kg 5", "B1", "5", "BKS"),
        ("aqua 600", "D1", "1", "BTL"),
        ("aqua 600 24", "D1", "24", "BTL"),
        ("5 surya 12", "C1", "5", "BKS"),
        ("12 gudang garam surya 12", "C1", "12", "BKS"),
        ("16 gudang garam surya 12", "C1", "16", "BKS"),
        ("16 surya 12", "C1", "16", "BKS"),
        ("surya 12 x 16", "C1", "16", "BKS"),
        ("aqua 600 x 2", "D1", "2", "BTL"),
        ("setengah kg telur", "E1", "0.5", "KG"),
        ("telur 2,5 kg", "E1", "2.5", "KG"),
        ("telur 5 ons", "E1", "0.5", "KG"),
        ("250 gram telur", "E1", "0.25", "KG"),
        ("3 semen tiga roda", "H1", "3", "SAK"),
        ("minyak bimoli 2 liter", "I1", "1", "PCS"),
        ("minyak bimoli 2 liter 4", "I1", "4", "PCS"),
        ("B1 3", "B1", "3", "BKS"),
    ],
)
def test_what_is_clear_is_quoted_at_once(drafted: Draft, text: str, code: str, number: str, unit: str) -> None:
    line = drafted(text)
    assert (line.kodeitem, line.number, line.satuan) == (code, Decimal(number), unit)
    assert line.price is not None
    assert Fraction(line.price) == BY_CODE[code].price(unit, Fraction(number), 1)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("indomie 3", {"A1", "A2"}),  # two kinds
        ("gula pasir 5", {"B1", "B2"}),  # two sizes
        ("surya 2 slop", {"C1", "C2"}),
        ("kecap bango 500 ml", {"F1"}),  # the shop has 550
        ("semen 50", {"H1"}),  # fifty sacks, or a sack of 50 kg
        ("barang yang tidak ada", set()),
    ],
)
def test_what_may_be_several_products_is_asked(drafted: Draft, text: str, codes: set[str]) -> None:
    line = drafted(text)
    assert line.kodeitem is None
    assert not line.is_priced
    assert set(line.choices) >= codes
    assert len(line.choices) <= 5


def test_a_unit_that_the_product_lacks_is_asked_and_the_number_stays(served: Served, drafted: Draft) -> None:
    quoter = Quoter(served, NOW)
    for text, number, unit in (("kecap bango 550 2 lusin", 2, "lusin"), ("5 kg gula pasir gulaku 1 kg", 5, "kg")):
        line = drafted(text)
        product = quoter.find(line.kodeitem or "")
        assert product is not None
        assert (line.satuan, line.number, line.unit, line.price) == (None, Decimal(number), unit, None)
        assert find_unit(product, line.number, line.unit) is None
        assert unit_named(unit) == unit


def test_a_number_that_the_chosen_name_does_not_have_is_the_quantity(tmp_path: Path) -> None:
    names = {"J1": "GULA KUNING 1KG", "J2": "GULA KUNING 2KG"}
    publish_shop(tmp_path, [Item(code, name, [("BKS", "1", None, None, "1", "9000")]) for code, name in names.items()])
    quoter = Quoter(served_catalog(tmp_path / "catalog", tmp_path / "copy"), NOW)
    (line,) = quoter.draft(["gula kuning 2"], 1)
    assert (line.kodeitem, line.number) == (None, Decimal(1)), "two packs, or the pack of 2 kg"
    chosen = [quoter.choose(line, code, 1) for code in names]
    assert [(each.kodeitem, each.number, each.satuan) for each in chosen] == [
        ("J1", Decimal(2), "BKS"), ("J2", Decimal(1), "BKS"),
    ]  # fmt: skip


def test_a_number_that_may_be_of_a_name_offers_products_with_and_without_it(tmp_path: Path) -> None:
    names = [
        "MINYAK KUNING 1 LITER",
        *(f"MINYAK KUNING 2L {word}" for word in ("ALFA", "BRAVO", "CAKRA", "DELTA", "ECHO")),
    ]
    publish_shop(
        tmp_path, [Item(f"J{n}", name, [("PCS", "1", None, None, "1", "9000")]) for n, name in enumerate(names, 1)]
    )
    quoter = Quoter(served_catalog(tmp_path / "catalog", tmp_path / "copy"), NOW)
    (line,) = quoter.draft(["minyak kuning 2"], 1)
    assert line.kodeitem is None
    assert {"J1", "J2"} < set(line.choices), "the pack of 2 litres, or two of any"
    (line,) = quoter.draft(["minyak kuning 1 liter 2"], 1)
    assert (line.kodeitem, line.number) == ("J1", Decimal(2)), "after a whole name it is a quantity"


def test_the_price_is_that_of_the_quantity_and_of_the_level(drafted: Draft) -> None:
    assert [drafted(f"gula pasir gulaku 1 kg {number}").price for number in (11, 12, 39, 40)] == [
        17500, 17200, 17200, 16900,
    ]  # fmt: skip
    assert [drafted("indomie goreng special 85gr 2", level).price for level in (1, 2, 3)] == [
        3150, Decimal("3050.5"), 3150,
    ]  # fmt: skip


def test_a_quotation_says_which_prices_are_others_now(served: Served, drafted: Draft) -> None:
    quoter = Quoter(served, NOW)
    same, other, gone = drafted("telur 3"), drafted("surya 12"), drafted("surya 16")
    cheap = Line("x", Decimal(2), None, other.kodeitem, other.namaitem, other.satuan, Decimal(24000), (), 2)
    lost = Line("y", Decimal(1), None, "NO SUCH CODE", gone.namaitem, gone.satuan, gone.price, (), 3)
    assert list(quoter.changes(quotation(same, cheap, lost))) == [(cheap, Decimal(25000)), (lost, None)]
