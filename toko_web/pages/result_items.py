"""What the results show of each product."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote

from toko_core.catalog.asking.marking import Marking
from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.prices.payable import Calculation
from toko_core.prices.summary import Summary, UnitPrice
from toko_core.prices.totals import calculation_text, next_tier_text, wanted_total
from toko_core.text import drop_controls, quantity, shorten
from toko_web.catalogue.facets import Facets
from toko_web.catalogue.searching import Results
from toko_web.settings import PageSettings

LONGEST_NAME, LONGEST_LABEL = 160, 40


@dataclass(frozen=True, slots=True)
class Item:
    """A product of a list, as texts."""

    hash: str
    url: str
    name: list[tuple[str, bool]]
    """The parts of the name, and whether each matches the query."""
    about: list[str]
    """The brand and the category."""
    product: Product
    summary: Summary | None
    """None if no price is filled in."""
    total: Calculation | None
    """What the quantity of the query costs."""
    total_text: str
    """`3 DUS × Rp118.000`."""
    saving: str
    """From which quantity on the price is lower; for the best product alone."""
    stock: str
    """The stock of all branches; "" if it is not known or not shown."""
    has_photo: bool


def make_items(
    served: Served, facets: Facets, settings: PageSettings, results: Results, query: str, view: View
) -> list[Item]:
    """Return the products of a page of results. `query` is what somebody typed."""
    rounding = settings.price_rounding
    marking = Marking(served.catalog.index, results.wanted.text, results.rows) if results.wanted.text else None
    asked = f"?q={quote(query)}" if query else ""
    has_quantity = results.wanted.number is not None
    items = []
    now = datetime.now(settings.zone).replace(tzinfo=None)
    every = zip(facets.shown.get(results.rows, view, now), facets.has_photo[results.rows].tolist(), strict=True)
    for place, (shown, has_photo) in enumerate(every):
        product = shown.product
        name = shorten(drop_controls(product.namaitem) or product.kodeitem, LONGEST_NAME)
        total = wanted_total(product, results.wanted, query, rounding) if has_quantity else None
        is_best = place == 0 and results.page == 1
        items.append(
            Item(
                shown.hash,
                f"/barang/{shown.hash}{asked}",
                list(marking.parts(name)) if marking else [(name, False)],
                [shorten(drop_controls(label), LONGEST_LABEL) for label in (product.merek, product.jenis) if label],
                product,
                shown.summary,
                total,
                calculation_text(total, rounding).rpartition(" = ")[0] if total else "",
                next_tier_text(total, rounding) if is_best else "",
                _stock(product),
                has_photo,
            )
        )
    return items


def percent_off(price: UnitPrice) -> str:
    """Return by how much a discount reduces a price: `−10%`; "" if it is less than a half percent."""
    if price.before is None or price.amount is None or price.before <= 0:
        return ""
    share = ((1 - price.amount / price.before) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"−{share}%" if share > 0 else ""


def _stock(product: Product) -> str:
    if product.stok is None:
        return ""
    return f"stok {quantity(product.stok)}" if product.stok > 0 else "habis"
