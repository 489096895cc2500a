"""Check digits, and the other forms of a barcode's number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_core.search.codes.gtin import check_digit, expand_upc_e, is_gtin, other_forms, shorten_upc_a

DIGITS = "0123456789"


@pytest.mark.parametrize(
    "number",
    ["40123455", "96385074", "012345678905", "036000291452", "8992761002015", "4006381333931", "10012345678902",
     "04252614", "01234565"],
)  # fmt: skip
def test_a_printed_barcode_is_whole_and_with_any_other_last_digit_it_is_not(number: str) -> None:
    assert is_gtin(number)
    others = [number[:-1] + digit for digit in DIGITS if digit != number[-1]]
    assert sum(map(is_gtin, others)) <= (len(number) == 8)  # eight digits have another last one as a UPC-E


@pytest.mark.parametrize("digits", ["", "5", "123456", "899276100201", "89927610020151", "123456789012345"])
def test_other_digits_are_no_barcode(digits: str) -> None:
    assert not is_gtin(digits)


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("04252614", "042100005264"), ("01234505", "012000003455"), ("01234558", "012345000058"),
        ("01234531", "012300000451"), ("01234543", "012340000053"), ("01234565", "012345000065"),
    ],
)  # fmt: skip
def test_a_upc_e_is_a_upc_a_without_zeros(short: str, whole: str) -> None:
    short = short[:-1] + whole[-1]
    assert expand_upc_e(short) == whole
    assert shorten_upc_a(whole) == short


@settings(deadline=None)
@given(st.sampled_from("01"), st.text(DIGITS, min_size=6, max_size=6))
def test_every_upc_e_has_a_upc_a_from_which_it_can_be_found(system: str, six: str) -> None:
    found = [whole for digit in DIGITS if (whole := expand_upc_e(system + six + digit)) is not None]
    assert len(found) == 1
    assert is_gtin(found[0])
    short = shorten_upc_a(found[0])
    assert short is not None
    assert expand_upc_e(short) == found[0]


@settings(deadline=None)
@given(st.text(DIGITS, min_size=12, max_size=12).filter(lambda digits: digits[0] != "0"), st.sampled_from("12345678"))
def test_a_piece_and_its_carton_and_the_number_without_check_digit_are_forms_of_each_other(
    digits: str, packing: str
) -> None:
    piece = digits + check_digit(digits)
    carton = packing + digits + check_digit(packing + digits)
    assert piece in other_forms(carton)
    assert carton in other_forms(piece)
    assert f"0{piece}" in other_forms(digits)
    assert digits in {form.lstrip("0") for form in other_forms(piece)}


@settings(deadline=None)
@given(st.text(DIGITS, min_size=6, max_size=14))
def test_other_forms_are_few_and_of_digits(digits: str) -> None:
    forms = other_forms(digits)
    assert len(forms) <= 40
    assert all(form.isdecimal() and 8 <= len(form) <= 14 for form in forms)
