"""The API as an app of its own, which the server mounts at /v1, so that all errors below it are problem documents."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from toko_web.api import catalog, products
from toko_web.api.calls import ApiState, NotModifiedError
from toko_web.api.files import ParquetFiles
from toko_web.api.problems import handle_problems
from toko_web.api.reference.description import describe
from toko_web.api.reference.page import render_reference
from toko_web.shop import Shop


def build_api(shop: Shop) -> FastAPI:
    """Build the API of a shop. `run_api` must surround its requests."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.shop = shop
    api.state.api = ApiState(shop, version=version("toko"))
    api.state.files = ParquetFiles()
    handle_problems(api)
    api.add_exception_handler(NotModifiedError, _on_not_modified)
    for router in (products.router, catalog.router):
        api.include_router(router)
    description = describe(api, api.state.api.version)
    text, page = json.dumps(description, ensure_ascii=False).encode(), render_reference(description).encode()

    async def show_description(_request: Request) -> Response:
        return Response(text, media_type="application/json")

    async def show_reference(_request: Request) -> Response:
        return Response(page, media_type="text/html")

    api.add_route("/openapi.json", show_description)
    api.add_route("/docs", show_reference)
    return api


@asynccontextmanager
async def run_api(api: FastAPI) -> AsyncIterator[None]:
    """Write the counts of keys from time to time, and remove temporary files at the end."""
    state: ApiState = api.state.api
    writing = asyncio.create_task(state.uses.write_forever())
    try:
        yield
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        api.state.files.close()


async def _on_not_modified(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModifiedError)  # noqa: S101 - for mypy
    return Response(None, 304, error.headers)
