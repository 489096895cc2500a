"""What the products of a catalogue can be filtered by, as arrays: no request reads a product to count it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.live import Served
from toko_core.catalog.products import Products
from toko_core.prices.base_amounts import BaseAmounts
from toko_web.catalogue.shown import ShownProducts

KEPT = 2
"""The catalogue that is served, and the one that requests may still use."""
Column = Literal["merek", "jenis"]


@dataclass(frozen=True, slots=True)
class Labels:
    """The brands, or the categories, of all products."""

    names: Sequence[str]
    of_products: NDArray[np.int32]
    """The place of each product's name in `names`; the one after the last if it has none."""
    places: dict[str, int]

    def find(self, names: Sequence[str]) -> list[int]:
        """Return the places of names; a name that no product has is left out."""
        return [self.places[name] for name in names if name in self.places]


@dataclass(frozen=True, slots=True)
class Facets:
    """The columns of one catalogue."""

    labels: dict[Column, Labels]
    in_stock: NDArray[np.bool_]
    has_photo: NDArray[np.bool_]
    amounts: BaseAmounts
    sold: NDArray[np.int32]
    """The products that the shop sells, in the order in which people see them."""
    shown: ShownProducts

    @classmethod
    def build(cls, served: Served, rounding: int | None, moment: datetime) -> "Facets":
        """Read them from a catalogue. It takes one or two seconds for 100,000 products."""
        products = served.catalog.products
        has_photo = np.zeros(len(products), bool)
        has_photo[served.details.with_photo()] = True
        return cls(
            {"merek": _labels(products, "merek"), "jenis": _labels(products, "jenis")}, products.in_stock(), has_photo,
            BaseAmounts(products, rounding, moment), np.flatnonzero(products.sold()).astype(np.int32),
            ShownProducts(products, rounding),
        )  # fmt: skip


class PreparedFacets:
    """The facets of the last catalogues. `prepare` is for the thread that loads catalogues."""

    def __init__(self, rounding: int | None) -> None:
        """`rounding` is PRICE_ROUNDING."""
        self._rounding = rounding
        self._of_catalogs: dict[str, Facets] = {}

    def prepare(self, served: Served, moment: datetime) -> None:
        """Build the facets of a catalogue that will be served. `moment` is the time on the shop's wall clock."""
        facets = Facets.build(served, self._rounding, moment)
        kept = [name for name in self._of_catalogs if name != served.name][1 - KEPT :]
        self._of_catalogs = {**{name: self._of_catalogs[name] for name in kept}, served.name: facets}

    def of(self, served: Served) -> Facets:
        """Return the facets of a catalogue that was prepared. Raises KeyError after two newer ones."""
        return self._of_catalogs[served.name]

    def update(self, moment: datetime) -> None:
        """Update the prices as discounts begin and end. Call it off the event loop."""
        for facets in list(self._of_catalogs.values()):
            facets.amounts.update(moment)


def _labels(products: Products, column: Column) -> Labels:
    places: dict[str, int] = {}
    codes: dict[str | None, int] = {}
    found = np.empty(len(products), np.int32)
    for row in range(len(products)):
        code = products.label_code(row, column)
        if code not in codes:
            name = products.label(row, column)
            codes[code] = -1 if not name else places.setdefault(name, len(places))
        found[row] = codes[code]
    found[found == -1] = len(places)
    return Labels(list(places), found, places)
