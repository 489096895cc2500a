"""Searches for codes: what is exactly a code comes first, and nothing that is only similar answers one."""

from random import Random

import numpy as np
import pytest

from toko_core.search import SearchIndex
from toko_core.search.codes.gtin import check_digit


def label(prefix: int, item: str, value: int) -> str:
    digits = f"{prefix}{item}{value:05}"
    return digits + check_digit(digits)


NAMES = [
    "INDOMIE GORENG 85GR", "AQUA 600ML", "AQUA 1500ML", "SURYA 12", "SURYA 16", "SARI TENGGIRI", "BERAS GURIH 5KG",
    "MI TELUR CAP 3 AYAM", "TEH KOTAK 300ML", "DAGING SAPI", "JERUK MEDAN", "AYAM FILLET", "COLA KALENG", "COLA SLIM",
    "GULA PASIR 1KG", "KECAP 8999909001329 ASLI",
]  # fmt: skip
CODES = [
    "BRG-0001", "001672", "K7788", "SURYA12", "S16", "SRTG", "brg-0007", "MI-001", "TEH", "5", "00123", "2112345",
    "C1", "C2", "GL01", "KC1",
]  # fmt: skip
BARCODES = [
    ("8992761002015", 0), ("00001672", 2), ("18992761002999", 1), ("036000291452", 3), ("40123455", 4),
    (label(29, "98765", 0), 11), ("012345000065", 12), ("04252614", 13), ("899276100399", 14), ("8999909001234", 15),
]  # fmt: skip
INDEX = SearchIndex.build(NAMES, codes=[(code, row) for row, code in enumerate(CODES)], barcodes=BARCODES)


def rows(query: str, limit: int = 10) -> list[int]:
    return [hit.row for hit in INDEX.search(query, limit)]


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("SRTG", 5), ("srtg", 5), ("Srtg", 5), ("k7788", 2), ("brg-0001", 0), ("BRG0001", 0), ("BRG-0007", 6),
        ("mi 001", 7), ("teh", 8), ("surya12", 3), ("s16", 4),
    ],
)  # fmt: skip
def test_a_code_is_found_first_in_any_case(query: str, row: int) -> None:
    hits = INDEX.search(query)
    assert (hits[0].row, hits[0].score) == (row, 1)


def test_the_item_whose_code_or_barcode_is_exactly_what_was_typed_comes_first() -> None:
    assert rows("001672") == [1, 2]
    assert rows("00001672") == [2, 1]
    assert rows("1672") == [1, 2]
    twins = SearchIndex.build(
        ["SATU", "DUA", "TIGA", "EMPAT"], codes=[("ab-1", 0), ("AB1", 1), ("Ab1", 2), ("ab1", 3)], barcodes=[]
    )
    assert [hit.row for hit in twins.search("ab1")] == [3, 1, 2, 0]
    assert [hit.row for hit in twins.search("AB1")] == [1, 2, 3, 0]


def test_of_two_items_with_the_same_code_the_one_that_is_sold_comes_first() -> None:
    index = SearchIndex.build(
        ["LAMA", "BARU"], sold=[False, True], barcodes=[("8992761002015", 0), ("8992761002015", 1)]
    )
    assert [hit.row for hit in index.search("8992761002015")] == [1, 0]


def test_a_name_that_begins_like_a_scan_is_found() -> None:
    names = ["]A0", "]C1 SABUN", "(01) GULA", "HTTP://X/01/12345678"]
    index = SearchIndex.build(names)
    best = [index.search(name)[0] for name in names]
    assert [(hit.row, round(hit.score, 3)) for hit in best] == [(row, 1) for row in range(len(names))]
    assert index.search("]C10108991234567890") == []


def test_words_that_are_also_a_code_find_the_names_too() -> None:
    index = SearchIndex.build(["GULA PASIR", "TEH BOTOL", "SURYA 12 DUS"], codes=[("TEH", 0), ("SURYA12", 1)])
    assert [hit.row for hit in index.search("teh")] == [0, 1]
    assert [hit.row for hit in index.search("surya12")] == [1, 2]
    assert rows("5")[0] == 9
    assert 6 in rows("5")


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("2015", 0), ("02015", 0), ("002015", 0),  # of a barcode
        ("0001", 0), ("0007", 6), ("7788", 2),  # of a code
        ("2345", 11), ("112345", 11),
    ],
)  # fmt: skip
def test_the_last_four_to_six_digits_of_a_barcode_or_a_code_are_enough(query: str, row: int) -> None:
    assert row in rows(query)


def test_last_digits_come_before_a_size_and_after_a_whole_code() -> None:
    names = ["AQUA 1500ML", "KECAP", "SAUS", "TEH"]
    index = SearchIndex.build(names, codes=[("1500", 3)], barcodes=[("8992761001500", 1)])
    assert [hit.row for hit in index.search("1500")] == [3, 1, 0]
    hits = index.search("aqua 1500")
    assert hits[0].row == 0


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("08992761002015", 0), ("899276100201", 0), ("18992761002012", 0), ("(01)18992761002012(10)A", 0),
        ("(01) 0 8992761 00201 5", 0), ("8992761002992", 1), ("]C10108992761002015", 0),
        ("0108992761002015", 0), ("]E08992761002015", 0), ("8 992761 002015", 0), ("36000291452", 3),
        ("0036000291452", 3), ("03600029145", 3), ("4012345", 4), ("00000040123455", 4), ("01234565", 12),
        ("1234565", 12), ("123456", 12), ("0123456", 12), ("042100005264", 13), ("0042100005264", 13),
        ("8992761003999", 14), ("https://example.com/01/08992761002015?10=A", 0),
    ],
)  # fmt: skip
def test_every_form_of_a_barcode_finds_the_item_and_nothing_else(query: str, row: int) -> None:
    assert rows(query) == [row]
    assert INDEX.is_code(query)


@pytest.mark.parametrize("prefix", range(20, 30))
def test_a_scale_label_finds_its_item_whatever_it_weighs(prefix: int) -> None:
    assert rows(label(prefix, "00123", 735)) == rows(label(prefix, "00123", 12_500)) == [10]
    assert rows(label(prefix, "00124", 735)) == []


def test_the_item_of_a_scale_label_has_at_most_five_digits() -> None:
    names = ["TELUR", "GULA"]
    short = SearchIndex.build(names, codes=[("123", 0), ("000456", 1)])
    assert [hit.row for hit in short.search(label(20, "00123", 735))] == [0]
    assert short.search(label(21, "00456", 735)) == []


def test_an_item_is_found_by_all_that_its_labels_have_in_common() -> None:
    assert rows(label(29, "98765", 450)) == [11]  # the shop has the barcode of a label without weight
    assert rows(label(21, "12345", 450)) == [11]  # and a code of the prefix and the item


@pytest.mark.parametrize(
    "query",
    ["5449000131805", "54491472", "036000291469", "15449000131802", "(01)05449000131805(10)X", "]d20105449000131805",
     "5 449000 131805", "5-449000-131805", "5449000131806", "899276100202", "8992761002016", "1234567890123456789",
     "BRG-0099", "brg0099", "MI-099", "K7789", "xk12345"],
)  # fmt: skip
def test_a_code_that_the_shop_does_not_have_finds_nothing(query: str) -> None:
    assert rows(query) == []
    assert INDEX.is_code(query)


@pytest.mark.parametrize(
    ("query", "row"),
    [("aqua600", 1), ("aqua1500", 2), ("surya16", 4), ("ayam3", 7), ("gula1kg", 14), ("beras 5000", 6)],
)
def test_a_word_with_its_size_is_no_code(query: str, row: int) -> None:
    assert rows(query)[0] == row
    assert not INDEX.is_code(query)


@pytest.mark.parametrize("query", ["aqua650", "aqua 650", "surya14", "jeruk 7773", "aqua", "gula pasir 1 kg", ""])
def test_a_word_with_another_number_is_no_code_either(query: str) -> None:
    assert not INDEX.is_code(query)


def test_a_number_in_a_name_is_found_as_a_word() -> None:
    assert rows("8999909001329") == [15]


def test_a_model_in_a_remark_is_no_code() -> None:
    index = SearchIndex.build(["KAMPAS REM", "BUSI"], remarks=["vario125 beat", None])
    assert [hit.row for hit in index.search("vario125")] == [0]


@pytest.mark.parametrize("length", [8, 12, 13, 14])
def test_hundreds_of_barcodes_of_other_shops_find_nothing(length: int) -> None:
    rng = Random(length)
    digits = ["45" + "".join(rng.choices("0123456789", k=length - 3)) for _ in range(300)]
    assert [code for code in digits if rows(code + check_digit(code))] == []


def test_the_index_of_an_earlier_version_finds_codes_without_their_order() -> None:
    new = {"identifier_written", "code_endings", "code_ending_rows"}
    arrays = {name: array for name, array in INDEX.to_arrays().items() if name not in new}
    assert len(arrays) == len(INDEX.to_arrays()) - len(new)
    old = SearchIndex.from_arrays(arrays)
    assert {hit.row for hit in old.search("001672")} == {1, 2}
    assert [hit.row for hit in old.search("srtg")] == [5]
    assert [hit.row for hit in old.search("002015")] == [0]


def test_codes_add_sixteen_bytes_each_to_the_index() -> None:
    count = 1000
    names = ["KOPI"] * count
    plain = SearchIndex.build(names).to_arrays()
    coded = SearchIndex.build(names, codes=[(f"B{row:06}", row) for row in range(count)]).to_arrays()
    assert sum(coded[name].nbytes - array.nbytes for name, array in plain.items()) == count * (8 + 4 + 4 + 4 + 4)
    assert coded["identifier_written"].dtype == np.uint32


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("8992761002015", [0]), ("18992761002012", [0]), ("00001672", [2]), ("0036000291452", [3]), ("40123455", [4]),
        (label(29, "98765", 250), [11]), ("4006381333931", []), ("00000055", []), ("02112342", []),
    ],
)  # fmt: skip
def test_an_ean_in_a_photo_finds_its_goods_in_any_form_but_no_shorter_code(text: str, rows: list[int]) -> None:
    printed = INDEX.find_printed(text, is_gtin=True)
    assert printed is not None
    assert printed.rows == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("BRG-0001", [0]), ("K7788", [2]), ("001672", [1]), ("(01)08992761002015(10)L7", [0]),
        ("https://example.com/01/08992761002015/10/L7", [0]), ("18992761002012", [0]), ("4006381333931", []),
    ],
)  # fmt: skip
def test_another_code_in_a_photo_finds_what_the_shop_has_exactly_or_its_number(text: str, rows: list[int]) -> None:
    printed = INDEX.find_printed(text, is_gtin=False)
    assert printed is not None
    assert printed.rows == rows


@pytest.mark.parametrize(
    "text",
    [
        "", "1672", "BRG 0001", "002015", "INDOMIE GORENG 85GR", "https://example.com/01/20261130", "40123462",
        "https://wa.me/628992761002015", "WIFI:S:TOKO;P:8992761002015;;", "8992761002016", "x" * 3000,
    ],
)  # fmt: skip
def test_a_text_in_a_photo_that_is_only_similar_to_a_code_names_no_goods(text: str) -> None:
    assert INDEX.find_printed(text, is_gtin=False) is None
