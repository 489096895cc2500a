"""Finds the product, the quantity and the unit that a line of a list means, and says if that is not clear."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from toko_core.catalog.products import Product, Products
from toko_core.search import Hit, SearchIndex
from toko_core.search.language.numbers import UNITS
from toko_core.search.lists import readings
from toko_core.search.quantities import SIZES, Quantity, is_size, read_quantity, unit_meant, unit_named
from toko_core.search.text import fold, is_number, words

MOST_CHOICES = 5
LEAST_SCORE, AHEAD = 0.85, 0.07
"""The best product is meant if it has at least this score, and is this far ahead of the next. On a list of 20,000 names
the next flavour of the same product is 0.00 to 0.05 behind, another size or brand 0.15 and more."""
SEARCHED = 3 * MOST_CHOICES
"""How many hits are read, as those that are not sold are left out."""
SURELY_A_SIZE = 25
"""Nobody means so many pieces with a number that is in the name."""
SURELY_BETTER = 0.02
NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,3})?")
GRAMS = {"kg": Decimal(1000), "ons": Decimal(100), "gram": Decimal(1)}


class Match(NamedTuple):
    """The products that a line may mean."""

    wanted: Quantity
    rows: tuple[int, ...]
    """The likeliest first; one if it is clear."""
    is_clear: bool


class Sold(NamedTuple):
    """A unit in which a product is sold, and how many of it."""

    satuan: str
    number: Decimal


def match_item(index: SearchIndex, products: Products, item: str) -> Match:
    """Find what one line of a list means. Never raises."""
    wanted, is_doubtful = _read(index, products, item)
    wanted = _with_unit(index, products, wanted)
    hits = _sold(index, products, wanted.text)
    if is_doubtful and wanted.number is None:  # the number may be a quantity, too
        without = _sold(index, products, next(readings(item)).text)
        rows = dict.fromkeys(hit.row for pair in zip_longest(hits, without) for hit in pair if hit is not None)
        return Match(wanted, tuple(rows)[:MOST_CHOICES], False)
    if hits and not is_doubtful and _is_clear(index, products, wanted.text, hits):
        return Match(wanted, (hits[0].row,), True)
    return Match(wanted, tuple(hit.row for hit in hits), False)


def _sold(index: SearchIndex, products: Products, text: str) -> list[Hit]:
    return [hit for hit in index.search(text, SEARCHED) if products.is_sold(hit.row)][:MOST_CHOICES]


def number_beside(index: SearchIndex, products: Products, item: str, name: str) -> Decimal | None:
    """Return the quantity that a doubtful number of an item is if a product without it in its name is meant.

    Who types `gula 2` may want GULA 2KG. If they choose GULA 1KG, it is two of them. None if there is no such number.
    """
    first = next(readings(item))
    if first.number is None or first.unit is not None or _is_in_name(item, first, name):
        return None
    _, is_doubtful = _read(index, products, item)
    return first.number if is_doubtful else None


def find_unit(product: Product, number: Decimal, unit: str | None, asked: str = "") -> Sold | None:
    """Return the unit in which a quantity of a product is sold.

    None if the product does not have the unit, or has several of that name of which `asked`, the text, names none.
    Without an asked unit it is the base unit. A weight in another unit of weight is converted: 5 ons are 0,5 KG.
    """
    if unit is None:
        satuan = next((price.satuan for price in product.prices if price.konversi == 1), None)
        satuan = satuan or next((price.satuan for price in product.prices), None)
        return None if satuan is None else Sold(satuan, number)
    named = [(unit_named(satuan), satuan) for satuan in units_of(product)]
    if any(meant == unit for meant, _ in named):
        found = unit_meant(units_of(product), unit, asked)
        return None if found is None else Sold(found, number)
    for meant, satuan in named:
        if meant in GRAMS and unit in GRAMS:
            return Sold(satuan, number * GRAMS[unit] / GRAMS[meant])
    return None


def units_of(product: Product) -> list[str]:
    """Return the units of a product that have a price, in their order."""
    return list(dict.fromkeys(price.satuan for price in product.prices if price.hargajual is not None))


def _with_unit(index: SearchIndex, products: Products, wanted: Quantity) -> Quantity:
    """Take a unit at the end of the goods for that of the quantity: `indomie dus 2`. TEH KOTAK has it in its name."""
    *goods, last = wanted.text.split() or [""]
    unit = UNITS.get(fold(last).strip(".,"))
    if not goods or wanted.unit is not None or unit is None or unit in SIZES:
        return wanted
    best = next(iter(index.search(wanted.text, 1)), None)
    if best is None or any(UNITS.get(word) == unit for word in words(products.name(best.row))):
        return wanted
    return Quantity(" ".join(goods), wanted.number, unit)


def _read(index: SearchIndex, products: Products, item: str) -> tuple[Quantity, bool]:
    """Return what of an item is the quantity, and whether that is doubtful: its numbers may be those of a name."""
    *numbered, whole = readings(item)
    best = next(iter(index.search(item, 1)), None) if numbered else None
    if best is None:
        return (numbered or [whole])[0], False
    name, first = products.name(best.row), numbered[0]
    if first.text == item:  # the label of a scale, unless it is a barcode of the shop
        return (whole if best.score == 1 else first), False
    alone = [reading for reading in numbered if reading.unit is None] if read_quantity(item).number is None else []
    if len(alone) > 1:
        return _read_both_ends(index, item, whole, alone, name)
    if first in alone:
        return _read_alone(index, item, whole, first, name)
    return (whole if is_size(item, first, name) else first), False


def _read_alone(index: SearchIndex, item: str, whole: Quantity, reading: Quantity, name: str) -> tuple[Quantity, bool]:
    """Read a number without a unit: it is of the name if that has it, in whichever unit (`aqua 600`: AQUA 600ML).

    Small numbers may be either: who types `beras 5` may want five sacks, or BERAS 5KG. After a whole name they are a
    quantity: `gula pasir 1kg 2`.
    """
    if not _is_in_name(item, reading, name):
        return reading, False
    is_whole_word = f"{reading.number}" in words(name)
    if is_whole_word or reading.number is None or not 1 < reading.number < SURELY_A_SIZE:
        return whole, False
    best = next(iter(index.search(reading.text, 1)), None)
    return (reading, False) if best is not None and best.score == 1 else (whole, True)


def _read_both_ends(
    index: SearchIndex, item: str, whole: Quantity, alone: Sequence[Quantity], name: str
) -> tuple[Quantity, bool]:
    """Read an item with a number at each end, as `5 surya 12`: that is the quantity without which more is found."""
    last, first = alone[:2]
    if all(_is_in_name(item, reading, name) for reading in (last, first)):
        return whole, False
    without_last, without_first = (
        next((hit.score for hit in index.search(reading.text, 1)), 0.0) for reading in (last, first)
    )
    is_doubtful = last.number != first.number and abs(without_last - without_first) < SURELY_BETTER
    return (last if without_last > without_first else first), is_doubtful


def _is_in_name(item: str, reading: Quantity, name: str) -> bool:
    """Return whether a name has the number of a reading, as often as the item has it."""
    return 0 < _numbers(item)[reading.number] <= _numbers(name)[reading.number]


def _numbers(text: str) -> Counter[Decimal | None]:
    return Counter(Decimal(found.replace(",", ".")) for found in NUMBER.findall(text))


def _is_clear(index: SearchIndex, products: Products, text: str, hits: Sequence[Hit]) -> bool:
    """Return whether the best hit is certainly meant: by its code, its exact name, or far ahead of the others."""
    best, *others = hits
    second = others[0].score if others else 0.0
    if best.score == 1 or index.is_code(text):
        return second < best.score
    return best.score >= LEAST_SCORE and best.score - second >= AHEAD and all(_numbers_are_in(text, products, best))


def _numbers_are_in(text: str, products: Products, hit: Hit) -> Iterator[bool]:
    """Yield for each number of a text whether the name has it: who types `kecap 500` does not mean KECAP 550ML."""
    named = {_digits(word) for word in words(products.name(hit.row)) if is_number(word)}
    for word in words(text):
        if is_number(word):
            yield _digits(word) in named


def _digits(word: str) -> str:
    return word.rstrip("gml")
