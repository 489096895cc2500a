"""Reads what a scanner sends for symbols that hold more than a number: GS1 element strings and links.

`(01)08991234567890(17)270131` and `]C10108991234567890…` both hold the GTIN 08991234567890. Scanners send the separator
FNC1 as the control character GS, which becomes a blank in a message; some keyboards make another sign of it.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from toko_core.search.codes.gtin import check_digit

BEGINS = re.compile(r"\s*(?:[](]|0[12]|https?:)", re.IGNORECASE)
"""How every scan begins."""
SYMBOLOGY = re.compile(r"\][a-z][0-9a-z]", re.IGNORECASE)
"""The prefix with which a scanner names the kind of symbol: ]E0 for EAN-13, ]C1 for GS1-128, ]d2 for GS1 DataMatrix."""
OF_GS1 = frozenset({"]c1", "]e0", "]d2", "]q3", "]j1"})
"""The prefixes of symbols that always hold element strings. ]e0 is GS1 DataBar, and ]E0 is EAN-13."""
SEPARATORS = "\x1d |^~"
NEXT_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
IN_BRACKETS = re.compile(r"\((\d{2,4})\)\s*([^()]*)")
LINK = re.compile(r"https?://\S+/01/(\d{8,14})(?![^/?#])", re.IGNORECASE)
"""A GS1 Digital Link, as QR codes on goods have it: https://example.com/01/08991234567890/10/ABC."""
FIXED = {
    **dict.fromkeys(("01", "02", "03"), 14),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17", "19"), 6),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 2 + 6),
    "00": 18, "04": 16, "14": 6, "18": 6, "20": 2, "41": 1 + 13,
}  # fmt: skip
"""By the first two digits of an identifier: how many characters follow them, where no separator ends the value."""
GTINS = ("01", "02")
"""The identifiers of a trade item, and of the items in a logistic unit."""
WEIGHED = re.compile("[0-9]{6}")
WEIGHT = re.compile(r"310(\d)")
"""The identifier of a net weight in kilograms, and its number of decimal places."""


class Scan(NamedTuple):
    """What a symbol says."""

    number: str
    """The GTIN or the other number in it, with its leading zeros; empty if it holds none."""
    kilograms: Decimal | None = None


def read_scan(text: str) -> Scan | None:
    """Return what a scanned symbol says, or None if the text is only a number, or was typed."""
    if BEGINS.match(text) is None:  # nearly every search
        return None
    text = text.strip().strip("\x1d")
    if (link := LINK.match(text)) is not None:
        return Scan(link[1])
    prefix = SYMBOLOGY.match(text)
    rest = text[prefix.end() :].strip().lstrip("\x1d") if prefix is not None else text
    elements = _read_elements(rest, surely=prefix is not None and _is_of_gs1(prefix[0]))
    if elements is not None:
        number = next((elements[name] for name in GTINS if name in elements), "")
        return Scan(number, _weight(elements))
    return Scan(rest) if prefix is not None else None


def _is_of_gs1(prefix: str) -> bool:
    return prefix != "]E0" and prefix.lower() in OF_GS1


def _read_elements(text: str, *, surely: bool) -> dict[str, str] | None:
    """Return the values of an element string by their identifiers, or None if the text is none."""
    if text.startswith("("):
        found = {name: value.strip() for name, value in IN_BRACKETS.findall(text)}
        return found if surely or found.keys() & set(GTINS) else None
    if not surely and not (text[:2] in GTINS and text[2:16].isdecimal() and _is_whole(text[2:16])):
        return None
    elements: dict[str, str] = {}
    while text := text.lstrip(SEPARATORS):
        length = FIXED.get(text[:2])
        field = NEXT_SEPARATOR.split(text, 1)[0] if length is None else text[: 2 + length]
        name = field[: 4 if field.startswith("31") else 2]
        if not name.isdecimal():
            break
        elements.setdefault(name, field[len(name) :])
        text = text[len(field) :]
    return elements or None


def _is_whole(number: str) -> bool:
    return check_digit(number[:-1]) == number[-1]


def _weight(elements: dict[str, str]) -> Decimal | None:
    for name, value in elements.items():
        if (weight := WEIGHT.fullmatch(name)) is not None and WEIGHED.fullmatch(value):
            return Decimal(value).scaleb(-int(weight[1]))
    return None
