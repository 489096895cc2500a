"""The pages that sign somebody in and out: with a password, or with a link that the bot has sent."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse

from toko_core.people.sign_in_links import LinkOf
from toko_core.people.sign_ins import Way
from toko_web.pages.rendering import render
from toko_web.shop import shop_of
from toko_web.sign_in.cookies import clear_sign_in, set_sign_in, sign_in_id
from toko_web.sign_in.devices import device_of
from toko_web.sign_in.forms import Fields, FormError
from toko_web.sign_in.password_checks import TooManyError, WrongPasswordError, checks_of
from toko_web.sign_in.places import local_path, sign_in_path
from toko_web.sign_in.visitor import NotSignedInError, Visitor, find_visitor

router = APIRouter(include_in_schema=False)

WRONG = "Nama atau sandinya salah."
"""Whichever of the two it is: nobody learns who has an account."""
STALE_FORM = "Halaman ini sudah terlalu lama terbuka. Coba sekali lagi."
SIGNED_OUT = "Anda sudah keluar."
NOT_SIGNED_IN = "Sign in first."


def too_many(seconds: float) -> str:
    """Say when the next attempt may be made."""
    wait = f"{math.ceil(seconds)} detik" if seconds < 60 else f"{math.ceil(seconds / 60)} menit"
    return f"Terlalu banyak percobaan. Coba lagi {wait} lagi, atau masuk lewat bot."


@dataclass(frozen=True, slots=True)
class Notice:
    """A page that only says something: its title, what it says, and where its button leads."""

    title: str
    text: str
    target: str = "/"
    button: str = "Ke halaman depan"


GONE = Notice(
    "Tautan sudah tidak berlaku",
    "Tautan masuk hanya bisa dipakai sekali, dalam 10 menit. Kirim /web ke bot untuk tautan baru.",
)


async def visitor_or_none(request: Request) -> Visitor | None:
    """Return who sent the request, or None if nobody is signed in. Raises OpenModeError and StateError."""
    try:
        return await find_visitor(request)
    except NotSignedInError:
        return None


MaybeVisitor = Annotated[Visitor | None, Depends(visitor_or_none)]


@router.get("/masuk")
async def show_sign_in(request: Request, visitor: MaybeVisitor, ke: str = "/", keluar: str = "") -> Response:
    """Show the form for a password. Whoever is signed in already is led on."""
    if visitor is not None:
        return _lead_to(local_path(ke))
    return _form(request, ke, note=SIGNED_OUT if keluar else "")


@router.post("/masuk")
async def sign_in(request: Request, visitor: MaybeVisitor, fields: Fields) -> Response:
    """Sign somebody in with a password."""
    who, password, ke = (fields.get(name, "") for name in ("nama", "sandi", "ke"))
    if visitor is not None and visitor.person is None:
        return _lead_to("/")
    try:
        address = request.client.host if request.client else ""
        person_id = await checks_of(request).check(who, password, address)
    except WrongPasswordError:
        return _form(request, ke, 401, who=who, problem=WRONG)
    except TooManyError as error:
        response = _form(request, ke, 429, who=who, problem=too_many(error.seconds))
        response.headers["Retry-After"] = str(math.ceil(error.seconds))
        return response
    name = await run_in_threadpool(_name_of, request, person_id)
    if name is None:  # the person has no access any more
        return _form(request, ke, 401, who=who, problem=WRONG)
    return await _begin(request, person_id, name, Way.PASSWORD, local_path(ke))


@router.get("/masuk/tautan/{token}")
async def show_link(request: Request, token: str) -> Response:
    """Ask whether somebody wants to sign in with a link. Nothing happens before they press the button.

    Telegram and virus scanners open links to look at them.
    """
    link = await run_in_threadpool(_link_of, request, shop_of(request).links.find, token)
    if link is None:
        return show_notice(request, GONE, 410)
    return _private(render(request, "sign_in_link.html", name=link.name, token=token))


@router.post("/masuk/tautan/{token}")
async def use_link(request: Request, token: str, _: Fields) -> Response:
    """Sign somebody in with a link, which is used up."""
    link = await run_in_threadpool(_link_of, request, shop_of(request).links.use, token)
    if link is None:
        return show_notice(request, GONE, 410)
    return await _begin(request, link.person_id, link.name, Way.LINK, "/")


@router.post("/keluar")
async def sign_out(request: Request, visitor: MaybeVisitor, _: Fields) -> Response:
    """End the sign-in of this browser."""
    if visitor is not None and visitor.person is not None and visitor.sign_in is not None:
        await run_in_threadpool(shop_of(request).sign_ins.end, [visitor.sign_in.number], visitor.person)
    return signed_out(request)


def signed_out(request: Request) -> Response:
    """Lead to the page that signs in, and let the browser forget what it has of this shop."""
    response = _lead_to("/masuk?keluar=1")
    clear_sign_in(request, response)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def show_notice(request: Request, notice: Notice, status: int) -> Response:
    """Show a page that only says something."""
    return _private(render(request, "notice.html", status, notice=notice))


def handle_errors(app: FastAPI) -> None:
    """Let the errors of signing in become pages."""
    app.add_exception_handler(NotSignedInError, _on_not_signed_in)
    app.add_exception_handler(FormError, _on_form_error)


async def _on_not_signed_in(request: Request, _: Exception) -> Response:
    if request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", ""):
        query = f"?{request.url.query}" if request.url.query else ""
        return _lead_to(sign_in_path(f"{request.url.path}{query}"))
    return _private(PlainTextResponse(NOT_SIGNED_IN, 401))


async def _on_form_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FormError)  # noqa: S101 - for mypy
    return show_notice(request, Notice("Belum berhasil", STALE_FORM), error.status_code)


async def _begin(request: Request, person_id: int, name: str, way: Way, target: str) -> Response:
    """Begin a sign-in with a new id, and end the one that the browser had."""
    token = await run_in_threadpool(_begin_anew, request, person_id, name, way)
    response = _lead_to(target)
    set_sign_in(request, response, token)
    return response


def _begin_anew(request: Request, person_id: int, name: str, way: Way) -> str:
    shop, before = shop_of(request), sign_in_id(request)
    if before is not None and (earlier := shop.sign_ins.find(before)) is not None:
        shop.sign_ins.end([earlier.number], None, of=earlier.person_id, noted=False)
    return shop.sign_ins.begin(person_id, name, way, device_of(request.headers.get("user-agent", "")))


def _link_of(request: Request, read: Callable[[str], LinkOf | None], token: str) -> LinkOf | None:
    """Return whom a link signs in; None if it is of no use, or the person has no access any more."""
    shop = shop_of(request)
    shop.sign_ins.key()  # from here on it is in memory: the page has a form
    link = read(token)
    return link if link is not None and shop.people.find(link.person_id) else None


def _name_of(request: Request, person_id: int) -> str | None:
    """Return the name of somebody who has access; None if they have none any more. `.env` gives people no name."""
    everybody = shop_of(request).people.everybody()
    return next((person.label for person in everybody if person.user_id == person_id), None)


def _form(
    request: Request, ke: str, status: int = 200, *, who: str = "", problem: str = "", note: str = ""
) -> Response:  # fmt: skip
    has_links = shop_of(request).settings.catalog_url is not None  # without it, the bot cannot send any
    page = render(
        request, "sign_in.html", status, who=who, ke=local_path(ke), problem=problem, note=note, has_links=has_links
    )
    return _private(page)


def _lead_to(target: str) -> Response:
    return _private(RedirectResponse(quote(target, safe="/?&=%+:@,;!$'()*~-._"), 303))


def _private(response: Response) -> Response:
    """Let nobody store a page, and no address of it go anywhere: that of a link has its token."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
