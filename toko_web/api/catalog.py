"""Routes of the catalogue as a whole: what it is, its price changes, and the files with all of it."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from toko_core.catalog.price_changes import ChangePlace
from toko_core.people.keys import Scope
from toko_web.api.calls import Call, Reading, accepting
from toko_web.api.cursors import read_cursor, unknown_cursor, write_cursor
from toko_web.api.files import CSV, PARQUET, respond_with_csv, respond_with_parquet
from toko_web.api.products import Cursor, Limit
from toko_web.api.records import RUPIAH, change_record, timestamp
from toko_web.api.reference import models
from toko_web.api.reference.description import HEADERS, responses, shared_responses

router = APIRouter(tags=["catalogue"])

CHANGES = "c"
FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
"""The range of moments. Some outside it have no equivalent in UTC."""
LARGEST = Decimal(10**17)
"""Larger than any quantity of the catalogue: DECIMAL(20,3)."""
FILE_TOKENS = 20
"""How many requests a file of the whole catalogue counts as."""


@router.get("/catalog", response_model=models.Catalog, responses=responses("catalog"))
async def show_catalog(call: Reading) -> Response:
    """Show which catalogue is served, how old it is, and what the key may see."""
    info, level = call.served.catalog.info, call.view.level
    products, settings = call.served.catalog.products, call.api.shop.settings
    levels = [
        {"level": each, "groups": [group.name for group in products.groups if group.level == each]}
        for each in products.levels
        if level in (None, each)
    ]
    scopes = {Scope.PRICES: True, Scope.STOCK: call.view.stock, Scope.COST: call.view.cost}
    return call.respond(
        {
            "catalog": call.served.name,
            "shop": settings.shop_name,
            "time_zone": settings.shop_timezone,
            "data_time": timestamp(call.served.data_time),
            "published_at": _moment(info.get("published_at")),
            "products": len(products),
            "currency": RUPIAH,
            "price_rounding": call.rounding,
            "levels": levels,
            "history_since": _moment(info.get("history_since")),
            "scopes": sorted(scope.value for scope, has in scopes.items() if has),
            "level": level,
            "version": call.api.version,
        }
    )


@router.get("/price-changes", response_model=models.PriceChanges, responses=responses("changes"))
async def list_price_changes(
    call: Reading,
    since: Annotated[AwareDatetime, Query(description="Only changes seen from this moment on (RFC 3339)")] = FIRST,
    until: Annotated[AwareDatetime | None, Query(description="Only changes seen before this moment")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List how selling prices changed between backups, the oldest change first.

    New changes come at the end of the list. So a program that keeps `last_cursor` gets each later change once.
    It is null as long as there was no change at all. Discounts change no price in this list.
    """
    after = None if cursor is None else _read_place(cursor)
    changes = call.served.details.price_changes
    found = await asyncio.to_thread(
        changes.listed, _within(since), until and _within(until), call.view.level, after=after, most=limit + 1
    )
    page = found[:limit]
    last = _write_place(page[-1][0]) if page else cursor
    return call.respond(
        {
            "items": [change_record(call, change, place.kodeitem) for place, change in page],
            "next_cursor": last if len(found) > limit else None,
            "last_cursor": last,
            "data_time": timestamp(call.served.data_time),
        }
    )


@router.get(
    "/catalog.csv",
    response_class=Response,
    responses={200: {"description": "A row for each price", "headers": HEADERS,
                     "content": {CSV: {"schema": {"type": "string"}, "example": "code,name,brand,…\r\n"}}},
               **shared_responses()},
)  # fmt: skip
async def download_csv(call: Annotated[Call, Depends(accepting(media_type=CSV, tokens=FILE_TOKENS))]) -> Response:
    """Download the whole catalogue as CSV (UTF-8, commas, RFC 4180).

    Columns that the key may not see are missing. A text that a spreadsheet would take for a formula begins with an
    apostrophe; the Parquet file has the texts as they are.
    """
    return respond_with_csv(call)


@router.get(
    "/catalog.parquet",
    response_class=Response,
    responses={200: {"description": "A row for each price", "headers": HEADERS,
                     "content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}},
               **shared_responses()},
)  # fmt: skip
async def download_parquet(
    request: Request, call: Annotated[Call, Depends(accepting(media_type=PARQUET, tokens=FILE_TOKENS))]
) -> Response:
    """Download the whole catalogue as Parquet: the rows and columns of the CSV, and the ids. Amounts are decimals.

    `price` is rounded to twelve decimals.
    """
    return await respond_with_parquet(call, request.app.state.files)


def _moment(text: str | None) -> str | None:
    """Return a time of catalog_info as RFC 3339; None if it is missing or none."""
    try:
        return timestamp(datetime.fromisoformat(text or ""))
    except ValueError:
        return None


def _within(moment: datetime) -> datetime:
    if moment.year < FIRST.year:
        return FIRST
    return LAST if moment.year >= LAST.year else moment


def _write_place(place: ChangePlace) -> str:
    return write_cursor(
        CHANGES, place.seen_from.isoformat(), place.kodeitem, place.satuan, place.level, str(place.jumlah_sampai)
    )


def _read_place(cursor: str) -> ChangePlace:
    values: list[Any] = read_cursor(cursor, CHANGES, (str, str, str, int, str))
    try:
        seen_from, most = datetime.fromisoformat(values[0]), Decimal(values[4])
        if (
            seen_from.tzinfo is None
            or _within(seen_from) is not seen_from
            or not most.is_finite()
            or abs(most) >= LARGEST
            or abs(values[3]) > 1 << 30
        ):
            raise ValueError(cursor)
        return ChangePlace(seen_from.astimezone(UTC), values[1], values[2], values[3], most)
    except (ValueError, OverflowError, InvalidOperation):
        raise unknown_cursor() from None
