"""Reads how much somebody wants: `indomie goreng 3 dus`, `2 lusin telor`, `aqua 600 x 5`, `setengah kg gula`.

A number belongs to a quantity if a unit that is counted follows it (dus, lusin, pcs), or an x stands between it and the
words. A weight or volume is a size of the product (`gula 1 kg`), unless it comes before all words (`1 kg gula`). A
number alone never is a quantity (`surya 12`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from toko_core.search.codes.scale_labels import read_scale_label
from toko_core.search.codes.scanned import read_scan
from toko_core.search.language.fillers import FILLERS
from toko_core.search.language.numbers import FRACTIONS, NUMBERS, ONE_OF, UNITS
from toko_core.search.text import fold, is_number, words

SIZES = frozenset({"kg", "ons", "gram", "liter", "meter", "lembar"})
"""The units that also say the size of a product. Goods are counted in the others."""
IN_PACKS = frozenset({"pcs", "sachet", "strip", "lembar"})
"""The units of what a pack holds."""
TENS = {"belas": (1, 10), "puluh": (10, 0), "ratus": (100, 0)}
"""The factor and the addend of a word after a number word: dua belas is 12, dua puluh 20."""
DIGITS = frozenset("123456789")
SIGNS = str.maketrans({"½": ".5", "¼": ".25", "¾": ".75"})
PARTS: dict[str, Fraction] = {**FRACTIONS, **{part: Fraction(part) for part in ("1/2", "1/4", "3/4")}}
"""What may follow a whole number: 1 1/2, satu setengah, and tiga perempat, which is 0.75."""
MULTIPLIED = frozenset({"perempat", "prempat"})
TIMES = frozenset({"x", "×", "*", "kali"})
LINKS = TIMES | frozenset({"sebanyak", "sejumlah", "qty", "jml", "jumlah", "=", "-", ":"})
"""Words between the goods and the quantity, which go with it."""
NOT_WANTED = frozenset({"isi", "is", "per", "@", "/", "+"})
"""Words before a number that is not a quantity: `isi 12 pcs`."""
MOST = 100_000
LONGEST = 200

NUMBER = r"(?:[0-9]{1,9}/[1-9][0-9]{0,2}|[0-9]{1,9}(?:[.,][0-9]{1,3})?|[.][0-9]{1,2})"
GLUED = re.compile(rf"({NUMBER})([^\W\d_]+)")
PLAIN = re.compile(NUMBER)
TIMES_NUMBER = re.compile(rf"[x×*]({NUMBER})")
NUMBER_TIMES = re.compile(rf"({NUMBER})[x×*]")
THOUSANDS = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")
WORD = re.compile(r"[^\W\d_]+")
THOUSANDTH = Decimal("0.001")
"""The till knows no smaller part of a unit: a third is 0,333."""


class Quantity(NamedTuple):
    """A text, and how much of it is wanted."""

    text: str
    """The words without those of the quantity; all words if there is none, or if the text is a code."""
    number: Decimal | None = None
    unit: str | None = None
    """The usual name of the unit, a value of `language.numbers.UNITS`. None with a number means the product's own."""


class _Part(NamedTuple):
    """The tokens from `start` to `end` are a quantity."""

    start: int
    end: int
    number: Decimal
    unit: str | None


def read_quantity(text: str) -> Quantity:
    """Return a text without the quantity in it, and the quantity. Sizes of products stay in the text.

    The label of a scale keeps its text, and its quantity is a weight, as if the scale printed weights. Never raises.
    """
    if weight := _weighed(text):
        return Quantity(text, weight, "kg")
    tokens = text[:LONGEST].split()
    folded = [fold(token.translate(SIGNS)).rstrip(".,;!?") for token in tokens]
    parts = [part for part in _counted(folded) if _is_wanted(folded, part)] or _at_ends(folded)
    if len(parts) != 1:
        return Quantity(text)
    part = parts[0]
    return Quantity(" ".join(tokens[: part.start] + tokens[part.end :]).strip(" ,;"), part.number, part.unit)


def is_size(text: str, wanted: Quantity, name: str) -> bool:
    """Return whether what was read as a quantity in a text is in a product's name: with PAMPERS M 34 PCS, it is a size.

    `wanted` is what `read_quantity` returned. Units in packs are often left out of names: PAMPERS M 34.
    """
    of_quantity = Counter(words(text)) - Counter(words(wanted.text))
    of_name = Counter(words(name)) - Counter(words(wanted.text))
    numbers = {word for word in of_quantity if is_number(word)}
    return bool(of_quantity) and (of_quantity <= of_name or (wanted.unit in IN_PACKS and numbers <= of_name.keys()))


def unit_named(satuan: str) -> str | None:
    """Return the unit that a shop's name of one means: `KRT` and `karton` are dus. None if it is not known."""
    return UNITS.get(fold(satuan).strip(" ."))


def unit_meant(satuans: Iterable[str], unit: str, text: str) -> str | None:
    """Return the one of a product's units that has this usual name; None if none has, or if it may be any of several.

    A shop may sell by KARTON and by DUS, which are of different sizes. Then the word in the text decides.
    """
    meant = [satuan for satuan in dict.fromkeys(satuans) if unit_named(satuan) == unit]
    if len(meant) > 1:
        typed = WORD.findall(fold(text))
        meant = [satuan for satuan in meant if fold(satuan).strip(" .") in typed]
    return meant[0] if len(meant) == 1 else None


def measure_at_end(tokens: Sequence[str], units: frozenset[str]) -> tuple[int, Decimal, str] | None:
    """Return where a number with one of these units begins, if the tokens end with one: `telur 1/4 kg`."""
    folded = [fold(token.translate(SIGNS)).rstrip(".,;!?") for token in tokens]
    for start in range(max(1, len(folded) - 5), len(folded)):
        part = _with_unit(folded, start)
        if part is not None and part.end == len(folded) and part.unit in units:
            return start, part.number, part.unit or ""
    return None


def _weighed(text: str) -> Decimal | None:
    scan = read_scan(text)
    label = read_scale_label(scan.number if scan is not None else text.strip())
    if scan is not None and scan.kilograms is not None:
        return scan.kilograms
    return label.kilograms if label is not None else None


def _counted(tokens: Sequence[str]) -> Iterator[_Part]:
    """Yield the numbers with a unit that goods are counted in."""
    start = 0
    while start < len(tokens):
        part = _with_unit(tokens, start)
        if part is not None and part.unit not in SIZES:
            yield part
        start = part.end if part is not None else start + 1


def _at_ends(tokens: Sequence[str]) -> list[_Part]:
    """Return a number with an x at either end of the words that name something, or a weight in front of them."""
    named = [place for place, token in enumerate(tokens) if token not in FILLERS]
    if not named:
        return []
    start, end = named[0], named[-1] + 1
    in_front = _with_unit(tokens[:end], start)
    found = [*_times(tokens[start:end]), *([in_front._replace(start=0, end=in_front.end - start)] if in_front else [])]
    return [part._replace(start=part.start + start, end=part.end + start) for part in found[:1]]


def _with_unit(tokens: Sequence[str], start: int) -> _Part | None:
    """Return the number with a unit that begins at a token, with the linking words before it."""
    if (unit := ONE_OF.get(tokens[start])) is not None:
        return _Part(_before(tokens, start), start + 1, Decimal(1), unit)
    if (glued := GLUED.fullmatch(tokens[start])) is not None and (unit := UNITS.get(glued[2])) is not None:
        number, end = _decimal(glued[1], unit), start + 1
    else:
        length = _number_length(tokens, start)
        unit = UNITS.get(tokens[start + length]) if length and start + length < len(tokens) else None
        if unit is None:
            return None
        number, end = _number(tokens[start : start + length], unit), start + length + 1
    return _Part(_before(tokens, start), end, number, unit) if 0 < number < MOST else None


def _times(tokens: Sequence[str]) -> Iterator[_Part]:
    """Yield the numbers with an x at the end or at the beginning of a text: `aqua 600 x 5`, `3x aqua 600`."""
    last = len(tokens) - 1
    if last < 1:
        return
    for count, pattern in ((1, TIMES_NUMBER), (1, NUMBER_TIMES), (2, TIMES_NUMBER), (2, NUMBER_TIMES)):
        after, before = "".join(tokens[-count:]), "".join(tokens[:count])
        if count <= last and (found := pattern.fullmatch(after)) is not None:
            start, number = len(tokens) - count, _decimal(found[1], "pcs")
            if 0 < number < MOST and not _is_size(tokens[start - 1], number):
                yield _Part(start, len(tokens), number, None)
        if count <= last and pattern is NUMBER_TIMES and (found := pattern.fullmatch(before)) is not None:
            number = _decimal(found[1], "pcs")
            if 0 < number < MOST and not tokens[count][:1].isdigit():
                yield _Part(0, count, number, None)


def _is_wanted(tokens: Sequence[str], part: _Part) -> bool:
    """Return whether a number with a unit is a quantity: not after `isi`, and not as the second number of `2 x 10`."""
    if part.start == 0:
        return True
    before = tokens[part.start - 1]
    return before not in NOT_WANTED and not (tokens[part.start] in TIMES and _is_size(before, part.number))


def _is_size(before: str, number: Decimal) -> bool:
    """Return whether a number before an x makes it a size: kopi 2 x 100. With aqua 600 x 5, five are wanted."""
    return PLAIN.fullmatch(before) is not None and "/" not in before and number > _decimal(before, "kg")


def _before(tokens: Sequence[str], start: int) -> int:
    """Return where a quantity begins: with the linking word before its number."""
    return start - 1 if start > 0 and tokens[start - 1] in LINKS else start


def _number_length(tokens: Sequence[str], start: int) -> int:
    """Return how many tokens from `start` are one number."""
    first, *following = [*tokens[start : start + 4], ""]
    length = 1
    if first in FRACTIONS or (PLAIN.fullmatch(first) and first not in DIGITS):
        return length
    if first in NUMBERS:
        length += following[0] in TENS
        length += following[0] == "puluh" and following[1] in NUMBERS
    elif first not in DIGITS:
        return 0
    return length + (following[length - 1] in PARTS)


def _number(words: Sequence[str], unit: str) -> Decimal:
    number = Fraction(0)
    for word in words:
        if word in TENS:
            factor, addend = TENS[word]
            number = number * factor + addend
        elif word in PARTS:
            number = number * PARTS[word] if word in MULTIPLIED and number > 1 else number + PARTS[word]
        else:
            number += NUMBERS[word] if word in NUMBERS else Fraction(_decimal(word, unit))
    return _rounded(number)


def _rounded(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(THOUSANDTH, ROUND_HALF_UP).normalize() + 0


def _decimal(written: str, unit: str) -> Decimal:
    """Read a number. A dot or comma before three digits separates thousands of what is counted: 1.000 pcs."""
    if "/" in written:
        return _rounded(Fraction(written))
    if unit not in SIZES and THOUSANDS.fullmatch(written):
        return Decimal(re.sub("[.,]", "", written))
    return Decimal(written.replace(",", "."))
