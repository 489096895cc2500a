"""The search for programs: pages of the best products for a text, narrowed by brand, category and stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from toko_core.catalog.reader import WEAK
from toko_core.search import Hit
from toko_web.api.calls import Call
from toko_web.api.cursors import read_cursor, unknown_cursor, write_cursor
from toko_web.api.problems import CHANGED, ProblemError
from toko_web.api.records import product_record, timestamp
from toko_web.catalogue.facets import Column
from toko_web.catalogue.filters import Filters, apply_filters

SEARCHED = 200
"""The most hits that are narrowed or listed. A program that needs all products lists them."""
CURSOR = "s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program searches for."""

    text: str
    brand: str | None = None
    category: str | None = None
    in_stock: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether not all hits are wanted."""
        return self.brand is not None or self.category is not None or self.in_stock

    @property
    def digest(self) -> str:
        """What tells two searches apart, for their cursors."""
        values = f"{self.text}\0{self.brand}\0{self.category}\0{self.in_stock}"
        return blake2b(values.encode(errors="replace"), digest_size=6).hexdigest()


def search(call: Call, wanted: Wanted, cursor: str | None, limit: int) -> dict[str, Any]:
    """Return a page of the results of a search. Raises ProblemError if the cursor is of another one."""
    start = 0 if cursor is None else _read_place(call, wanted, cursor)
    catalog = call.served.catalog
    hits = catalog.index.search(wanted.text, SEARCHED)  # for each page, as the first hits depend on the number
    suggestion = catalog.index.suggestion(wanted.text, hits[0].row) if hits and hits[0].score < WEAK else None
    if wanted.is_narrowed:
        hits = _narrow(call, hits, wanted)
    end = start + limit
    return {
        "items": [product_record(call, hit.row) | _score(call, hit) for hit in hits[start:end]],
        "next_cursor": write_cursor(CURSOR, call.served.name, wanted.digest, end) if len(hits) > end else None,
        "data_time": timestamp(call.served.data_time),
        "suggestion": suggestion,
    }


def _score(call: Call, hit: Hit) -> dict[str, float]:
    """Return how well a product matches. Whether it is in stock is a part of the number."""
    return {"score": round(float(hit.score), 4)} if call.view.stock else {}


def _read_place(call: Call, wanted: Wanted, cursor: str) -> int:
    name, digest, start = read_cursor(cursor, CURSOR, (str, str, int))
    if digest != wanted.digest or not 0 < start <= SEARCHED:
        raise unknown_cursor()
    if name != call.served.name:
        raise ProblemError(CHANGED, "A new catalogue was published since the first page: search again without cursor.")
    return int(start)


def _narrow(call: Call, hits: Sequence[Hit], wanted: Wanted) -> list[Hit]:
    """Return the hits that the filters leave, as the pages do it."""
    kept: dict[Column, tuple[str, ...]] = {}
    if wanted.brand is not None:
        kept["merek"] = (wanted.brand,)
    if wanted.category is not None:
        kept["jenis"] = (wanted.category,)
    rows = np.array([hit.row for hit in hits], np.int32)
    facets = call.api.shop.facets.of(call.served)
    left = set(apply_filters(facets, rows, Filters(kept, wanted.in_stock), call.view).rows.tolist())
    return [hit for hit in hits if hit.row in left]
