"""Reads a shopping list from a message: several lines, or one line with commas and quantities.

    indomie goreng 3 dus, gula 1 kg 5, aqua 600 x 2

Bullets, numbers, what WhatsApp puts in front of copied messages, headings, greetings and blank lines are left out. A
line that names no goods belongs to the one before it (`indomie goreng` / `3 dus`). A comma between two digits separates
decimals. One line is a list only if at least two of its parts have a quantity, so that a search stays a search.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from toko_core.search.language.fillers import FILLERS
from toko_core.search.language.headings import HEADINGS
from toko_core.search.language.numbers import UNITS
from toko_core.search.language.packs import PACKS
from toko_core.search.quantities import LINKS, SIZES, Quantity, measure_at_end, read_quantity
from toko_core.search.text import fold, is_number, words

MOST_ITEMS = 100
"""The most lines of a list. Further ones are counted, and left out."""
LONGEST_ITEM = 200
"""Characters of a line; the search engine reads no more."""
SHORTEST_CODE = 6
"""From this many digits a number is a code, which names a product."""
FEWEST_COUNTED, FEWEST_NAMED = 2, 3
"""How many parts of one line must have a quantity for it to be a list. Between semicolons, three names are one too."""
MEASURED = frozenset({"kg", "ons", "liter", "meter"})
"""Goods are also sold loose by these: after the goods they are a quantity if the product's name does not have them."""
LINES = re.compile(r"[\r\n\v\f\u0085\u2028\u2029]+")
"""Not all that `str.splitlines` splits at: what a scanner sends has \x1d in it."""
INVISIBLE = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
COPIED = re.compile(
    r"\[[^\[\]]{0,12}\d{1,2}[.:]\d{2}[^\[\]]{0,24}\]\s*[^:\[\]]{1,60}:\s+"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?:\s*[AP]M)?\s+-\s+[^:]{1,60}:\s+",
    re.IGNORECASE,
)
"""What WhatsApp puts in front of a copied message: `[12:30, 5/12/2024] Ani: ` or `05/12/24 12.30 - Ani: `."""
BULLET = re.compile(
    r"(?:[-–—•·▪▫◦‣►➤→✓✔✅☑☐>*+]+\s*(?=\w)|\(?\d{1,3}[.)](?:\s+|(?=[^\W\d_]))|\d{1,3}\.\)\s*|\[[ xX]?\]\s*"
    r"|\d{1,3}(?:\s[.)]|[-/])\s+|(?:\d\ufe0f?\u20e3)+\s*|[\u2460-\u2473]\s*|[A-Za-z]\)\s+)+"
)
EMPHASIS = re.compile(r"(?<!\S)([*_~])(\S|\S.*?\S)\1(?!\S)")
"""WhatsApp's *bold*, _italic_ and ~struck out~."""
LINKED = re.compile(r"(?<=[^\W\d_)])\s*[=:]\s*(?=\d)|(?<=[^\W\d_])\s*[-–—]\s*(?=\d)|[()\[\]|]|_{2,}|^<[^<>]*>$")
"""What links goods with a quantity: `gula: 5`, `gula - 5`, `gula (5 kg)`."""
NOTES = re.compile(
    r"(?:nama|alamat|almt|hp|wa|telp|no|catatan|note|ongkir|(?:sub)?\s?total|jumlah)\b\s*[:=]", re.IGNORECASE
)
SEMICOLON, COMMA = re.compile(r"\s*;\s*"), re.compile(r"(?<!\d)\s*,\s*|\s*,(?!\d)\s*")
MARKS = ("\n", "\r", "\t", ",", ";", "+", "&", " dan ", " DAN ", " Dan ")
"""A message without any of these is a search."""
ALSO = frozenset({"+", "&", "dan"})
"""Words between two quantities of the same goods."""
AND = re.compile(r"\s+(?:dan|&|\+)\s+", re.IGNORECASE)
PRICE = re.compile(
    r"\s*[x×*=]?\s*(?:@\s*(?:rp\b\.?)?|\brp\b\.?|\brp(?=\d))\s*\d[\d.,]*(?:\s*(?:rb|ribu|k|jt|juta)\b)?(?:\s*/\s*\w+)?"
    r"|\s*=\s*\d{1,3}(?:[.,]\d{3})+(?!\s*[\w.,])",
    re.IGNORECASE,
)
"""A price beside goods and a quantity: `2 dus @115.000 = 230.000`, `5 kg Rp82.500`."""
PRICE_AT_END = re.compile(
    r"(?P<counted>\d\s*(?P<unit>[^\W\d_]+))\s+(?:\d{4,8}|\d{1,3}(?:[.,]\d{3})+|\d{1,4}\s*(?:rb|ribu))$", re.IGNORECASE
)
"""A price after a unit: `5 kg 82500`, `2 sak 145rb`."""
GLUED_FRACTION = re.compile(r"(\d\s+(?:1/2|1/4|3/4))(?=[^\W\d_])")
"""Without a blank after it, it would be another number than with the one before: `1 1/2kg`."""
SUM = re.compile(r"(?:(?:grand|sub)\s?)?total\s*(?:rp\.?)?\s*[\d.,]+", re.IGNORECASE)
MOST_DIGITS, SHORTEST_BARCODE = 5, 8
NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]{1,12}")
COUNTED = re.compile(r"(?<![\w.,/])([0-9][0-9.,]{0,20})\s*([^\W\d_]+)")
COUNT = re.compile(r"(?:[0-9]{1,4}|[0-9]{1,3}[.,][0-9]{1,2}|½|¼|¾|1/2|1/4|3/4)")
SIGNS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "1/2": "0.5", "1/4": "0.25", "3/4": "0.75"}


class ShoppingList(NamedTuple):
    """What a message asks for: at most MOST_ITEMS texts, one for each item, and how many more it has."""

    items: tuple[str, ...]
    left_out: int = 0


def is_surely_a_search(text: str) -> bool:
    """Return at once whether a message cannot be a list, because it has nothing that separates items."""
    return not any(mark in text for mark in MARKS)


def read_list(text: str) -> ShoppingList:
    """Return the items of a message; none if it is not a list but a search. Never raises."""
    if is_surely_a_search(text):
        return ShoppingList(())
    items = read_items(text)
    return items if len(items.items) > 1 else ShoppingList(())


def read_items(text: str) -> ShoppingList:
    """Return all items of a message that is a list, or what is added to one; a search is one item. Never raises."""
    lines = [line for line in map(_clean, LINES.split(text)) if line]
    parts = [part for line in lines for part in _split(line)]
    named = [part[:LONGEST_ITEM].strip(" ,;") for part in _joined(parts) if _names_goods(part)]
    items = [item for part in named for item in _split_quantities(part)]
    return ShoppingList(tuple(items[:MOST_ITEMS]), max(len(items) - MOST_ITEMS, 0))


def readings(item: str) -> Iterator[Quantity]:
    """Yield how an item can be read, the likeliest first, and last all of it as goods.

    A number alone is a quantity here: `gula 1 kg 5`, `3 indomie`. So is a weight after goods: `telur 2 kg`. Whether it
    is, depends on the product, as its name may have that number: `surya 12`, `gula 1 kg`. See `quantities.is_size`.
    """
    wanted = read_quantity(item)
    if wanted.number is not None and wanted.text:
        yield wanted
    elif wanted.number is None:
        yield from _bare(item)
    yield Quantity(item)


def has_unread_number(item: str) -> bool:
    """Return whether an item without a quantity has a number that looks like one: 0, or more than anybody buys.

    A number of five digits or more may also be an amount: `telur 15000`. Nobody but the customer knows.
    """
    tokens = _without_fillers(item.split())
    if len(tokens) > 1 and (number := NUMBER.fullmatch(tokens[-1])) is not None:
        digits = re.sub("[.,]", "", number[0])
        return not digits.strip("0") or MOST_DIGITS <= len(digits) < SHORTEST_BARCODE
    counted = [found[1] for found in COUNTED.finditer(item) if UNITS.get(fold(found[2]), "kg") not in SIZES]
    numbers = [re.sub("[.,]", "", number) for number in counted]
    return any(not number.strip("0") or len(number) > MOST_DIGITS for number in numbers)


def _bare(item: str) -> Iterator[Quantity]:
    tokens = _without_fillers(item.split())
    if len(tokens) > 1 and (number := _count(tokens[-1])) is not None and (goods := _without_link(tokens[:-1])):
        yield Quantity(goods, number)
    if len(tokens) > 1 and (number := _count(tokens[0])) is not None:
        yield Quantity(" ".join(tokens[1:]), number)
    if (measure := measure_at_end(tokens, MEASURED)) is not None:
        start, number, unit = measure
        if goods := _without_link(tokens[:start]):
            yield Quantity(goods, number, unit)


def _without_fillers(tokens: list[str]) -> list[str]:
    """Return the tokens without words at the ends that name no goods: `minta gula 5 ya kak`."""
    kept = [place for place, token in enumerate(tokens) if fold(token).strip(".,;!?") not in FILLERS]
    return tokens[kept[0] : kept[-1] + 1] if kept else tokens


def _without_link(tokens: Sequence[str]) -> str:
    """Return goods without the word between them and their quantity: `gula sebanyak`, `surya 12 x`."""
    kept = tokens[:-1] if tokens and fold(tokens[-1]) in LINKS else tokens
    return " ".join(kept).strip(" ,;")


def _count(word: str) -> Decimal | None:
    """Return the number that a word is, if it may be a quantity."""
    word = word.rstrip(".,;")
    if not COUNT.fullmatch(word) or (word.startswith("0") and word.isdecimal()):
        return None
    number = Decimal(SIGNS.get(word, word).replace(",", "."))
    return number if number > 0 else None


def _clean(line: str) -> str:
    """Return a line without what names no goods; empty if nothing is left."""
    line = " ".join(INVISIBLE.sub("", line).split())
    line = COPIED.sub("", line, count=1) if COPIED.match(line) else line
    line = _plain(line)
    if (bullet := BULLET.match(line)) is not None:
        line = _plain(line[bullet.end() :])
    if NOTES.match(line) or SUM.fullmatch(line) or line.endswith(":"):
        return ""
    line = _without_price(GLUED_FRACTION.sub(r"\1 ", line))
    line = " ".join(LINKED.sub(" ", line).split())
    return "" if _is_heading(line) else line


def _plain(line: str) -> str:
    """Return a line without WhatsApp's marks. A long one keeps them: looking for them would take too long."""
    return EMPHASIS.sub(r"\2", line) if len(line) <= LONGEST_ITEM else line


def _without_price(line: str) -> str:
    """Return a line without prices, which are no quantities. A line with no other number keeps them: `pulsa 10rb`."""
    if len(line) > LONGEST_ITEM:
        return line
    rest = PRICE.sub("", line)
    rest = rest if _has_quantity(rest) or not _names_goods(rest) else line
    found = PRICE_AT_END.search(rest)
    if found is not None and UNITS.get(fold(found["unit"])) and _names_goods(goods := rest[: found.end("counted")]):
        return goods
    return rest


def _is_heading(line: str) -> bool:
    named = [word for word in words(line) if not is_number(word)]
    return bool(named) and all(word in HEADINGS for word in named)


def _split(line: str) -> list[str]:
    """Return the parts of one line; the line alone if it is no list."""
    found = list(_joined([part for part in SEMICOLON.split(line) if part and not _is_heading(part)]))
    if sum(map(_has_quantity, found)) < FEWEST_COUNTED and sum(map(_names_goods, found)) < FEWEST_NAMED:
        found = [line]
    parts = [part for piece in found for part in _split_at_commas(piece)]
    return [piece for part in parts for piece in _split_at_and(part)]


def _split_at_commas(line: str) -> list[str]:
    parts = list(_joined([part for part in COMMA.split(line) if part and not _is_heading(part)]))
    return parts if sum(map(_has_quantity, parts)) >= FEWEST_COUNTED else [line]


def _split_at_and(line: str) -> list[str]:
    parts = [part for part in AND.split(line) if part]
    return parts if len(parts) > 1 and all(_names_goods(part) and _has_quantity(part) for part in parts) else [line]


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """Yield the parts, each with those after it that name no goods, such as `3 dus`."""
    together: list[str] = []
    for part in parts:
        if together and _names_goods(part):
            yield " ".join(together)
            together = []
        together.append(part)
    if together:
        yield " ".join(together)


def _split_quantities(item: str) -> list[str]:
    """Return `indomie 3 dus` and `indomie 2 pcs` for `indomie 3 dus 2 pcs`."""
    tokens = item.split()
    for length in (1, 2):
        before = tokens[:-length]
        before = before[:-1] if before and before[-1] in ALSO else before
        first, more = " ".join(before), " ".join(tokens[-length:])
        wanted = read_quantity(first)
        # What follows the goods, not `2 dus pampers m 34 pcs`.
        if wanted.unit is not None and wanted.text and first.startswith(f"{wanted.text} ") and _is_counted(more):
            return [first, f"{wanted.text} {more}"]
    return [item]


def _is_counted(text: str) -> bool:
    wanted = read_quantity(f"barang {text}")
    return wanted.text == "barang" and wanted.unit is not None and wanted.unit not in SIZES


def _has_quantity(part: str) -> bool:
    return any(wanted.number is not None for wanted in readings(part)) or len(_split_quantities(part)) > 1


def _names_goods(part: str) -> bool:
    """Return whether a part has more than a quantity, sizes and words that name no goods."""
    wanted = read_quantity(part)
    named = [word for word in words(wanted.text) if word not in FILLERS]
    if any(not is_number(word) and word not in PACKS and word not in UNITS for word in named):
        return True
    longest = max((len(word) for word in named if word.isdecimal()), default=0)
    return longest >= SHORTEST_CODE or (longest > 1 and wanted.number is not None)
