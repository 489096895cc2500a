"""Amounts are formatted as Indonesians write them."""

from decimal import Decimal

import pytest

from toko_core.prices import quantity, rupiah


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "Rp0"),
        ("500", "Rp500"),
        ("12500.0000", "Rp12.500"),
        ("1234567.8900", "Rp1.234.567,89"),
        ("1E+4", "Rp10.000"),
    ],
)
def test_rupiah_are_formatted_in_indonesian_notation(amount: str, written: str) -> None:
    assert rupiah(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("number", "written"), [("40.000", "40"), ("0.250", "0,25"), ("1000", "1.000"), ("-3.5", "-3,5")]
)
def test_quantities_are_formatted_without_trailing_zeros(number: str, written: str) -> None:
    assert quantity(Decimal(number)) == written
