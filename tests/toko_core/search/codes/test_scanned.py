"""What scanners send: element strings, links and prefixes; and the labels of a shop's scale."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_core.search.codes.scale_labels import read_scale_label
from toko_core.search.codes.scanned import read_scan

GS = "\x1d"


@pytest.mark.parametrize(
    "text",
    [
        "(01)08992761002015(17)270131(10)L-77",
        "(01) 08992761002015 (10) L77",
        "(10)L77(01)08992761002015",
        "(02)08992761002015(37)24",
        "01089927610020151727013110L77",
        f"010899276100201510L77{GS}17270131",
        f"{GS}010899276100201510L77",
        "0108992761002015",
        "]C10108992761002015",
        f"]d2010899276100201510L77{GS}21SN01",
        f"]d2{GS}010899276100201510L77",
        f"]Q310L01{GS}0108992761002015",
        "]e0 0108992761002015",
        f"]C110AB{GS}9912{GS}0208992761002015{GS}3724",
        "]c1 10AB 0208992761002015 3724",  # as a keyboard and a message make it
        "https://id.example.com/01/08992761002015/10/L77?17=270131",
        "HTTPS://EXAMPLE.COM/gtin/01/08992761002015",
    ],
)  # fmt: skip
def test_the_number_of_the_item_is_read_from_what_a_scanner_sends(text: str) -> None:
    scan = read_scan(text)
    assert scan is not None
    assert scan.number == "08992761002015"


@pytest.mark.parametrize("text", ["]E08992761002015", "]E0 8992761002015", "]A08992761002015"])
def test_a_prefix_is_no_part_of_the_number(text: str) -> None:
    scan = read_scan(text)
    assert scan is not None
    assert scan.number == "8992761002015"


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("(01)98992761002018(3103)001250", "1.250"),
        ("(01)98992761002018(3101)000012", "1.2"),
        ("0198992761002018310300125010L7", "1.250"),
        ("(01)08992761002015(10)L7", None),
        ("(01)98992761002018(3203)001250", None),  # pounds
    ],
)
def test_a_net_weight_is_read(text: str, kilograms: str | None) -> None:
    scan = read_scan(text)
    assert scan is not None
    assert scan.kilograms == (kilograms and Decimal(kilograms))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "indomie",
        "8992761002015",
        "01 899 276",
        "0108992761002014",
        "(aneka) kue",
        "(2026) kalender",
        "()",
        "2x100",
        "]",
        "]C",
    ],
)
def test_a_number_or_words_are_no_scan(text: str) -> None:
    assert read_scan(text) is None


@settings(deadline=None)
@given(st.text() | st.text("()]dC0123456789 \x1d", max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    scan = read_scan(text)
    assert scan is None or scan.number is not None
    read_scale_label(text)


def test_a_scale_label_has_an_item_and_a_weight() -> None:
    label = read_scale_label("2100123007509")
    assert label is not None
    assert label.items[-2:] == ("00123", "123")
    assert label.kilograms == Decimal("0.75")


@pytest.mark.parametrize("digits", ["2100123007506", "1900123007507", "3000123007500", "210012300750", "8992761002015"])
def test_other_numbers_are_no_scale_label(digits: str) -> None:
    assert read_scale_label(digits) is None


def test_a_weight_has_six_digits() -> None:
    scan = read_scan(f"(01)08991234567890(3100){'9' * 40}")
    assert scan is not None
    assert scan.kilograms is None
