"""Quantities are read from messages, and sizes of products stay in them."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_assets.sample.names import sample_products
from toko_core.search.language.numbers import UNITS
from toko_core.search.quantities import SIZES, Quantity, is_size, read_quantity, unit_named

GOODS = ["indomie goreng", "surya 12", "aqua 600", "a mild 16", "gula 1 kg", "kopi 2x100", "Gudang Garam 12", "7 up",
         "teh isi 25", "minyak 2 liter", "beras 5kg", "3 roda", "kertas a4 70gr", "permen karet", "semen"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rest", "number", "unit"),
    [
        ("indomie grg 3 dus", "indomie grg", "3", "dus"),
        ("indomie grg 3dus", "indomie grg", "3", "dus"),
        ("3 dus indomie grg", "indomie grg", "3", "dus"),
        ("indomie grg, 3 karton.", "indomie grg", "3", "dus"),
        ("2 lusin telor", "telor", "2", "lusin"),
        ("selusin telor", "telor", "1", "lusin"),
        ("setengah lusin piring", "piring", "0.5", "lusin"),
        ("selusin", "", "1", "lusin"),
        ("5 pcs", "", "5", "pcs"),
        ("1.000 pcs sedotan", "sedotan", "1000", "pcs"),
        ("1 sak semen", "semen", "1", "sak"),
        ("dua belas botol teh", "teh", "12", "botol"),
        ("dua puluh lima dus aqua", "aqua", "25", "dus"),
        ("surya 12 2 slop", "surya 12", "2", "slop"),
        ("2 slop surya 12", "surya 12", "2", "slop"),
        ("aqua 600 x 5", "aqua 600", "5", None),
        ("aqua 600 x5", "aqua 600", "5", None),
        ("aqua 600 5x", "aqua 600", "5", None),
        ("Aqua 600ml × 12 botol", "Aqua 600ml", "12", "botol"),
        ("aqua 600 x 5 ya kak", "aqua 600 ya kak", "5", None),
        ("mau 3x aqua 600", "mau aqua 600", "3", None),
        ("3x aqua 600", "aqua 600", "3", None),
        ("3 x aqua 600", "aqua 600", "3", None),
        ("aqua 600 sebanyak 3 dus", "aqua 600", "3", "dus"),
        ("mau beli aqua 600 3 dus dong kak", "mau beli aqua 600 dong kak", "3", "dus"),
        ("setengah kg gula", "gula", "0.5", "kg"),
        ("stgh kilo gula", "gula", "0.5", "kg"),
        ("1/2 kg gula", "gula", "0.5", "kg"),
        ("½ kg gula", "gula", "0.5", "kg"),
        ("0,5 kg gula", "gula", "0.5", "kg"),
        ("1 1/2 kg gula", "gula", "1.5", "kg"),
        ("2½ kg gula", "gula", "2.5", "kg"),
        ("satu setengah kilo gula", "gula", "1.5", "kg"),
        ("tiga perempat kg gula", "gula", "0.75", "kg"),
        ("seperempat kg gula", "gula", "0.25", "kg"),
        ("sekilo gula", "gula", "1", "kg"),
        ("beli 2 ons kopi", "beli kopi", "2", "ons"),
        ("2100123007509", "2100123007509", "0.75", "kg"),  # the label of a scale
        ("(01)98992761002018(3103)001250", "(01)98992761002018(3103)001250", "1.25", "kg"),
    ],
)
def test_a_quantity_is_read_and_the_other_words_stay(text: str, rest: str, number: str, unit: str | None) -> None:
    assert read_quantity(text) == Quantity(rest, Decimal(number), unit)


@pytest.mark.parametrize(
    "text",
    ["surya 12", "aqua 600", "gula 1 kg", "gula 1/2 kg", "gula setengah kg", "gula sekilo", "kopi 2x100",
     "kopi 2 x 100", "kopi 2 x 10 pcs", "a mild 16", "teh celup isi 25 pcs", "7 up", "3 roda", "dua kelinci",
     "100 plus", "5 day", "dus", "sak", "aqua dus", "sepak bola", "sesak napas", "2 dus 3 pcs indomie",
     "x", "3 x", "x 5", "5", "", "0 dus", "teh 25x2gr", "kabel 5 meter", "tisu 250 lembar", "8992761002015",
     "2100123007500", "2100123000005", "mau beli"],
)  # fmt: skip
def test_a_size_or_a_name_is_no_quantity(text: str) -> None:
    assert read_quantity(text) == Quantity(text)


SPELLINGS = [spelling for spelling, unit in UNITS.items() if unit not in SIZES]


@settings(deadline=None)
@given(st.sampled_from(GOODS), st.integers(1, 999), st.sampled_from(SPELLINGS), st.sampled_from(["", " "]))
def test_a_number_with_a_counted_unit_is_a_quantity_before_and_after_any_goods(
    goods: str, number: int, unit: str, between: str
) -> None:
    expected = Quantity(goods, Decimal(number), unit_named(unit))
    assert read_quantity(f"{goods} {number}{between}{unit}") == expected
    assert read_quantity(f"{number}{between}{unit.upper()} {goods}") == expected


@settings(deadline=None)
@given(st.sampled_from(GOODS), st.integers(1, 9))
def test_a_number_of_times_is_a_quantity_after_any_goods(goods: str, number: int) -> None:
    for written in (f"x {number}", f"x{number}", f"{number}x", f"* {number}"):
        assert read_quantity(f"{goods} {written}") == Quantity(goods, Decimal(number))


@settings(deadline=None)
@given(st.sampled_from(GOODS))
def test_goods_alone_have_no_quantity(goods: str) -> None:
    assert read_quantity(goods) == Quantity(goods)


@settings(deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from([*"0123", "1/2", "1/0", "½", "x", "3x", "x5", "dus", "kg", "se", "selusin", "dua",
                                "belas", "puluh", "perempat", "setengah", "isi", "gula", "1.5", "9" * 30]),
               max_size=8).map(" ".join)
)  # fmt: skip
def test_any_text_can_be_read_and_its_words_keep_their_order(text: str) -> None:
    wanted = read_quantity(text)
    assert wanted.number is None or wanted.number > 0
    words = iter(text.split())
    assert all(any(word in other for other in words) for word in wanted.text.split())


@pytest.mark.parametrize(
    ("text", "name", "is_in_name"),
    [
        ("pampers m 34 pcs", "PAMPERS PANTS M 34", True),
        ("kopi isi susu 10 sachet", "KOPI KAPAL API 10 SACHET", True),
        ("2 kg gula", "GULA PASIR 2KG", True),
        ("indomie 3 dus", "INDOMIE GORENG 85GR", False),
        ("surya 12 12 bungkus", "SURYA 12", False),
        ("3 dus mi ayam", "MI TELUR CAP 3 AYAM", False),
    ],
)
def test_what_stands_in_the_name_is_its_size(text: str, name: str, is_in_name: bool) -> None:
    assert is_size(text, read_quantity(text), name) is is_in_name


def test_a_shops_name_of_a_unit_is_known_in_any_spelling() -> None:
    assert [unit_named(name) for name in ("KRT", " Karton. ", "DUS", "Lsn", "???")] == ["dus"] * 3 + ["lusin", None]


def test_no_name_of_a_shop_loses_its_size() -> None:
    names = [product.name for product in sample_products(3000, Random(2))]
    with_unit = [name for name in names if read_quantity(name).number is not None]
    assert [name for name in with_unit if not is_size(name, read_quantity(name), name)] == []
    assert len(with_unit) < len(names) / 20
