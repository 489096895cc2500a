"""The lists: changed prices for everybody, and for owners what sells, runs out, loses money, or was not found."""

import logging
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from toko_core.catalog.asking.wanted import is_there
from toko_core.catalog.live import Served
from toko_core.catalog.reports.rows import OUT_OF_STOCK
from toko_core.prices.labels import label_unpriced
from toko_core.state.database import StateError
from toko_core.state.demand.store import Kind, Wanted
from toko_core.text import format_change, sold
from toko_web.catalogue.lists import ListedGood, list_moves, list_report, period_of
from toko_web.catalogue.pages_of import LARGEST_NUMBER, SIZE, PageOf, nearest
from toko_web.pages.rendering import render
from toko_web.pages.texts import lists as texts
from toko_web.shop import shop_of
from toko_web.sign_in.visitor import CurrentVisitor, Visitor

log = logging.getLogger(__name__)
router = APIRouter(prefix="/daftar")
LONGEST_BRAND = 200


def read_number(hal: str = "1") -> int:
    """Return the number of a page; 1 for what is no number. A dependency of FastAPI."""
    return min(int(hal), LARGEST_NUMBER) if hal.isascii() and hal.isdecimal() and len(hal) < 10 else 1


Number = Annotated[int, Depends(read_number)]


@router.get("/perubahan-harga")
async def show_moves(
    request: Request, visitor: CurrentVisitor, number: Number, way: Annotated[str, Query(alias="arah")] = "naik",
    period: Annotated[str, Query(alias="masa")] = "hari-ini", brand: Annotated[str, Query(alias="merek")] = "",
) -> Response:  # fmt: skip
    """Show the prices that rose or fell in a period, of the level that the visitor sees."""
    way = way if way in texts.WAYS else "naik"
    period = period if period in texts.PERIODS else "hari-ini"
    shop = shop_of(request)
    served, settings = shop.served, shop.settings

    def work() -> Response:
        since = period_of(period, way == "naik", datetime.now(UTC), settings.zone)
        found = list_moves(
            served, shop.lists, since, visitor.view, settings.price_rounding, brand[:LONGEST_BRAND], number
        )
        chosen = {"arah": way, "masa": period}
        kept = chosen | ({"merek": brand} if brand in dict(found.brands) else {})
        return render(
            request, "moves.html", visitor=visitor, found=found, page=found.page, chosen=chosen, kept=kept,
            brand=kept.get("merek", ""), ways=texts.WAYS, periods=texts.PERIODS, format_change=format_change,
            empty=texts.no_moves(way, period), title=texts.WAYS[way],
        )  # fmt: skip

    return await run_in_threadpool(work)


@router.get("/terlaris")
async def show_best_sellers(
    request: Request, visitor: CurrentVisitor, number: Number, days: Annotated[str, Query(alias="masa")] = "90"
) -> Response:
    """Show the products on most receipts of the last 90 or 7 days."""
    return await _report(request, visitor, "larisminggu" if days == "7" else "laris", number)


@router.get("/habis")
async def show_out_of_stock(
    request: Request, visitor: CurrentVisitor, number: Number, which: Annotated[str, Query(alias="pilih")] = ""
) -> Response:
    """Show what is out of stock: what was sold in 90 days, or everything."""
    return await _report(request, visitor, "habissemua" if which == "semua" else "habis", number)


@router.get("/rugi")
async def show_losses(request: Request, visitor: CurrentVisitor, number: Number) -> Response:
    """Show what is sold below its cost."""
    return await _report(request, visitor, "rugi", number)


@router.get("/tanpa-harga")
async def show_unpriced(request: Request, visitor: CurrentVisitor, number: Number) -> Response:
    """Show what has prices that are not filled in."""
    return await _report(request, visitor, "tanpaharga", number)


@router.get("/dicari")
async def show_demand(
    request: Request, visitor: CurrentVisitor, number: Number, days: Annotated[str, Query(alias="masa")] = "7",
    which: Annotated[str, Query(alias="pilih")] = "",
) -> Response:  # fmt: skip
    """Show what was searched for and not found, or found and not opened."""
    if not visitor.is_owner:
        return for_owners(request, visitor)
    days = days if days in texts.DEMAND_DAYS else "7"
    kind, shop = Kind.UNOPENED if which == "tidak-dibuka" else Kind.MISSING, shop_of(request)
    served, problem = shop.served, ""
    page: PageOf[Wanted] = PageOf((), 1, 1, 0)
    try:
        total, shown = await shop.usage.most(kind, int(days), SIZE, (number - 1) * SIZE)
        number, pages = nearest(number, total)
        if total and not shown:  # the list has fewer pages by now
            total, shown = await shop.usage.most(kind, int(days), SIZE, (number - 1) * SIZE)
        page = PageOf(shown, number, pages, total)
    except StateError as error:
        log.error("What was searched for cannot be read: %s", error)
        problem = texts.NOT_AVAILABLE
    there = await run_in_threadpool(_find_there, served, page) if kind is Kind.MISSING else set()
    chosen = {"masa": days} | ({"pilih": which} if kind is Kind.UNOPENED else {})
    return render(
        request, "demand.html", visitor=visitor, page=page, there=there, problem=problem, kept=chosen, days=days,
        is_missing=kind is Kind.MISSING, periods=texts.DEMAND_DAYS, texts=texts,
    )  # fmt: skip


def for_owners(request: Request, visitor: Visitor) -> Response:
    """Respond that a page is for owners."""
    return render(request, "for_owners.html", 403, visitor=visitor)


async def _report(request: Request, visitor: Visitor, name: str, number: int) -> Response:
    if not visitor.is_owner:
        return for_owners(request, visitor)
    shop = shop_of(request)
    served, settings = shop.served, shop.settings

    def work() -> Response:
        page = list_report(
            served, shop.lists, name, visitor.view, settings.price_rounding, settings.zone, number
        )  # fmt: skip
        sales = served.catalog.sales
        return render(
            request, "report.html", visitor=visitor, page=page, groups=_by_category(page, name), name=name,
            zone=settings.zone, texts=texts,
            tabs=texts.tabs(name, has_sales=sales.are_known), title=texts.title(name, has_sales=sales.are_known),
            until=sales.until, has_sales=sales.are_known, sold=sold, label_unpriced=label_unpriced,
            kept=texts.KEPT.get(name, {}),
        )  # fmt: skip

    return await run_in_threadpool(work)


def _by_category(page: PageOf[ListedGood], name: str) -> list[tuple[str, int, list[ListedGood]]]:
    """Return the parts of a page: the heading of each, the place of its first product, and its products."""
    if name not in OUT_OF_STOCK:
        return [("", page.first, list(page.items))]
    parts, start = [], page.first
    for category, same in groupby(page.items, key=lambda good: good.category or texts.NO_CATEGORY):
        goods = list(same)
        parts.append((category, start, goods))
        start += len(goods)
    return parts


def _find_there(served: Served, page: PageOf[Wanted]) -> set[str]:
    """Return the queries that find something by now."""
    index, products = served.catalog.index, served.catalog.products
    return {wanted.query for wanted in page.items if is_there(index, products, wanted.query)}
