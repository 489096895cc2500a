"""Narrows results to a brand or category. Buttons contain a hash of its name, which is the same in every catalogue."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from toko_bot.replies.buttons import LABELS, Label, Results, short_hash
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.products import Products
from toko_core.search import Hit, SearchIndex

SEARCHED = 200
"""How many hits are narrowed: more than all pages show without narrowing."""
MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand or category, and how many hits have it."""

    name: str
    hash: str
    count: int


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
