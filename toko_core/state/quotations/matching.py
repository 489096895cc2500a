"""Finds the product, the quantity and the unit that a line of a list means, and says if that is not clear."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from toko_core.catalog.products import Product, Products
from toko_core.search import Hit, SearchIndex
from toko_core.search.lists import readings
from toko_core.search.quantities import Quantity, is_size, unit_named
from toko_core.search.text import is_number, words

MOST_CHOICES = 5
LEAST_SCORE, AHEAD = 0.85, 0.07
"""The best product is meant if it has at least this score, and is this far ahead of the next. On a list of 20,000 names
the next flavour of the same product is 0.00 to 0.05 behind, another size or brand 0.15 and more."""
SEARCHED = 3 * MOST_CHOICES
"""How many hits are read, as those that are not sold are left out."""
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
    best = next(iter(index.search(item, 1)), None)
    name = products.name(best.row) if best is not None else ""
    wanted = next(wanted for wanted in readings(item) if not _is_of_name(item, wanted, name, best))
    hits = [hit for hit in index.search(wanted.text, SEARCHED) if products.is_sold(hit.row)][:MOST_CHOICES]
    if hits and _is_clear(index, products, wanted.text, hits):
        return Match(wanted, (hits[0].row,), True)
    return Match(wanted, tuple(hit.row for hit in hits), False)


def find_unit(product: Product, number: Decimal, unit: str | None) -> Sold | None:
    """Return the unit in which a quantity of a product is sold; None if the product does not have the asked unit.

    Without an asked unit it is the base unit. A weight in another unit of weight is converted: 5 ons are 0,5 KG.
    """
    if unit is None:
        satuan = next((price.satuan for price in product.prices if price.konversi == 1), None)
        satuan = satuan or next((price.satuan for price in product.prices), None)
        return None if satuan is None else Sold(satuan, number)
    named = [(unit_named(satuan), satuan) for satuan in units_of(product)]
    for meant, satuan in named:
        if meant == unit:
            return Sold(satuan, number)
    for meant, satuan in named:
        if meant in GRAMS and unit in GRAMS:
            return Sold(satuan, number * GRAMS[unit] / GRAMS[meant])
    return None


def units_of(product: Product) -> list[str]:
    """Return the units of a product that have a price, in their order."""
    return list(dict.fromkeys(price.satuan for price in product.prices if price.hargajual is not None))


def _is_of_name(item: str, wanted: Quantity, name: str, best: Hit | None) -> bool:
    """Return whether what was read as a quantity is in the name of the best product for all of the item."""
    if wanted.number is None or best is None:
        return False
    return best.score == 1 if wanted.text == item else is_size(item, wanted, name)


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
