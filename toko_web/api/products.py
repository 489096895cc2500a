"""Routes that find and show products."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from starlette.responses import Response

from toko_core.catalog.product_hashes import product_hash
from toko_web.api.calls import Call, Reading, ReadingStock
from toko_web.api.cursors import read_cursor, unknown_cursor, write_cursor
from toko_web.api.problems import NO_SCOPE, NOT_FOUND, ProblemError
from toko_web.api.records import details_record, prices_record, product_record, stock_record, timestamp
from toko_web.api.reference import models
from toko_web.api.reference.description import responses
from toko_web.api.searching import Wanted, search
from toko_web.catalogue.scanning import find_scanned

router = APIRouter()

PRODUCTS = "p"
LONGEST_BARCODE = 200
MOST_OF_BARCODE = 20
HASH = r"^[A-Za-z0-9_-]{8}$"

Id = Annotated[str, PathParameter(pattern=HASH, description="The `id` of a product", examples=["EXAMPLE1"])]
Cursor = Annotated[
    str | None, Query(max_length=2000, description="`next_cursor` of the page before; without it, the first page")
]
Limit = Annotated[int, Query(ge=1, le=100, description="The most entries of a page")]


@router.get("/search", response_model=models.SearchResults, responses=responses("search", 410), tags=["products"])
async def search_products(
    call: Reading,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words, a code or a barcode; typos are found")],
    limit: Limit = 10,
    cursor: Cursor = None,
    brand: Annotated[str | None, Query(max_length=200, description="Only this brand, as `brand` has it")] = None,
    category: Annotated[
        str | None, Query(max_length=200, description="Only this category, as `category` has it")
    ] = None,
    in_stock: Annotated[bool, Query(description="Only products in stock. Needs the scope stock")] = False,
) -> Response:
    """Search products.

    It finds what the bot finds: with typos, abbreviations, codes and barcodes. At most 200 products are found; filters
    apply to those. The cursor of a search is of no use once a new catalogue is published: the response is then a
    problem with status 410.
    """
    if in_stock and not call.view.stock:
        raise ProblemError(NO_SCOPE, "The key has no scope stock, which in_stock needs.")
    return call.respond(search(call, Wanted(q, brand, category, in_stock), cursor, limit))


@router.get("/products", response_model=models.Products, responses=responses("products"), tags=["products"])
async def list_products(call: Reading, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List all products, in the order of their ids.

    The order is the same in every catalogue. So a program that goes on with the cursor after a new catalogue was
    published gets no product twice, and misses none that is in both catalogues.
    """
    after = None
    if cursor is not None:
        (after,) = read_cursor(cursor, PRODUCTS, (str,))
        if not _is_id(after):
            raise unknown_cursor()
    rows = call.served.hashes.after(after, limit + 1)
    items = [product_record(call, row) for row in rows[:limit]]
    more = write_cursor(PRODUCTS, items[-1]["id"]) if len(rows) > limit else None
    return call.respond({"items": items, "next_cursor": more, "data_time": timestamp(call.served.data_time)})


@router.get(
    "/products/by-code", response_model=models.ProductDetails, responses=responses("product", 404), tags=["products"]
)
async def show_product_of_code(
    call: Reading,
    code: Annotated[str, Query(max_length=200, description="iPOS's `kodeitem`, exactly", examples=["MIE001"])],
) -> Response:
    """Show the product with an item code.

    The code is a parameter, because it may hold slashes, spaces, dots and percent signs.
    """
    row = call.served.hashes.find(product_hash(code))
    if row is None or call.served.catalog.products.code(row) != code:
        raise ProblemError(NOT_FOUND, "The catalogue has no product with this code.")
    return call.respond(details_record(call, row))


@router.get(
    "/products/{id}", response_model=models.ProductDetails, responses=responses("product", 404), tags=["products"]
)
async def show_product(call: Reading, id: Id) -> Response:  # noqa: A002 - the name in the address
    """Show a product: prices, barcodes, shelf, note, and what the key may see of its stock and cost."""
    return call.respond(details_record(call, _find(call, id)))


@router.get(
    "/products/{id}/prices", response_model=models.ProductPrices, responses=responses("prices", 404), tags=["products"]
)
async def show_prices(call: Reading, id: Id) -> Response:  # noqa: A002
    """Show the prices of a product, with the discounts and promotions in force."""
    return call.respond(prices_record(call, _find(call, id)))


@router.get(
    "/products/{id}/stock", response_model=models.ProductStock, responses=responses("stock", 404), tags=["products"]
)
async def show_stock(call: ReadingStock, id: Id) -> Response:  # noqa: A002
    """Show the stock of a product by branch. Needs the scope stock."""
    return call.respond(stock_record(call, _find(call, id)))


@router.get(
    "/barcodes/{barcode:path}",
    response_model=models.BarcodeProducts,
    responses=responses("barcode", 404),
    tags=["products"],
)
async def show_barcode(
    call: Reading,
    barcode: Annotated[
        str,
        PathParameter(
            min_length=1, max_length=LONGEST_BARCODE, description="What a scanner sends, percent-encoded",
            examples=["089686010947"],
        ),
    ],
) -> Response:  # fmt: skip
    """Find the products that have a barcode.

    It may be an EAN, UPC or GTIN in any form, a GS1 element string or link, the label of a scale, an item code, or a
    serial number. Nothing similar is found.
    """
    index = call.served.catalog.index
    printed = index.find_printed(barcode, is_gtin=False)
    if (printed is None or not printed.rows) and barcode.strip().isdecimal():
        printed = index.find_printed(barcode, is_gtin=True)
    if printed is None or not printed.rows:
        raise ProblemError(NOT_FOUND, "The catalogue has no product with this barcode.")
    rows, number = printed.rows[:MOST_OF_BARCODE], printed.number
    items = [_scanned(call, row, number) for row in rows]
    return call.respond({"barcode": barcode, "number": number, "items": items})


def _find(call: Call, product: str) -> int:
    row = call.served.hashes.find(product) if _is_id(product) else None
    if row is None:
        raise ProblemError(NOT_FOUND, "The catalogue has no product with this id.")
    return row


def _is_id(text: str) -> bool:
    return len(text) == 8 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _scanned(call: Call, row: int, number: str) -> dict[str, Any]:
    """Return everything about a product, and the unit that has the number as its barcode."""
    found = find_scanned(call.served.details.of(row).barcodes, number)
    return details_record(call, row) | {"unit": None if found is None else found.satuan}
