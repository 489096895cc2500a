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
from toko_core.search.lists import has_unread_number
from toko_core.search.quantities import unit_named
from toko_core.state.quotations.matching import find_unit, match_item, number_beside, units_of
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
        return [self._draft(item, level, Line(item)) for item in items]

    def rename(self, line: Line, text: str, level: int) -> Line:
        """Return the line for another product that somebody typed, with its quantity unless the text has another."""
        number, unit = line.number, self._asked_unit(line)
        return self._draft(text, level, Line(text, number, unit, place=line.place))

    def _draft(self, item: str, level: int, line: Line) -> Line:
        catalog = self._served.catalog
        found = match_item(catalog.index, catalog.products, item)
        if found.wanted.number is not None:
            line = replace(line, number=min(found.wanted.number, MOST_NUMBER), unit=found.wanted.unit)
        elif not found.is_clear and has_unread_number(item):
            line = replace(line, number=Decimal(0), unit=found.wanted.unit)
        elif found.wanted.unit is not None:
            line = replace(line, unit=found.wanted.unit)
        codes = tuple(catalog.products.code(row) for row in found.rows)
        return self._with_product(line, codes[0], level) if found.is_clear else replace(line, choices=codes)

    def choose(self, line: Line, kodeitem: str, level: int) -> Line:
        """Return the line with the product that somebody chose, its unit if that is clear, and the price."""
        product = self.find(kodeitem)
        if product is not None and line.kodeitem is None and line.number == 1 and line.unit is None:
            catalog = self._served.catalog
            number = number_beside(catalog.index, catalog.products, line.asked, product.namaitem)
            line = line if number is None else replace(line, number=number)
        return self._with_product(line, kodeitem, level)

    def _with_product(self, line: Line, kodeitem: str, level: int) -> Line:
        product = self.find(kodeitem)
        if product is None:
            return line
        unit = self._asked_unit(line)
        known = replace(line, unit=unit, kodeitem=kodeitem, namaitem=product.namaitem, satuan=None, price=None)
        if line.satuan in units_of(product):  # another product was chosen after the unit
            return self.price(replace(known, satuan=line.satuan), level)
        sold = find_unit(product, line.number, unit, line.asked)
        return known if sold is None else self.price(replace(known, satuan=sold.satuan, number=sold.number), level)

    def _asked_unit(self, line: Line) -> str | None:
        """Return the unit of a line's quantity, by its usual name; None if any product's base unit is meant."""
        if line.satuan is None or line.kodeitem is None:
            return line.unit
        before = self.find(line.kodeitem)
        base = find_unit(before, line.number, None) if before is not None else None
        if line.unit is None and base is not None and base.satuan == line.satuan:
            return None
        return unit_named(line.satuan) or line.satuan

    def price(self, line: Line, level: int) -> Line:
        """Return the line with the price that applies now to its unit and quantity."""
        return replace(line, price=self.price_now(line, level))

    def price_now(self, line: Line, level: int) -> Decimal | None:
        """Return the exact price of one unit that applies now; None if there is none."""
        product = self.find(line.kodeitem) if line.kodeitem is not None else None
        if product is None or line.satuan is None or line.number <= 0:
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
