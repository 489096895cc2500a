"""Lists are read from messages in any notation, and a search stays a search."""

from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_assets.sample.names import sample_products
from toko_core.search.lists import MOST_ITEMS, ShoppingList, read_items, read_list, readings

WHATSAPP = """[12:30, 5/12/2024] Ani Warung: *Pesanan hari ini*
[12:31, 5/12/2024] Ani Warung: indomie goreng 3 dus
05/12/24 12.31 - Ani: gula 1 kg 5"""


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("indomie goreng 3 dus, gula 1 kg 5, aqua 600 x 2", ["indomie goreng 3 dus", "gula 1 kg 5", "aqua 600 x 2"]),
        ("gula 2,kopi 3;teh 4", ["gula 2", "kopi 3", "teh 4"]),
        ("minyak 0,5 L x 2, beras 2,5 kg 3", ["minyak 0,5 L x 2", "beras 2,5 kg 3"]),
        ("gula; kopi; teh", ["gula", "kopi", "teh"]),
        ("indomie goreng 3 dus dan gula 2 kg + kopi 3", ["indomie goreng 3 dus", "gula 2 kg", "kopi 3"]),
        ("halo kak, minta gula 2 ya, kopi 3 aja, makasih", ["minta gula 2 ya", "kopi 3 aja"]),
        ("3 indomie, 2 gula", ["3 indomie", "2 gula"]),
        ("Pagi kak, mau pesan:\n\n1. indomie 3 dus\n2) gula 5\n- kopi (2 dus)\n• teh - 4\n✅ susu: 6\nmakasih ya",
         ["indomie 3 dus", "gula 5", "kopi 2 dus", "teh 4", "susu 6"]),
        ("*Sembako*\n*beras 5kg* 2\n_gula_ 3", ["beras 5kg 2", "gula 3"]),
        ("Daftar belanja Senin 30 Nov\ngula 2\nkopi 3\nTotal: 50.000\nAlamat: Jl. Merdeka 5", ["gula 2", "kopi 3"]),
        (WHATSAPP, ["indomie goreng 3 dus", "gula 1 kg 5"]),
        ("\u200e[12.30] ~ Budi: indomie 3 dus\n\u200e[12.30] ~ Budi: gula 2", ["indomie 3 dus", "gula 2"]),
        ("indomie goreng\n3 dus\ngula 1 kg\n5", ["indomie goreng 3 dus", "gula 1 kg 5"]),
        ("indomie 3 dus 2 pcs\ngula 4", ["indomie 3 dus", "indomie 2 pcs", "gula 4"]),
        ("2 dus pampers m 34 pcs\n3 pcs indomie 85gr", ["2 dus pampers m 34 pcs", "3 pcs indomie 85gr"]),
        ("8991002101630 3\n089686010947", ["8991002101630 3", "089686010947"]),
        ("555 2 slop\r\nsurya 12\r\n1.5 kg telur", ["555 2 slop", "surya 12", "1.5 kg telur"]),
    ],
)  # fmt: skip
def test_a_list_is_read_in_any_notation(text: str, items: list[str]) -> None:
    assert read_list(text) == ShoppingList(tuple(items))


@pytest.mark.parametrize(
    "text",
    ["indomie goreng", "indomie goreng, 3 dus", "minyak goreng, 2 liter", "sabun cuci, sunlight", "kopi 2,5 kg",
     "halo, gula 1 kg 5", "kak, ada indomie goreng?", "Pagi kak\nada indomie goreng?", "indomie goreng\n3 dus",
     "susu anak dan dewasa", "susu dan gula 2 kg", "PAKU 5, 7 CM", "gula\n\n", "1,5 L", ",;\n", "", "3 dus\n2 pcs",
     "kabel 3x2,5 mm", "makasih, ya", "(01)0899100210163\x1d10L7", "lifebuoy 3,5 ons", "teh + gula", "&amp;raksasa",
     "teh; kotak"],
)  # fmt: skip
def test_a_search_is_no_list(text: str) -> None:
    assert read_list(text).items == ()


def test_no_name_of_a_product_is_a_list() -> None:
    names = [product.name for product in sample_products(3000, Random(5))]
    assert [name for name in names if read_list(name).items] == []


@pytest.mark.parametrize(
    ("item", "read"),
    [
        ("gula 1 kg 5", [("gula 1 kg", "5", None)]),
        ("surya 12", [("surya", "12", None)]),
        ("5 roti tawar", [("roti tawar", "5", None)]),
        ("telur 2,5 kg", [("telur", "2.5", "kg")]),
        ("minta gula 2 ya kak", [("gula", "2", None)]),
        ("telur ½", [("telur", "0.5", None)]),
        ("indomie 3 dus", [("indomie", "3", "dus")]),
        ("indomie", []),
        ("007", []),
        ("gula 0", []),
        ("8991002101630", []),
    ],
)
def test_an_item_can_be_read_in_several_ways_the_last_of_which_is_all_of_it(
    item: str, read: list[tuple[str, str, str | None]]
) -> None:
    *quantities, whole = readings(item)
    assert [(each.text, f"{each.number}", each.unit) for each in quantities] == read
    assert (whole.text, whole.number) == (item, None)


def test_further_lines_are_counted_and_left_out() -> None:
    assert read_list("gula 1\n" * 250) == ShoppingList(("gula 1",) * MOST_ITEMS, 150)
    assert all(len(item) <= 200 for item in read_items(f"{'g' * 3000}\n{'gula ' * 500}").items)


@settings(deadline=None, max_examples=300)
@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            [*"123-*_~[]():,;\n\r", " dan ", "gula ", "[12:30] A: ", "½", "0,5", "dus", "\x1d", "1. ", "x "]
        ),
        max_size=60,
    ).map("".join)
)
def test_any_message_can_be_read(text: str) -> None:
    asked = read_list(text)
    assert len(asked.items) != 1
    for item in asked.items:
        assert item == " ".join(item.split())
        assert all(wanted.number is None or wanted.number > 0 for wanted in readings(item))


@pytest.mark.parametrize(
    "mark", ["* ", "*a ", ",", "1 ", "- ", "gula 1,", "[1:11] a:", " dan ", "(", "1.) ", "a=1 ", "\n"]
)
def test_a_hostile_message_is_read_in_no_time(mark: str) -> None:
    """The time is of the order of the length: eight times the text does not take fifty times as long."""
    short, long = mark * (512 // len(mark)), mark * (4096 // len(mark))
    assert _seconds(long) < 50 * max(_seconds(short), 0.002)


def _seconds(text: str) -> float:
    start = process_time()
    read_list(text)
    return process_time() - start
