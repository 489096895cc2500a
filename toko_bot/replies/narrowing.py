"""Narrows results to a brand or category. Buttons contain a hash of its name, which is the same in every catalogue."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from toko_bot.replies.buttons import LABELS, Label, Results, short_hash
from toko_core.catalog.products import Products
from toko_core.catalog.reader import WEAK
from toko_core.search import Hit, SearchIndex
from toko_core.search.quantities import Quantity, is_size, read_quantity

SEARCHED = 200
"""How many hits are narrowed: more than all pages show without narrowing."""
MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand or category, and how many hits have it."""

    name: str
    hash: str
    count: int


def read_wanted(index: SearchIndex, products: Products, query: str) -> Quantity:
    """Return what to search for, and how much of it somebody wants: `indomie 3 dus` is a search for indomie.

    A query stays as it is if the best product for it has the words of the quantity in its name.
    """
    wanted = read_quantity(query)
    if wanted.number is None or not wanted.text:
        return Quantity(query)
    best = next(iter(index.search(query, 1)), None)
    is_label = wanted.text == query
    if best is not None and (best.score == 1 if is_label else is_size(query, wanted, products.name(best.row))):
        return Quantity(query)
    return wanted


def find(index: SearchIndex, products: Products, wanted: Results, most: int) -> list[Hit]:
    """Return at most `most` hits of the wanted brand and category, best first."""
    narrowed = any(wanted.kept(label) is not None for label in LABELS)
    text = read_wanted(index, products, wanted.query or "").text
    hits = index.search(text, SEARCHED if narrowed else most)
    for label in LABELS:
        kept = wanted.kept(label)
        if kept is not None:
            hits = [hit for hit in hits if _is_kept(products, hit.row, label, kept)]
    return hits[:most]


def find_meant(index: SearchIndex, text: str, hits: Sequence[Hit]) -> str | None:
    """Return the text without its typos, if the best hit is a weak one; None if it is not, or only similar."""
    return index.suggestion(text, hits[0].row) if hits and hits[0].score < WEAK else None


def is_found(hits: Sequence[Hit], meant: str | None) -> bool:
    """Return whether the best hit may be what was asked for. `meant` is what `find_meant` returns."""
    return bool(hits) and (hits[0].score >= WEAK or meant is not None)


def find_choices(index: SearchIndex, products: Products, wanted: Results, label: Label) -> list[Choice]:
    """Return the brands or categories to which the hits can be narrowed, the most frequent first."""
    hits = find(index, products, wanted.narrowed(label, None), SEARCHED)
    counts = Counter(name for hit in hits if (name := products.label(hit.row, label)))
    return [Choice(name, short_hash(name), count) for name, count in counts.most_common(MOST_CHOICES)]


def has_choice(products: Products, hits: Sequence[Hit], label: Label) -> bool:
    """Return whether the hits have several brands, or categories."""
    first = None
    for hit in hits:
        name = products.label(hit.row, label)
        first = first or name
        if name and name != first:
            return True
    return False


def _is_kept(products: Products, row: int, label: Label, kept: str) -> bool:
    """Return whether a button means this brand or category. An older button has the hash of the code."""
    name, code = products.label(row, label), products.label_code(row, label)
    return short_hash(name or "") == kept or (code != name and short_hash(code or "") == kept)
