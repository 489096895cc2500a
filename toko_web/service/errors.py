"""What a client is shown of an error: a page in Indonesian, a problem (RFC 9457) below /v1, or one line of text.

The page needs nothing but the style sheet, because an error may be that of the catalogue or of a template.
"""

from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from toko_core.state.database import StateError
from toko_web.shop import NoCatalogueError

API = "/v1"
RETRY_SECONDS = 5
TEXTS = {
    400: ("Permintaan tidak dikenali", "Coba buka lagi dari halaman pencarian."),
    403: ("Tidak bisa dibuka", "Halaman ini tidak bisa dibuka dari sini."),
    404: ("Halaman tidak ditemukan", "Mungkin alamatnya salah ketik, atau barangnya sudah tidak ada."),
    405: ("Permintaan tidak dikenali", "Coba buka lagi dari halaman pencarian."),
    413: ("Kiriman terlalu besar", "Kirim yang lebih pendek, lalu coba lagi."),
    414: ("Alamat terlalu panjang", "Coba cari dengan kata yang lebih pendek."),
    421: ("Alamat tidak dikenal", "Katalog ini punya alamat lain. Tanyakan ke pemilik toko."),
    429: ("Terlalu sering", "Tunggu sebentar, lalu coba lagi."),
    431: ("Permintaan terlalu besar", "Hapus cookie situs ini di browser, lalu coba lagi."),
    500: ("Ada gangguan", "Maaf, ada yang salah di server. Coba lagi sebentar lagi."),
    503: ("Belum siap", "Sebentar lagi bisa dibuka. Halaman ini mencoba lagi sendiri."),
}  # fmt: skip
"""The title and the sentence of each status that the server has."""
NO_CATALOGUE = ("Katalog belum ada", "Data harga sedang disiapkan. Halaman ini terbuka sendiri begitu siap.")
TOO_BUSY = ("Sedang ramai", "Banyak yang mencari sekaligus. Coba lagi sebentar lagi.")
PAGE = """<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/static/toko.css">
</head>
<body>
<main class="error">
<h1>{title}</h1>
<p>{sentence}</p>
{detail}<p><a href="/">Ke halaman pencarian</a></p>
</main>
</body>
</html>
"""


def respond(
    scope: Scope, status: int, reason: str = "", headers: Mapping[str, str] | None = None,
    text: tuple[str, str] | None = None,
) -> Response:  # fmt: skip
    """Build the response for an error.

    `reason` is one line in English for whoever runs or uses the server; it must hold no secret. `text` is the title and
    the sentence of the page.
    """
    phrase = HTTPStatus(status).phrase
    if scope["path"].startswith(f"{API}/"):
        problem = {"type": "about:blank", "title": phrase, "status": status, **({"detail": reason} if reason else {})}
        return JSONResponse(problem, status, headers, "application/problem+json")
    if "text/html" in Headers(scope=scope).get("accept", ""):
        title, sentence = map(escape, text or TEXTS.get(status, TEXTS[400 if status < 500 else 500]))
        detail = f'<p lang="en"><small>{escape(reason)}</small></p>\n' if reason else ""
        page = PAGE.format(title=title, sentence=sentence, detail=detail)
        return HTMLResponse(page, status, headers)
    return PlainTextResponse(f"{reason or phrase}\n", status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Have all errors of the routes answered as `respond` does. A traceback reaches only the log."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _wrong_values)
    app.add_exception_handler(NoCatalogueError, _no_catalogue)
    app.add_exception_handler(StateError, _no_state)
    app.add_exception_handler(Exception, _unexpected)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for mypy
    reason = "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    return respond(request.scope, error.status_code, reason, error.headers)


def _wrong_values(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for mypy
    names = sorted({str(one["loc"][-1]) for one in error.errors() if one["loc"]})
    return respond(request.scope, 422, f"Not a value that is understood: {', '.join(names)}.")


def _no_catalogue(request: Request, _: Exception) -> Response:
    return respond(request.scope, 503, "No catalogue is published yet.", _retry(request), NO_CATALOGUE)


def _no_state(request: Request, _: Exception) -> Response:
    return respond(request.scope, 503, "It is not known who has access.", _retry(request))


def _unexpected(request: Request, _: Exception) -> Response:
    return respond(request.scope, 500)


def _retry(request: Request) -> dict[str, str]:
    """Return the headers of a page that opens again by itself."""
    refresh = {"Refresh": str(RETRY_SECONDS)} if request.method == "GET" else {}
    return {"Retry-After": str(RETRY_SECONDS), **refresh}
