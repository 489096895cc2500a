"""The search page."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from toko_web.pages.rendering import render
from toko_web.shop import shop_of
from toko_web.sign_in.visitor import Visitor, find_visitor

router = APIRouter()
CurrentVisitor = Annotated[Visitor, Depends(find_visitor)]


@router.get("/")
async def show_search(request: Request, visitor: CurrentVisitor, q: str = "") -> Response:
    """Show the search field, and what was found."""
    shop = shop_of(request)
    now = datetime.now(shop.settings.zone).replace(tzinfo=None)
    return render(request, "search.html", visitor=visitor, query=q, hits=shop.served.catalog.search(q, 20, now))
