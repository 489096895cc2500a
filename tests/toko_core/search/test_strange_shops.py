"""Shops whose codes and names get in the way of a search, and messages that name their goods in other words."""

import pytest

from toko_core.search import SearchIndex

NAMES = [
    "TELUR AYAM NEGERI", "MILO 3IN1 1KG", "GARAM REFINA", "TISU MULTI 1000 GRAM", "SUNLIGHT JERUK NIPIS 755ML",
    "SPRITE 390ML", "ROK SMP UK L", "ROK SMA UK L", "PAMPERS PANTS L 20", "PAMPERS PANTS M 20", "SURYA 12",
    "SOLASI DAIMARU", "LAKBAN BENING", "CUKA DAPUR", "GULA HALUS 250GR", "BAN BENING",
]  # fmt: skip
BARCODE = "8992761002015"
INDEX = SearchIndex.build(
    NAMES,
    codes=[("1", 1), ("2", 3), ("000005", 6), ("1KG", 7), ("BRG-0012", 9)],
    barcodes=[(BARCODE, 4)],
)


def first(query: str) -> str:
    hits = INDEX.search(query)
    return NAMES[hits[0].row] if hits else "nothing"


@pytest.mark.parametrize(
    "query", ["telur 1 kg", "telur 1kg", "telur 2 kg", "telur 5 lt", "telor ayam 1 kg", "telur ½ kg"]
)
def test_a_part_of_a_size_is_no_item_code(query: str) -> None:
    assert first(query) == "TELUR AYAM NEGERI"


def test_a_code_in_a_sentence_is_still_found() -> None:
    assert first("cek brg-0012 pampers") == "PAMPERS PANTS M 20"


def test_a_unit_is_no_typo_of_a_product() -> None:
    assert first("garam 1 kg") == "GARAM REFINA"


@pytest.mark.parametrize(
    "query",
    [f"{BARCODE}?", f"barcode {BARCODE}", f"barcode {BARCODE}, berapa", f"cek {BARCODE}, brp", f"kode {BARCODE}."],
)
def test_marks_and_the_word_barcode_do_not_hide_a_barcode(query: str) -> None:
    assert first(query) == "SUNLIGHT JERUK NIPIS 755ML"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sunlait", "SUNLIGHT JERUK NIPIS 755ML"),
        ("sprait", "SPRITE 390ML"),
        ("bang surya ade kagak ye", "SURYA 12"),
        ("pampers ukuran l", "PAMPERS PANTS L 20"),
        ("pampers uk m", "PAMPERS PANTS M 20"),
        ("rok sma uk l", "ROK SMA UK L"),
        ("garem dapur", "GARAM REFINA"),
        ("garem halus", "GARAM REFINA"),
        ("solasi bening", "SOLASI DAIMARU"),
    ],
)
def test_goods_of_the_shop_are_found_in_other_words(query: str, name: str) -> None:
    assert first(query) == name


def test_names_with_a_synonym_do_not_crowd_out_the_whole_name() -> None:
    names = [f"PANTENE SHAMPOO HALUS {number}" for number in range(400)] + ["PANTENE", "MINYAK GORENG"]
    index = SearchIndex.build(names)
    assert index.search("pantene")[0].row == 400
