"""Reads how much somebody wants: `indomie goreng 3 dus`, `2 lusin telor`, `aqua 600 x 5`, `setengah kg gula`.

A number belongs to a quantity if a unit that is counted follows it (dus, lusin, pcs), or an x stands between it and the
words. A weight or volume is a size of the product (`gula 1 kg`), unless it comes before all words (`1 kg gula`). A
number alone never is a quantity (`surya 12`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from toko_core.search.codes.scale_labels import read_scale_label
from toko_core.search.codes.scanned import read_scan
from toko_core.search.language.fillers import FILLERS
from toko_core.search.text import fold, is_number, words

COUNTED = {
    "PCS": "pcs pc pces piece pieces biji bj bji buah bh",
    "DUS": "dus dos doos kardus karton krtn krt ktn ctn carton",
    "LSN": "lusin lsn losin lusen dozen dzn",
    "KODI": "kodi",
    "GROS": "gros gross grs",
    "PAK": "pak pack pck packs",
    "BKS": "bungkus bks bgks bngks bngkus",
    "RCG": "renceng rcg renteng rtg rnceng rncg",
    "SCT": "sachet saset sct scht sachets",
    "SLOP": "slop slof slp",
    "SAK": "sak zak karung krg",
    "BAL": "bal bale",
    "BTL": "botol btl",
    "KLG": "kaleng klg",
    "BOX": "box boks",
    "KTK": "kotak ktk",
    "ROLL": "roll rol gulung",
    "IKAT": "ikat ikt",
    "BUTIR": "butir btr",
    "EKOR": "ekor ekr",
    "STRIP": "strip strp",
    "TUBE": "tube",
    "JRG": "jerigen jirigen jrg",
    "EMBER": "ember",
    "TOPLES": "toples tpls",
    "GLN": "galon gln",
    "CUP": "cup",
    "GELAS": "gelas gls",
    "SET": "set",
    "PSG": "pasang psg",
    "RIM": "rim",
    "UNIT": "unit",
    "BTG": "batang btg",
    "KRAT": "krat crate",
    "PAPAN": "papan tray",
    "PTG": "potong ptg",
}
"""The units that goods are counted in, by the name that shops use most, with their spellings."""
MEASURED = {
    "KG": "kg kgs kilo kilogram",
    "GR": "gr gram grm g",
    "ONS": "ons",
    "LTR": "ltr lt liter litre l",
    "ML": "ml cc mili",
    "MTR": "mtr meter",
    "LBR": "lbr lembar",
}
"""The units that also say the size of a product."""
UNITS = {spelling: unit for unit, spellings in (COUNTED | MEASURED).items() for spelling in spellings.split()}
IN_PACKS = frozenset({"PCS", "SCT", "BUTIR", "LBR", "STRIP"})
"""The units of what a pack holds."""
IN_ONE_WORD = """
    lusin dus dos kardus karton bungkus renceng renteng slop karung botol kaleng box kotak rol roll gulung ikat butir
    biji buah ekor sachet strip toples galon gelas pasang rim krat batang papan potong kodi jerigen ember kilo kg ons
    liter meter lembar
"""
ONE = {f"se{spelling}": UNITS[spelling] for spelling in IN_ONE_WORD.split()}
"""One of a unit in a word: `selusin`. Words such as sepak and sesak have other meanings."""
ONE_TO_ELEVEN = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas"
HALF, QUARTER = Decimal("0.5"), Decimal("0.25")
NUMBER_WORDS = {
    **{word: Decimal(number) for number, word in enumerate(ONE_TO_ELEVEN.split(), start=1)},
    **dict.fromkeys(("setengah", "stengah", "setgh", "stgh"), HALF),
    **dict.fromkeys(("seperempat", "sprempat"), QUARTER),
}
TENS = {"belas": (Decimal(1), 10), "puluh": (Decimal(10), 0), "ratus": (Decimal(100), 0), "perempat": (QUARTER, 0)}
"""The factor and the addend of a word after a number word: dua belas is 12, dua puluh 20, tiga perempat 0.75."""
DIGITS = frozenset("123456789")
FRACTIONS = str.maketrans({"½": ".5", "¼": ".25", "¾": ".75"})
PARTS = frozenset({"1/2", "1/4", "3/4", "setengah", "seperempat"})
"""What may follow a whole number: 1 1/2, satu setengah."""
TIMES = frozenset({"x", "×", "*", "kali"})
LINKS = TIMES | frozenset({"sebanyak", "sejumlah", "qty", "jml", "jumlah", "=", "-", ":"})
"""Words between the goods and the quantity, which go with it."""
NOT_WANTED = frozenset({"isi", "is", "per", "@", "/", "+"})
"""Words before a number that is not a quantity: `isi 12 pcs`."""
MOST = 10_000
LONGEST = 200

NUMBER = r"(?:[0-9]{1,9}/[1-9][0-9]{0,2}|[0-9]{1,9}(?:[.,][0-9]{1,3})?|[.][0-9]{1,2})"
GLUED = re.compile(rf"({NUMBER})([^\W\d_]+)")
PLAIN = re.compile(NUMBER)
TIMES_NUMBER = re.compile(rf"[x×*]({NUMBER})")
NUMBER_TIMES = re.compile(rf"({NUMBER})[x×*]")
THOUSANDS = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")


class Quantity(NamedTuple):
    """A text, and how much of it is wanted."""

    text: str
    """The words without those of the quantity; all words if there is none, or if the text is a code."""
    number: Decimal | None = None
    unit: str | None = None
    """The unit as a key of COUNTED or MEASURED; None with a number in whatever unit the product is sold in."""


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
    if (weight := _weighed(text)) is not None:
        return Quantity(text, weight, "KG")
    tokens = text[:LONGEST].split()
    folded = [fold(token.translate(FRACTIONS)).rstrip(".,;!?") for token in tokens]
    parts = [part for part in _counted(folded) if _is_wanted(folded, part)] or [*_times(folded), *_in_front(folded)][:1]
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
    """Return the unit that a shop's name of one means: `KRT` and `karton` are DUS. None if it is not known."""
    return UNITS.get(fold(satuan).strip(" ."))


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
        if part is not None and part.unit in COUNTED:
            yield part
        start = part.end if part is not None else start + 1


def _in_front(tokens: Sequence[str]) -> Iterator[_Part]:
    """Yield the weight, volume or length before all words that name something."""
    start = next((place for place, token in enumerate(tokens) if token not in FILLERS), len(tokens))
    part = _with_unit(tokens, start) if start < len(tokens) else None
    if part is not None:
        yield part


def _with_unit(tokens: Sequence[str], start: int) -> _Part | None:
    """Return the number with a unit that begins at a token, with the linking words before it."""
    if (unit := ONE.get(tokens[start])) is not None:
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
            start, number = len(tokens) - count, _decimal(found[1], "PCS")
            if 0 < number < MOST and not _is_size(tokens[start - 1], number):
                yield _Part(start, len(tokens), number, None)
        if count <= last and pattern is NUMBER_TIMES and (found := pattern.fullmatch(before)) is not None:
            number = _decimal(found[1], "PCS")
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
    return PLAIN.fullmatch(before) is not None and "/" not in before and number > _decimal(before, "KG")


def _before(tokens: Sequence[str], start: int) -> int:
    """Return where a quantity begins: with the linking word before its number."""
    return start - 1 if start > 0 and tokens[start - 1] in LINKS else start


def _number_length(tokens: Sequence[str], start: int) -> int:
    """Return how many tokens from `start` are one number."""
    first, *following = tokens[start : start + 4]
    if PLAIN.fullmatch(first):
        length = 1
        if first not in DIGITS:
            return length
    elif first not in NUMBER_WORDS:
        return 0
    elif following[:1] == ["perempat"]:
        return 2
    else:
        length = 1 + (following[:1] != [] and following[0] in TENS)
        length += following[:1] == ["puluh"] and following[1:2] != [] and following[1] in NUMBER_WORDS
    return length + (following[length - 1 : length] != [] and following[length - 1] in PARTS)


def _number(words: Sequence[str], unit: str) -> Decimal:
    number = Decimal(0)
    for word in words:
        if word in TENS:
            factor, addend = TENS[word]
            number = number * factor + addend
        else:
            number += NUMBER_WORDS[word] if word in NUMBER_WORDS else _decimal(word, unit)
    return number


def _decimal(written: str, unit: str) -> Decimal:
    """Read a number. A dot or comma before three digits separates thousands of what is counted: 1.000 pcs."""
    if "/" in written:
        part = Fraction(written)
        return Decimal(part.numerator) / Decimal(part.denominator)
    if unit in COUNTED and THOUSANDS.fullmatch(written):
        return Decimal(re.sub("[.,]", "", written))
    return Decimal(written.replace(",", "."))
