"""Products as lists show them. The last ones are remembered: who goes on typing sees most of them again."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product, Products
from toko_core.people import View
from toko_core.people.shown import asked_at
from toko_core.prices.summary import Summary, summarize

REMEMBERED = 2_048
"""Products, each as one kind of viewer sees it: 3 KB each."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A product as somebody sees it."""

    row: int
    hash: str
    product: Product
    summary: Summary | None
    """None if no price is filled in."""


class ShownProducts:
    """The products of one catalogue. Call it in the event loop only."""

    def __init__(self, products: Products, rounding: int | None) -> None:
        """`rounding` is PRICE_ROUNDING."""
        self._products, self._rounding = products, rounding
        self._in_force: tuple[bool, ...] = ()
        self._known: OrderedDict[tuple[int, int | None, bool], Shown] = OrderedDict()

    def get(self, rows: list[int], view: View, moment: datetime) -> list[Shown]:
        """Return products as `view` shows them at a moment of the shop's wall clock."""
        in_force = self._products.offers_in_force(moment)
        if in_force != self._in_force:
            self._known.clear()
            self._in_force = in_force
        return [self._get(row, view, moment) for row in rows]

    def _get(self, row: int, view: View, moment: datetime) -> Shown:
        key = row, view.level, view.stock
        if (known := self._known.get(key)) is not None:
            self._known.move_to_end(key)
            return known
        product = asked_at(self._products, row, view, moment)
        shown = Shown(row, product_hash(product.kodeitem), product, summarize(product, self._rounding))
        self._known[key] = shown
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return shown
