"""Makes and prices the lines of a quotation from a catalogue. All arithmetic is in `toko_core.prices`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.prices.payable import ORDINARY_LEVEL, calculate
from toko_core.state.quotations.matching import find_unit, match_item, units_of
from toko_core.state.quotations.records import MOST_NUMBER, Changed, Line, Quotation


class Quoter:
    """Quotes at the prices of one catalogue, with the discounts in force at a moment of the shop's wall clock."""

    def __init__(self, served: Served, moment: datetime) -> None:
        self._served = served
        self._moment = moment

    def find(self, kodeitem: str) -> Product | None:
        """Return a product by its code; None if the catalogue no longer has it, or it is no longer sold."""
        row = self._served.hashes.find(product_hash(kodeitem))
        if row is None:
            return None
        product = self._served.catalog.products.at(row, self._moment)
        return product if product.kodeitem == kodeitem and product.dijual else None

    def draft(self, items: Iterable[str], level: int) -> list[Line]:
        """Return a line for each item of a list. It searches: do not call it in the event loop."""
        return [self._draft(item, level) for item in items]

    def _draft(self, item: str, level: int) -> Line:
        catalog = self._served.catalog
        found = match_item(catalog.index, catalog.products, item)
        line = Line(item, min(found.wanted.number or Decimal(1), MOST_NUMBER), found.wanted.unit)
        codes = tuple(catalog.products.code(row) for row in found.rows)
        return self.choose(line, codes[0], level) if found.is_clear else replace(line, choices=codes)

    def choose(self, line: Line, kodeitem: str, level: int) -> Line:
        """Return the line with a product, its unit if that is clear, and the price."""
        product = self.find(kodeitem)
        if product is None:
            return line
        known = replace(line, kodeitem=kodeitem, namaitem=product.namaitem, satuan=None, price=None)
        sold = find_unit(product, line.number, line.unit)
        if line.satuan in units_of(product):  # another product was chosen after the unit
            return self.price(replace(known, satuan=line.satuan), level)
        return known if sold is None else self.price(replace(known, satuan=sold.satuan, number=sold.number), level)

    def price(self, line: Line, level: int) -> Line:
        """Return the line with the price that applies now to its unit and quantity."""
        return replace(line, price=self.price_now(line, level))

    def price_now(self, line: Line, level: int) -> Decimal | None:
        """Return the exact price of one unit that applies now; None if there is none."""
        product = self.find(line.kodeitem) if line.kodeitem is not None else None
        if product is None or line.satuan is None:
            return None
        found = calculate(product, line.satuan, line.number, None, level)
        return found.price if found is not None else None

    def changes(self, quotation: Quotation) -> Iterator[Changed]:
        """Yield the priced lines whose price is another one now."""
        for line in quotation.priced:
            now = self.price_now(line, quotation.level)
            if now != line.price:
                yield Changed(line, now)

    def levels(self, quotation: Quotation) -> list[int]:
        """Return the levels at which products of the quotation have prices; one if they have none of their own."""
        products = [self.find(line.kodeitem) for line in quotation.lines if line.kodeitem is not None]
        found = {price.level for product in products if product for price in product.prices if price.level is not None}
        return sorted({ORDINARY_LEVEL, quotation.level, *found})

    def groups(self, quotation: Quotation) -> tuple[CustomerGroup, ...]:
        """Return the shop's customer groups, which name the levels."""
        products = (self.find(line.kodeitem) for line in quotation.lines if line.kodeitem is not None)
        return next((product.groups for product in products if product is not None), ())
