"""The cookies: the id of a sign-in, signed, and a random id that forms are bound to before anybody signs in.

SameSite is Lax and not Strict, so that somebody who is signed in can open a link to a product in Telegram. No GET
request changes anything.
"""

import hashlib
import secrets
from functools import lru_cache

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from toko_core.people.sign_ins import LIFE
from toko_web.shop import Shop, shop_of

SIGN_IN, FORM = "toko_sign_in", "toko_form"
HOST_PREFIX = "__Host-"
"""A browser lets no other host set a cookie of such a name. It takes them by https only."""
FORM_ID_BYTES = 16
LONGEST = 200
"""Characters of a cookie that is read at all."""
REMEMBERED = 1_024
"""Cookies whose signature is not checked again."""


def sign_in_id(request: HTTPConnection) -> str | None:
    """Return the id of the sign-in that the browser sent; None if it sent none that this shop signed."""
    value = _read(request, SIGN_IN)
    return None if value is None else _unsign(value, shop_of(request).sign_ins.key())


def set_sign_in(request: HTTPConnection, response: Response, token: str) -> None:
    """Let the browser keep the id of a sign-in for as long as that may live."""
    shop = shop_of(request)
    _set(shop, response, SIGN_IN, signer(shop, SIGN_IN).sign(token).decode(), int(LIFE.total_seconds()))


def clear_sign_in(request: HTTPConnection, response: Response) -> None:
    """Let the browser forget the id of its sign-in."""
    _set(shop_of(request), response, SIGN_IN, "", 0)


def form_id(request: HTTPConnection) -> str | None:
    """Return the random id that the browser's forms are bound to; None if it has none."""
    return _read(request, FORM) or None


def new_form_id(request: HTTPConnection) -> str:
    """Return a new id for a browser that has none. `keep_form_id` sends it with the response."""
    if getattr(request.state, FORM, None) is None:
        setattr(request.state, FORM, secrets.token_urlsafe(FORM_ID_BYTES))
    return str(getattr(request.state, FORM))


def keep_form_id(request: HTTPConnection, response: Response) -> None:
    """Send the browser its new id, if the page has a form that is bound to one."""
    if (made := getattr(request.state, FORM, None)) is not None:
        _set(shop_of(request), response, FORM, made, None)


def signer(shop: Shop, purpose: str) -> Signer:
    """Return what signs texts with the shop's key. What it signs for one purpose is worth nothing for another."""
    return _signer(shop.sign_ins.key(), purpose)


def _signer(key: bytes, purpose: str) -> Signer:
    return Signer(key, salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)


@lru_cache(maxsize=REMEMBERED)
def _unsign(value: str, key: bytes) -> str | None:
    """Return the id in a cookie; None if it is not signed with the key."""
    try:
        return _signer(key, SIGN_IN).unsign(value).decode()
    except (BadSignature, ValueError):
        return None


def _name(shop: Shop, name: str) -> str:
    return f"{HOST_PREFIX}{name}" if shop.settings.is_https else name


def _read(request: HTTPConnection, name: str) -> str | None:
    value = request.cookies.get(_name(shop_of(request), name))
    return value if value is not None and len(value) <= LONGEST else None


def _set(shop: Shop, response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        _name(shop, name), value, max_age, path="/", secure=shop.settings.is_https, httponly=True, samesite="lax"
    )
