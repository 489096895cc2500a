"""A drawn barcode is read back as the same code."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_core.search.codes.gtin import check_digit
from toko_web.pages.drawing.barcodes import LONGEST, DrawnBarcode, draw_barcode

PRINTED = {
    "8991002101630": "EAN13", "012345678905": "UPCA", "40170725": "EAN8", "01234505": "UPCE",
    "18991002101637": "Code128", "8991002101631": "Code128", "KOPI-01/A": "Code128", "0": "Code128",
}  # fmt: skip
READ_AS = {"01234505": "012000003455"}
"""A UPC-E is a UPC-A without some of its zeros."""
PIXELS = 3


def read(drawn: DrawnBarcode) -> zxingcpp.Barcode:
    """Read what is drawn, as a scanner does."""
    row = np.full(drawn.width * PIXELS, 255, np.uint8)
    for left, width in drawn.bars:
        row[left * PIXELS : (left + width) * PIXELS] = 0
    (found,) = zxingcpp.read_barcodes(np.tile(row, (60, 1)))
    return found


@pytest.mark.parametrize("code", PRINTED)
def test_a_code_is_drawn_as_it_is_printed_on_goods_and_otherwise_as_code_128(code: str) -> None:
    drawn = draw_barcode(code)
    assert drawn is not None
    assert drawn.kind == PRINTED[code]
    assert read(drawn).text.lstrip("0") == READ_AS.get(code, code).lstrip("0")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=LONGEST))
def test_every_code_of_ascii_letters_is_read_back(code: str) -> None:
    drawn = draw_barcode(code)
    assert drawn is not None
    found = read(drawn)
    assert found.text == code or found.text.lstrip("0") == code.lstrip("0")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((7, 11, 12)).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_every_right_number_is_drawn_as_a_code_of_goods(digits: str) -> None:
    code = digits + check_digit(digits)
    drawn = draw_barcode(code)
    assert drawn is not None
    assert drawn.kind in {"EAN13", "UPCA", "EAN8"}
    assert read(drawn).text.lstrip("0") == code.lstrip("0")


@pytest.mark.parametrize("code", ["", "x" * (LONGEST + 1), "TEH\nMANIS", "KÓPI", "\u202e123", "١٢٣٤٥٦٧٨"])
def test_what_no_scanner_could_read_is_not_drawn(code: str) -> None:
    assert draw_barcode(code) is None


def test_the_path_has_every_bar_and_nothing_but_numbers() -> None:
    drawn = draw_barcode("<\"'&>")
    assert drawn is not None
    assert drawn.path.count("M") == len(drawn.bars)
    assert not set(drawn.path) - set("Mhvz-0123456789 ")
