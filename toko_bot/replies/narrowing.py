"""Results narrowed to a brand or category. Buttons carry a hash of its name, the same in every catalogue."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from toko_bot.replies.buttons import LABELS, Label, Results
from toko_core.catalog.products import Products
from toko_core.search import Hit, SearchIndex

SEARCHED = 200
"""Hits that are narrowed, more than the pages show otherwise."""
MOST_CHOICES = 20
HASH_BYTES = 3
"""Two of 50 brands among the hits of a search are alike once in 14,000 searches, and are then shown together."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand or category, and how many hits have it."""

    name: str
    hash: str
    count: int


def find(index: SearchIndex, products: Products, wanted: Results, most: int) -> list[Hit]:
    """At most so many hits, best first, of the brand and category that are wanted."""
    narrowed = any(wanted.kept(label) is not None for label in LABELS)
    hits = index.search(wanted.query or "", SEARCHED if narrowed else most)
    for label in LABELS:
        kept = wanted.kept(label)
        if kept is not None:
            hits = [hit for hit in hits if _hash(products.label(hit.row, label)) == kept]
    return hits[:most]


def find_choices(index: SearchIndex, products: Products, wanted: Results, label: Label) -> list[Choice]:
    """What the hits can be narrowed to by a label, the most frequent first."""
    hits = find(index, products, wanted.narrowed(label, None), SEARCHED)
    counts = Counter(name for hit in hits if (name := products.label(hit.row, label)))
    return [Choice(name, _hash(name), count) for name, count in counts.most_common(MOST_CHOICES)]


def has_choice(products: Products, hits: Sequence[Hit], label: Label) -> bool:
    """Whether they are of several brands, or categories."""
    first = None
    for hit in hits:
        name = products.label(hit.row, label)
        first = first or name
        if name and name != first:
            return True
    return False


def _hash(name: str | None) -> str:
    digest = hashlib.blake2b((name or "").encode(errors="replace"), digest_size=HASH_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()
