"""Splits a text into words, in the same way for names, queries and labels.

Case and accents are folded. Letters and digits become separate words, except that a number with a unit of weight or
volume becomes one word in the base unit: "85 GR" is `85g`, "1,5 LT" is `1500ml`, "½ kg" and "setengah kilo" are
`500g`. A decimal or a fraction without a unit is `1.5`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

UNITS = {
    **dict.fromkeys(("g", "gr", "grm", "gram", "gm"), ("g", 1)),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilogram"), ("g", 1000)),
    **dict.fromkeys(("ons", "onz"), ("g", 100)),
    **dict.fromkeys(("ml", "cc", "mili"), ("ml", 1)),
    **dict.fromkeys(("l", "lt", "ltr", "liter", "litre"), ("ml", 1000)),
}
"""The spellings of units in shops, each with its base unit and how many of that it is."""
SHORTEST_WRITTEN_OUT = 4
"""A unit of at least this many letters is also a word: somebody who types "kopi liter" means a name with "1 LITER"."""
DIGITS = {"dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9}
TENS = {f"{word} puluh": 10 * digit for word, digit in DIGITS.items()}
HUNDREDS = {"seratus": 100, **{f"{word} ratus": 100 * digit for word, digit in DIGITS.items()}}
NUMBER_WORDS = {
    **dict.fromkeys(("setengah", "stengah", "stgh", "stngh", "1/2"), 1 / 2),
    **dict.fromkeys(("seperempat", "sprempat", "prapat", "1/4"), 1 / 4),
    **dict.fromkeys(("sepertiga", "1/3"), 1 / 3),
    "3/4": 3 / 4,
    "2/3": 2 / 3,
    "satu": 1,
    **DIGITS,
    "sepuluh": 10,
    "sebelas": 11,
    **{f"{word} belas": 10 + digit for word, digit in DIGITS.items()},
    **TENS,
    **{f"{ten} {word}": tens + digit for ten, tens in TENS.items() for word, digit in (("satu", 1), *DIGITS.items())},
    **HUNDREDS,
    **{f"{hundred} lima puluh": hundreds + 50 for hundred, hundreds in HUNDREDS.items()},
}
"""How fractions and numbers are written before a unit, as in `setengah kilo`. `se` is one: `seliter`."""


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases, which tries the longest first, and each first word only once."""
    rests: dict[str, list[str]] = {}
    for phrase in phrases:
        first, _, rest = phrase.partition(" ")
        rests.setdefault(first, []).append(rest)
    return rf"(?:{'|'.join(first + _then(rests[first]) for first in sorted(rests, key=len, reverse=True))})"


def _then(rests: Sequence[str]) -> str:
    further = [rest for rest in rests if rest]
    return rf"(?:\s+{_any_of(further)}){'?' * ('' in rests)}" if further else ""


END = r"(?![^\W\d_])"
_UNIT = _any_of(UNITS) + END
_FRACTION = rf"(?=\d)(?<![\d/.,])(?:\d\s+)?{_any_of(word for word in NUMBER_WORDS if '/' in word)}(?![\d/])"
_NUMBER_WORD = (
    rf"{_any_of(word for word in NUMBER_WORDS if '/' not in word)}(?=\s*{_any_of(u for u in UNITS if len(u) > 1)}{END})"
)
_ONE = rf"se(?={_any_of(u for u in UNITS if len(u) >= SHORTEST_WRITTEN_OUT or u == 'ons')}{END})"
WORD = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>{_UNIT})"
    rf"|(?P<part>{_FRACTION}|(?<![^\W_])(?:{_NUMBER_WORD}|{_ONE}))(?:\s*(?P<of>{_UNIT}))?"
    r"|(?<!\d)(?P<decimal>\d[.,]\d{1,2})(?!\d)"
    r"|(?P<plain>\d+|[^\W\d_]+)"
)
FRACTION_SIGN = re.compile("[\N{VULGAR FRACTION ONE QUARTER}-\N{VULGAR FRACTION THREE QUARTERS}]")
THOUSANDS = re.compile(r"\d+[.,]\d{3}")
"""A dot or comma before three digits separates thousands in 1.000 ML, but decimals in 1.000 KG."""
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
    apart = FRACTION_SIGN.sub(r" \g<0>", text)  # 1½ is not 11/2
    folded = "".join(c for c in unicodedata.normalize("NFKD", apart).casefold() if not unicodedata.combining(c))
    return folded.replace("\N{FRACTION SLASH}", "/")


def words(text: str) -> list[str]:
    """Return the words of a text, in their order."""
    return _words(WORD.findall(fold(text)))


def words_and_units(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text, and the units in its sizes that are also words."""
    found = WORD.findall(fold(text))
    units = [unit or of for _, unit, _, of, _, _ in found if unit or of]
    return _words(found), [unit for unit in units if len(unit) >= SHORTEST_WRITTEN_OUT]


def words_and_spans(text: str) -> list[tuple[str, Span]]:
    """Return each of `words(text)` with its position in the text."""
    if text.isascii():  # folding leaves each character at its place
        found = list(WORD.finditer(text.lower()))
        spans = [Span(*match.span()) for match in found]
    else:
        folded, origin = [], []
        for place, character in enumerate(text):
            piece = fold(character)
            folded.append(piece)
            origin += [place] * len(piece)
        found = list(WORD.finditer("".join(folded)))
        spans = [Span(origin[match.start()], _end(text, origin[match.end() - 1] + 1)) for match in found]
    return list(zip(_words(match.groups("") for match in found), spans, strict=True))


def skeleton(word: str) -> str:
    """Return the consonant skeleton of a word, its usual abbreviation: the first letter and the consonants after it."""
    return word[0] + word[1:].translate(VOWELS)


def is_number(word: str) -> bool:
    """Return whether a word is a number or a size, such as `85` or `85g`."""
    return word[0].isdigit()


def _words(found: Iterable[tuple[str, ...]]) -> list[str]:
    """Convert the groups that WORD finds to words."""
    return [
        plain or (_size(number, unit) if unit else _fraction(part, of) if part else decimal.replace(",", "."))
        for number, unit, part, of, decimal, plain in found
    ]


def _end(text: str, end: int) -> int:
    """Extend the end of a word over combining accents, which belong to the letter before them."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _fraction(part: str, unit: str) -> str:
    """Convert a fraction or a number in words, with or without a unit, and perhaps with a whole number before it."""
    base, factor = UNITS[unit] if unit else ("", 1)
    written = part.split()
    number = NUMBER_WORDS.get(" ".join(written))
    if number is None:  # 1 1/2, or `se`
        number = sum(map(int, written[:-1])) + NUMBER_WORDS.get(written[-1], 1)
    return f"{number * factor:.{6 if number > 1 else 4}g}{base}"


@lru_cache(maxsize=1_000)
def _size(number: str, unit: str) -> str:
    base, factor = UNITS[unit]
    if len(number) > LONGEST_NUMBER or (factor == 1 and THOUSANDS.fullmatch(number)):
        return number.replace(",", "").replace(".", "") + base
    return f"{float(number.replace(',', '.')) * factor:.10g}{base}"
