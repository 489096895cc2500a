"""The page of a product, and its photo."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from toko_core.prices.labels import label_group_price, label_unpriced
from toko_core.prices.totals import calculation_text, next_tier_text
from toko_core.text import backups, day, format_change, quantity, shorten, sold
from toko_web.catalogue.product import OwnersFacts, ProductPage, make_page, read_stored
from toko_web.catalogue.searching import clean
from toko_web.pages.drawing.barcodes import draw_barcode
from toko_web.pages.drawing.chart import place_chart
from toko_web.pages.rendering import render
from toko_web.shop import shop_of
from toko_web.sign_in.visitor import CurrentVisitor, Visitor

router = APIRouter()

MOST_BARCODES = 20
"""The barcodes of a page that are drawn; the rest are written only."""
MOST_CHANGES = 50
"""The changes of a price that are listed, the newest first."""
FEW_CHANGES = 200
"""Up to this many changes, a page is made at once, as a thread would cost more: 1,000 take 5 ms."""
PHOTO_KEPT = "private, max-age=300"
LONGEST_NAME, LONGEST_TITLE, LONGEST_FACT, LONGEST_UNIT = 300, 80, 100, 16


@router.get("/barang/{product}")
async def show_product(
    request: Request, product: str, visitor: CurrentVisitor, q: str = "", kode: str = ""
) -> Response:
    """Show a product that was found with a query or a scanned code, or say that the shop does not have it any more."""
    served = shop_of(request).served
    row = served.hashes.find(product)
    if row is None:
        return render(request, "product_gone.html", 404, visitor=visitor)
    settings, view, query, code = shop_of(request).settings, visitor.view, clean(q), clean(kode)
    rounding = settings.price_rounding
    stored = await run_in_threadpool(read_stored, served, row, view, rounding, query or code)

    def work() -> tuple[ProductPage, Response]:
        page = make_page(served, row, view, rounding, settings.zone, stored, query, code)
        return page, _render_product(request, page, visitor)

    page, response = work() if len(stored.changes) <= FEW_CHANGES else await run_in_threadpool(work)
    _remember(request, visitor, page)
    return response


def _remember(request: Request, visitor: Visitor, page: ProductPage) -> None:
    """Count that a search led to a product, and add that to those that somebody opened last. It touches no disk."""
    person = 0 if visitor.person is None else visitor.person.user_id  # nobody's products are not stored
    shop_of(request).usage.open(person, person, page.code, page.asked)


@router.get("/foto/{product}")
async def show_photo(
    request: Request, product: str, _: CurrentVisitor, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Send the photo of a product. A browser that has it asks whether the catalogue is still the same."""
    served = shop_of(request).served
    row = served.hashes.find(product)
    if row is None:
        return Response(status_code=404)
    headers = {"ETag": f'"{served.name}.{product}"', "Cache-Control": PHOTO_KEPT}
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    photo = await run_in_threadpool(served.details.photo, row)
    if photo is None:
        return Response(status_code=404)
    return Response(photo, media_type="image/jpeg", headers=headers)


def _render_product(request: Request, page: ProductPage, visitor: Visitor) -> Response:
    settings, history = shop_of(request).settings, page.history
    rounding = settings.price_rounding
    return render(
        request, "product.html", visitor=visitor, product=page, title=shorten(page.name, LONGEST_TITLE),
        name=shorten(page.name, LONGEST_NAME), unit=page.base_unit[:LONGEST_UNIT],
        unpriced=label_unpriced(page.currency), group_label=label_group_price, facts=_facts(page, settings.zone),
        remark=(page.remark or "").splitlines(), format_change=format_change, zone=settings.zone,
        most_changes=MOST_CHANGES,
        drawn=[(barcode, draw_barcode(barcode.barcode)) for barcode in page.barcodes[:MOST_BARCODES]],
        undrawn=page.barcodes[MOST_BARCODES:], backups=backups(history.backups),
        calculation=calculation_text(page.total, rounding) if page.total else "",
        saving=next_tier_text(page.total, rounding),
        plots=place_chart(history.series, history.span) if history.series else [],
    )  # fmt: skip


def _facts(page: ProductPage, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the labels and values of what is no table."""
    found = [("Rak", page.shelf), ("Merek", page.brand), ("Jenis", page.category)]
    if page.owners is not None:
        found += _owners_facts(page.owners, page.base_unit[:LONGEST_UNIT], zone)
    return [(label, shorten(value, LONGEST_FACT)) for label, value in found if value]


def _owners_facts(facts: OwnersFacts, unit: str, zone: ZoneInfo) -> Iterator[tuple[str, str | None]]:
    if facts.stokmin is not None:
        yield "Stok minimum", f"{quantity(facts.stokmin)} {unit}".rstrip()
    yield "Pemasok", facts.supplier
    if facts.changed is not None:
        yield "Diubah di iPOS", day(facts.changed, zone)
    if facts.sales is not None:
        yield "Penjualan 7 hari", _sold(facts.sales.struk_7, facts.sales.terjual_7, unit)
        yield "Penjualan 90 hari", _sold(facts.sales.struk_90, facts.sales.terjual_90, unit)
        if facts.sales.terakhir is not None:
            yield "Terakhir laku", day(facts.sales.terakhir.replace(tzinfo=zone), zone)


def _sold(receipts: int, amount: Decimal, unit: str) -> str:
    return sold(receipts, amount, unit) if receipts or amount else "tidak ada"
