"""The search page, the results that its script asks for, and what a scanner reads."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from toko_core.catalog.product_hashes import product_hash
from toko_core.prices.labels import label_unpriced
from toko_core.state.demand.counts import Outcome
from toko_web.catalogue.searching import Results, Search, clean, find, find_by_code
from toko_web.pages import search_address
from toko_web.pages.rendering import render, render_part
from toko_web.pages.result_items import make_items, percent_off
from toko_web.pages.search_address import address, read_search
from toko_web.service.edge.guard import OWN_SITE
from toko_web.shop import shop_of
from toko_web.sign_in.visitor import CurrentVisitor, Visitor

router = APIRouter()
FINISHED = "selesai"
"""The name in the address of a search that somebody meant, and not only typed through."""


@router.get("/")
async def show_search(request: Request, visitor: CurrentVisitor) -> Response:
    """Show the search field, the filters, and what was found."""
    search = read_search(request.query_params)
    values = _values(request, visitor, search)
    if FINISHED in request.query_params:
        _count(request, visitor, values["results"])
    return render(request, "search.html", visitor=visitor, query=search.query, **values)


@router.get("/hasil")
async def show_results(request: Request, visitor: CurrentVisitor) -> Response:
    """Return the parts of the search page that change with what is searched for, as HTML.

    The script says with FINISHED that a search is one that somebody meant: it has the results already.
    """
    search = read_search(request.query_params)
    if FINISHED in request.query_params:
        shop = shop_of(request)
        _count(request, visitor, find(shop.served, shop.facets.of(shop.served), search, visitor.view))
        return Response(status_code=204)
    values = _values(request, visitor, search)
    return HTMLResponse(render_part("results.html", **values), headers={"Cache-Control": "no-store"})


@router.get("/pindai")
async def open_scanned(request: Request, visitor: CurrentVisitor, kode: str = "") -> Response:
    """Lead to the product whose barcode a scanner read; to the search if several have it, or none."""
    shop, code = shop_of(request), clean(kode)
    served = shop.served
    rows = find_by_code(served, code)
    if len(rows) == 1:
        place = product_hash(served.catalog.products.code(rows[0]))
        return RedirectResponse(f"/barang/{place}?kode={quote(code)}", 303)
    if code and served.catalog.index.is_code(code) and not rows:
        shop.usage.search(_searcher(visitor), code, Outcome.NOTHING, scanned=True)
        return RedirectResponse(f"/?q={quote(code)}&pindai=1", 303)
    return RedirectResponse(address(Search(code)), 303)


def _values(request: Request, visitor: Visitor, search: Search) -> dict[str, Any]:
    """Return the values of the templates that show results."""
    shop = shop_of(request)
    served, view = shop.served, visitor.view
    facets = shop.facets.of(served)
    results = find(served, facets, search, view)
    is_start = not search.query and not search.filters.number and "hal" not in request.query_params
    items = [] if is_start else make_items(served, facets, shop.settings, results, search.query, view)
    return {
        "search": search, "results": results, "items": items, "is_start": is_start, "links": search_address,
        "shows_stock": view.stock, "shows_photos": bool(facets.has_photo.any()), "percent_off": percent_off,
        "unpriced": label_unpriced, "is_scanned": request.query_params.get("pindai") == "1",
        "products": len(served.catalog.products), "state": _state(results, search),
    }  # fmt: skip


def _count(request: Request, visitor: Visitor, results: Results) -> None:
    """Count what was searched for, for the list of what is wanted: nobody is named there. It touches no disk."""
    text = results.wanted.text
    if text and request.headers.get("sec-fetch-site", "same-origin") in OWN_SITE:
        outcome = Outcome.LISTED if results.is_found else Outcome.NOTHING
        shop_of(request).usage.search(_searcher(visitor), text, outcome)


def _searcher(visitor: Visitor) -> int:
    """Return whose last search a new one may correct."""
    return 0 if visitor.person is None else visitor.person.user_id


def _state(results: Results, search: Search) -> str:
    """Say what was found, for those who cannot see it."""
    if not results.total:
        return "Tidak ada barang yang cocok"
    number = f"{results.total:,}".replace(",", ".")
    return f"{number} barang" if search.page == 1 else f"{number} barang, halaman {results.page}"
