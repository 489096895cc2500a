"""Splits a text into words, in the same way for names, queries and labels.

Case and accents are folded. Letters and digits become separate words, except that a number with a unit of weight or
volume becomes one word in the base unit: "85 GR" is `85g`, "1,5 LT" is `1500ml`. A decimal without a unit is `1.5`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

UNITS = {
    **dict.fromkeys(("g", "gr", "grm", "gram", "gm"), ("g", 1)),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilogram"), ("g", 1000)),
    **dict.fromkeys(("ml", "cc", "mili"), ("ml", 1)),
    **dict.fromkeys(("l", "lt", "ltr", "liter", "litre"), ("ml", 1000)),
}
"""The spellings of units in shops, each with its base unit and how many of that it is."""
WORD = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})(?![^\W\d_])"
    r"|(?<!\d)(?P<decimal>\d[.,]\d{1,2})(?!\d)"
    r"|(?P<plain>\d+|[^\W\d_]+)"
)
THOUSANDS = re.compile(r"\d+[.,]\d{3}")
"""A dot or comma before three digits separates thousands in 1.000 ML, but decimals in 1.000 KG."""
SHORTEST_WRITTEN_OUT = 4
"""A unit of at least this many letters is also a word: somebody who types "kopi liter" means a name with "1 LITER"."""
LONGEST_NUMBER = 9
"""The most digits of a pack size."""
LONGEST_WORD = 32
"""The number of letters of a typed word that are compared."""
VOWELS = str.maketrans("", "", "aiueo")


class Span(NamedTuple):
    """The position of a word in the original text: `text[start:end]`."""

    start: int
    end: int


def fold(text: str) -> str:
    """Return the text in lower case, without accents and compatibility forms (½, ﬁ, full-width letters)."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the words of a text, in their order."""
    return _words(WORD.findall(fold(text)))


def words_and_units(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text, and the units in its sizes that are also words."""
    found = WORD.findall(fold(text))
    return _words(found), [unit for _, unit, _, _ in found if len(unit) >= SHORTEST_WRITTEN_OUT]


def spans(text: str) -> list[Span]:
    """Return the position in the text of each of `words(text)`."""
    folded, origin = [], []
    for place, character in enumerate(text):
        piece = fold(character)
        folded.append(piece)
        origin += [place] * len(piece)
    found = WORD.finditer("".join(folded))
    return [Span(origin[m.start()], _end(text, origin[m.end() - 1] + 1)) for m in found]


def skeleton(word: str) -> str:
    """Return the consonant skeleton of a word, its usual abbreviation: the first letter and the consonants after it."""
    return word[0] + word[1:].translate(VOWELS)


def is_number(word: str) -> bool:
    """Return whether a word is a number or a size, such as `85` or `85g`."""
    return word[0].isdigit()


def _words(found: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """Convert the groups that WORD finds to words."""
    return [
        plain or (_size(number, unit) if unit else decimal.replace(",", ".")) for number, unit, decimal, plain in found
    ]


def _end(text: str, end: int) -> int:
    """Extend the end of a word over combining accents, which belong to the letter before them."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _size(number: str, unit: str) -> str:
    base, factor = UNITS[unit]
    if len(number) > LONGEST_NUMBER or (factor == 1 and THOUSANDS.fullmatch(number)):
        return number.replace(",", "").replace(".", "") + base
    return f"{float(number.replace(',', '.')) * factor:.10g}{base}"
