"""What the description of the API (OpenAPI 3.1) says of responses and errors, with an example of each."""

from typing import Any

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.utils import get_openapi

from toko_web.api import problems
from toko_web.api.problems import DOCUMENTED_AT, MEDIA_TYPE, Kind
from toko_web.api.reference.models import Problem

TITLE = "Product prices of a shop"
ABOUT = """A read-only API of the shop's published catalogue.

Amounts and quantities are decimal numbers in texts (`"2612.5"`), without exponent. Amounts are rupiah. Times are
RFC 3339. Each response comes from one catalogue and one moment.
"""
ALWAYS = (401, 403, 406, 414, 422, 429, 503)
"""The errors that every operation can have."""
PRICE: dict[str, Any] = {
    "unit": "BKS", "conversion": "1", "level": None, "up_to": "11", "list_price": "17500", "price": "15750",
    "shown_price": "15750",
    "discount": {
        "code": "D-007", "amount": "0", "percents": ["10"],
        "period": {
            "starts_at": "2026-11-23T00:00:00+07:00", "ends_at": "2026-12-01T00:00:00+07:00", "from_time": None,
            "to_time": None, "weekdays": ["saturday", "sunday"],
        },
    },
    "percents": [],
    "groups": [{"groups": ["Member"], "shown_price": "15580", "discount": None, "percents": ["11"]}],
    "cost": "15500",
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "id": "a1B2c3D4", "code": "GULA1", "name": "GULA PASIR GULAKU 1KG", "brand": "GULAKU", "category": "SEMBAKO",
    "sold": True, "currency": "IDR", "prices": [PRICE], "promotions": [], "stock": "24",
}  # fmt: skip
PROMOTION: dict[str, Any] = {
    "code": "P-001", "unit": "BKS", "quantity": "5", "gift": {"id": "e5F6g7H8", "code": "TEH1", "name": "TEH CELUP 25"},
    "gift_unit": "PCS", "gift_quantity": "1", "gift_price": "0", "repeats": True, "period": PRICE["discount"]["period"],
}  # fmt: skip
BRANCHES = [{"branch": "UTM", "name": "Toko", "stock": "24"}]
DETAILS: dict[str, Any] = PRODUCT | {
    "promotions": [PROMOTION], "base_unit": "BKS", "service": False, "shelf": "B2", "note": None,
    "barcodes": [{"barcode": "8991002101630", "unit": "BKS"}], "has_photo": True, "branches": BRANCHES,
    "supplier": "CV MANIS", "minimum_stock": "12", "changed_at": "2026-11-20T09:15:00+07:00",
}  # fmt: skip
DATA_TIME = "2026-11-23T01:30:00Z"
CHANGE: dict[str, Any] = {
    "product": {"id": "a1B2c3D4", "code": "GULA1", "name": "GULA PASIR GULAKU 1KG"}, "unit": "BKS", "level": None,
    "up_to": "11", "before": "17250", "after": "17500", "shown_before": "17250", "shown_after": "17500",
    "seen_at": "2026-11-22T13:30:00Z",
}  # fmt: skip
EXAMPLES: dict[str, dict[str, Any]] = {
    "search": {
        "items": [PRODUCT | {"score": 0.93}], "next_cursor": "WyJzIiwi", "data_time": DATA_TIME, "suggestion": None,
    },
    "products": {"items": [PRODUCT], "next_cursor": "WyJwIiwi", "data_time": DATA_TIME},
    "product": DETAILS,
    "prices": {name: DETAILS[name] for name in ("id", "code", "currency", "prices", "promotions")},
    "stock": {
        "id": "a1B2c3D4", "code": "GULA1", "unit": "BKS", "service": False, "stock": "24", "branches": BRANCHES,
        "data_time": DATA_TIME, "minimum_stock": "12",
    },
    "barcode": {
        "barcode": "(01)08991002101630", "number": "08991002101630", "items": [DETAILS | {"unit": "BKS"}],
    },
    "changes": {"items": [CHANGE], "next_cursor": None, "last_cursor": "WyJjIiwi", "data_time": DATA_TIME},
    "catalog": {
        "catalog": "catalog-20261123T013205.120Z-1a2b3c.duckdb", "shop": "Toko Sumber Rejeki",
        "time_zone": "Asia/Jakarta", "data_time": DATA_TIME, "published_at": "2026-11-23T01:32:05Z", "products": 18250,
        "currency": "IDR", "price_rounding": None,
        "levels": [{"level": 1, "groups": ["Umum"]}, {"level": 2, "groups": ["Grosir"]}],
        "history_since": "2025-01-01T13:30:00Z", "scopes": ["cost", "prices", "stock"], "level": None,
        "version": "0.3.0",
    },
}  # fmt: skip
"""An example of the response of each operation, as a key with all scopes gets it."""
DETAIL = {
    problems.INVALID: "Wrong: limit.", problems.NO_KEY: "Send a key as `Authorization: Bearer KEY`.",
    problems.NO_SCOPE: "The key has no scope stock.",
    problems.NOT_FOUND: "The catalogue has no product with this id.",
    problems.NOT_ACCEPTABLE: "The response is application/json.",
    problems.CHANGED: "A new catalogue was published since the first page: search again without cursor.",
    problems.TOO_LONG: "The path and the query have at most 4 KB.",
    problems.TOO_MANY: "The key stock-sync may make 120 requests at once and 20 a second.",
    problems.UNAVAILABLE: "No catalogue is published yet.",
}  # fmt: skip
BY_STATUS = {kind.status: kind for kind in DETAIL}


def responses(example: str, *errors: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of an operation: an example of the good one, and those that it shares with others."""
    content = {"application/json": {"example": EXAMPLES[example]}}
    return {200: {"description": "Success", "headers": HEADERS, "content": content}, **shared_responses(*errors)}


def shared_responses(*errors: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of an operation that are no success; `errors` are those that not all operations have."""
    return {
        304: {"description": "Not modified since the response with the ETag of If-None-Match"},
        **{status: _error(BY_STATUS[status]) for status in sorted({*ALWAYS, *errors})},
    }


def describe(api: FastAPI, version: str) -> dict[str, Any]:
    """Return the description of the API."""
    description = get_openapi(
        title=TITLE, version=version, description=ABOUT, routes=api.routes, openapi_version="3.1.0",
        servers=[{"url": "/v1"}],
        tags=[
            {"name": "products", "description": "Products, their prices, stock and barcodes"},
            {"name": "catalogue", "description": "The catalogue as a whole, and its price changes"},
        ],
    )  # fmt: skip
    key = {"type": "http", "scheme": "bearer", "description": "A key that `toko keys add` printed"}
    description["components"]["securitySchemes"] = {KEY: key}
    for methods in description["paths"].values():
        methods["get"]["security"] = [{KEY: []}]
        _show_nulls(methods["get"])
    schemas = description["components"]["schemas"]
    problem = Problem.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return description


def _show_nulls(operation: dict[str, Any]) -> None:
    """Put the example in again as it is: FastAPI leaves out what is null, and a response has it."""
    content = operation["responses"]["200"]["content"].get("application/json", {})
    for example in EXAMPLES.values():
        if content.get("example") == jsonable_encoder(example, exclude_none=True):
            content["example"] = example


def _error(kind: Kind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"{DOCUMENTED_AT}{kind.name}", "title": kind.title, "status": kind.status, "detail": DETAIL[kind],
    }  # fmt: skip
    if kind is problems.INVALID:
        error = {"in": "query", "name": "limit", "detail": "Input should be less than or equal to 100"}
        example["errors"] = [error]
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[str, Any] = {
        "description": f"{kind.title}. {kind.meaning}", "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }  # fmt: skip
    if kind.status in RETRIED:
        found["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    if kind is problems.NO_KEY:
        found["headers"] = {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}}
    return found


KEY = "key"
RETRIED = (429, 503)
HEADERS = {
    "ETag": {
        "description": "Changes with the catalogue, with the discounts in force, and with what the key may see",
        "schema": {"type": "string"},
    },
    "RateLimit": {"description": "What is left: requests `r`, and the seconds `t` until all are there again",
                  "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "Requests `q` in a window of `w` seconds", "schema": {"type": "string"}},
}  # fmt: skip
