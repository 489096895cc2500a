"""Serial numbers find their rows: whole, in any letter case."""

import pytest

from toko_core.search import SearchIndex

NAMES = ["HP SAMSUNG A15", "HP XIAOMI 13", "CHARGER SAMSUNG", "KABEL DATA"]
SERIALS = [
    ("356938035643809", 0),
    ("SN-77AB", 1),
    ("ABCDEF", 2),
    ("1234", 3),
    ("0042", 0),
    ("KEMBAR1", 0),
    ("KEMBAR1", 1),
]
INDEX = SearchIndex.build(NAMES, serials=SERIALS, barcodes=[("8990000001234", 2)])
PLAIN = SearchIndex.build(NAMES, barcodes=[("8990000001234", 2)])


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("356938035643809", 0), (" 356938035643809 ", 0), ("SN-77AB", 1), ("sn-77ab", 1), ("Abcdef", 2), ("abcdef", 2),
        ("0042", 0),
    ],
)  # fmt: skip
def test_a_whole_serial_number_finds_its_row_first(typed: str, row: int) -> None:
    assert INDEX.search(typed, 1)[0].row == row
    assert INDEX.rows_of_serial(typed) == [row]


@pytest.mark.parametrize("typed", ["35693803564380", "123", "42", "042", "SN-77", "SN 77AB", "x" * 500, "", "hp"])
def test_a_part_of_one_is_no_serial_number(typed: str) -> None:
    assert INDEX.rows_of_serial(typed) == []


def test_a_number_on_two_items_finds_both_and_one_that_ends_a_barcode_is_found_with_it() -> None:
    assert INDEX.rows_of_serial("1234") == [3]
    assert {hit.row for hit in INDEX.search("kembar1", 5)} == {0, 1}
    assert {hit.row for hit in INDEX.search("1234", 5)} == {2, 3}


def test_a_serial_number_is_found_among_other_words() -> None:
    assert INDEX.search("hp 356938035643809", 1)[0].row == 0


def test_without_serial_numbers_the_index_is_the_same() -> None:
    without = SearchIndex.build(NAMES, serials=[], barcodes=[("8990000001234", 2)])
    assert without.to_arrays().keys() == PLAIN.to_arrays().keys()
    assert without.rows_of_serial("1234") == []
    for query in ("samsung", "hp", "1234", "kabel"):
        assert PLAIN.search(query, 5) == without.search(query, 5)


def test_a_million_serial_numbers_take_12_bytes_each() -> None:
    arrays = SearchIndex.build(["HP"] * 10, serials=((f"SN{n:07}", n % 10) for n in range(100_000))).to_arrays()
    assert sum(array.nbytes for name, array in arrays.items() if name.startswith("serial_")) == 1_200_000
