"""Compressed responses."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response, StreamingResponse

from tests.toko_web.here import Here, app_of, serving_here

TEXT = "Harga " * 1000


@pytest.fixture(scope="module")
def here(data_here: Path) -> Iterator[Here]:
    app = app_of(data_here)

    @app.get("/text")
    async def text() -> Response:
        return Response(TEXT, media_type="text/plain", headers={"ETag": '"1"', "Vary": "Cookie"})

    @app.get("/short")
    async def short() -> Response:
        return Response("x", media_type="text/plain")

    @app.get("/picture")
    async def picture() -> Response:
        return Response(TEXT, media_type="image/jpeg")

    @app.get("/parts")
    async def parts() -> Response:
        return StreamingResponse((TEXT for _ in range(100)), media_type="text/csv")

    with serving_here(app) as running:
        yield running


def raw(here: Here, path: str, offer: str | None = "br, gzip") -> tuple[httpx.Headers, bytes]:
    """Return the headers and the bytes as they were sent."""
    with here.client() as client:
        del client.headers["Accept-Encoding"]
        headers = {} if offer is None else {"Accept-Encoding": offer}
        with client.stream("GET", path, headers=headers) as response:
            return response.headers, b"".join(response.iter_raw())


def test_text_is_compressed_for_whoever_takes_gzip(here: Here) -> None:
    headers, body = raw(here, "/text")
    assert (headers["Content-Encoding"], headers["ETag"]) == ("gzip", 'W/"1"')
    assert headers["Vary"] == "Cookie, Accept-Encoding"
    assert int(headers["Content-Length"]) == len(body) < len(TEXT) / 10
    assert gzip.decompress(body).decode() == TEXT


@pytest.mark.parametrize("offer", [None, "br", "gzip;q=0", "identity", "xgzip"])
def test_others_get_it_as_it_is(here: Here, offer: str | None) -> None:
    headers, body = raw(here, "/text", offer)
    assert "Content-Encoding" not in headers
    assert headers["Vary"] == "Cookie, Accept-Encoding"
    assert body.decode() == TEXT


@pytest.mark.parametrize("path", ["/short", "/picture"])
def test_what_hardly_becomes_shorter_is_not_compressed(here: Here, path: str) -> None:
    headers, body = raw(here, path)
    assert "Content-Encoding" not in headers
    assert int(headers["Content-Length"]) == len(body)


def test_a_body_in_parts_is_compressed_part_by_part(here: Here) -> None:
    headers, body = raw(here, "/parts")
    assert (headers["Content-Encoding"], headers["Transfer-Encoding"]) == ("gzip", "chunked")
    assert gzip.decompress(body).decode() == TEXT * 100


def test_the_length_of_the_same_page_is_another_one_each_time(here: Here) -> None:
    assert len({len(raw(here, "/text")[1]) for _ in range(20)}) > 5
