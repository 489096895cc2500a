"""Looks up a query that is a code, in this order: as it is, by its last digits, as a GTIN, and as a scale label.

What is plainly a code is not searched as words: a barcode that the shop does not have finds nothing.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from toko_core.search.codes.gtin import is_gtin, other_forms
from toko_core.search.codes.identifiers import LAST_DIGITS, NOT_WRITTEN, Identifiers
from toko_core.search.codes.scale_labels import read_scale_label
from toko_core.search.codes.scanned import read_scan
from toko_core.search.text import fold, is_number, words

WHOLE, OTHER_FORM, ENDING = 1.0, 0.98, 0.95
"""The scores of rows with the whole code, with another form of it, and with its last digits."""
SHAPE = re.compile(r"(?P<letters>[^\W\d_]+)[-./_]?(?P<number>[0-9]{3,})")
"""An item code of letters and a number, such as BRG-0012."""
BEGINS_WITH_WORD = re.compile(r"[^\W\d_]+(?:\s|\Z)")
"""How most searches begin. What begins so is no code, unless an item has exactly this code."""
LONGEST_SIZE = 4
"""The most digits of a size. A known word with a number that no name has may have one: aqua650, but not MI-0099."""
OTHER_FORMS = range(6, 15)
"""The numbers of digits that may be another form of a barcode."""
SHORTEST_GTIN = 7
"""The fewest digits, without leading zeros, of an EAN or UPC that is looked up in its other forms."""
SHORTEST_HELD = 12
"""The fewest digits of a GTIN in a QR code. One in ten dates has the check digit of an EAN-8."""
LONGEST = 200
"""The most characters of a query that are read."""
MARKS = "?!.,;"
"""What people write after a code."""
SIZES = ("{}", "{}g", "{}ml", "{}000g", "{}000ml")


class Coded(NamedTuple):
    """The rows that a query finds as a code."""

    hits: list[tuple[int, float]]
    """Rows and their scores, the best first."""
    only: bool
    """Whether the query is nothing but a code. Otherwise it may also be words, whose rows come after these."""


NO_CODE = Coded([], only=False)


class Printed(NamedTuple):
    """A barcode, read by a camera, that names goods."""

    number: str
    """Its text, or the number that it holds."""
    rows: list[int]
    """The rows that have it, the nearest first; empty if the shop has no such goods."""


class CodeLookup:
    """Finds rows by codes. Thread-safe."""

    def __init__(self, identifiers: Identifiers, is_word: Callable[[str], bool]) -> None:
        """`is_word` returns whether a name, label or remark has a word."""
        self._identifiers = identifiers
        self._is_word = is_word

    def find(self, text: str) -> Coded:
        """Return the rows that have what was typed or scanned as a code; `text` may be any text."""
        text = text[:LONGEST].strip().rstrip(MARKS)
        whole = self._rows(text)
        if not whole and BEGINS_WITH_WORD.match(text) is not None:
            return NO_CODE
        if (scan := read_scan(text)) is not None:
            number = NOT_WRITTEN.sub("", scan.number)
            found = _scored(whole, [] if whole else self._find_number(number))
            return Coded(found, only=bool(found) or not all(map(self._is_word, words(text))))
        digits = NOT_WRITTEN.sub("", fold(text))
        if not (digits.isascii() and digits.isdecimal()):
            return Coded(_scored(whole), only=self._is_only_code(text, is_known=bool(whole)))
        in_parts = len(text.split()) > 1
        if len(digits) > LAST_DIGITS[-1]:
            only = bool(whole) or is_gtin(digits) if in_parts else not self._is_word(digits)
            return Coded(_scored(whole, self._find_other_form(digits) if only and not whole else []), only)
        ending = [] if in_parts else self._identifiers.find_by_ending(digits).tolist()
        if not whole and not ending and not in_parts:
            return Coded(_scored(whole, self._find_other_form(digits)), only=False)
        return Coded(_scored(whole, [], ending), only=False)

    def find_printed(self, text: str, *, is_gtin: bool) -> Printed | None:
        """Return the rows of a barcode in a photo, or None if its text names no goods.

        `is_gtin` says that the barcode is an EAN or UPC. The text of another one, such as a QR code, may be anything:
        it names goods if the shop has exactly this code, or if it holds a whole GTIN. Nothing similar counts.
        """
        text = text.strip()
        if len(text) > LONGEST:
            return None
        written = [*self._identifiers.find_written(text).tolist(), *self._identifiers.find_serial(text).tolist()]
        if written:
            return Printed(text, list(dict.fromkeys(written)))
        number = text if is_gtin else _held_gtin(text)
        if number is None:
            return None
        is_short = len(number.lstrip("0")) < SHORTEST_GTIN  # 00012348 is not the item 12348
        return Printed(number, [] if is_short else self._find_number(number))

    def _find_number(self, number: str) -> list[int]:
        """Return the rows with a number in any form."""
        return self._rows(number) or self._find_other_form(number)

    def _rows(self, code: str) -> list[int]:
        """Return the rows with a whole code, the nearest first."""
        return list(self._identifiers.find_whole(code).tolist())

    def _find_other_form(self, digits: str) -> list[int]:
        """Return the rows that have a GTIN in another form, or the item of a scale label."""
        if not (digits.isascii() and digits.isdecimal() and len(digits) in OTHER_FORMS):
            return []
        for form in other_forms(digits):
            if rows := self._rows(form):
                return rows
        label = read_scale_label(digits)
        for item in label.items if label is not None else ():
            if len(found := self._identifiers.find_written(item)):
                return list(found.tolist())
        return []

    def _is_only_code(self, text: str, *, is_known: bool) -> bool:
        """Return whether a text with letters can be nothing but a code: a known one, or one that looks like it.

        It is not if names have its words, as with the code SURYA12 of the item SURYA 12.
        """
        if is_known:
            return not all(map(self._is_word_or_size, words(text)))
        shape = SHAPE.fullmatch(fold(text.strip()))
        if shape is None or self._is_word_or_size(shape["number"]):
            return False
        is_size = len(shape["number"]) <= LONGEST_SIZE and shape["number"][0] != "0"
        return not (is_size and self._is_word(shape["letters"]))

    def _is_word_or_size(self, word: str) -> bool:
        """Return whether names have a word, or a number with any unit."""
        return self._is_word(word) or (is_number(word) and any(self._is_word(size.format(word)) for size in SIZES))


def _held_gtin(text: str) -> str | None:
    """Return the number of goods that a text is, or that its link or element string has; None without one."""
    scan = read_scan(text)
    number = text if scan is None else scan.number
    is_number = number.isascii() and number.isdecimal() and len(number) >= SHORTEST_HELD
    return number if is_number and is_gtin(number) else None


def _scored(
    whole: list[int], in_other_form: Sequence[int] = (), by_ending: Sequence[int] = ()
) -> list[tuple[int, float]]:
    """Return rows with their scores, each once."""
    scores: dict[int, float] = {}
    for rows, score in ((whole, WHOLE), (in_other_form, OTHER_FORM), (by_ending, ENDING)):
        for row in rows:
            scores.setdefault(row, score)
    return list(scores.items())
