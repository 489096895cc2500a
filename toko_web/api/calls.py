"""One request of a program: who sent it, what they may see, and the response with its headers."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.people.keys import Key, Keys, Scope
from toko_core.people.shown import asked_at
from toko_web.api.limits import RateLimits, Uses
from toko_web.api.problems import NO_KEY, NO_SCOPE, NOT_ACCEPTABLE, ProblemError
from toko_web.shop import Shop
from toko_web.sign_in.visitor import is_open

JSON = "application/json"
REALM = 'Bearer realm="toko"'
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
"""A response may be stored by whoever asked, and must be compared with the server's before it is used again."""


@dataclass
class ApiState:
    """What all requests of the API share."""

    shop: Shop
    keys: Keys = field(init=False)
    limits: RateLimits = field(default_factory=RateLimits)
    uses: Uses = field(init=False)
    version: str = ""
    """The version of toko: another one may have other responses."""
    _in_force: tuple[tuple[str, datetime], str] | None = None

    def __post_init__(self) -> None:
        self.keys = Keys(self.shop.state)
        self.uses = Uses(self.keys)

    def version_of(self, served: Served, moment: datetime) -> str:
        """Return what tells two states of the catalogue apart: its name, and the discounts that apply at a moment.

        It is computed once a second at most.
        """
        wanted = (served.name, moment)
        if self._in_force is None or self._in_force[0] != wanted:
            in_force = served.catalog.products.offers_in_force(moment)
            self._in_force = wanted, f"{served.name} {''.join('01'[each] for each in in_force)}"
        return self._in_force[1]


class NotModifiedError(Exception):
    """The program has the response already."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Call:
    """One request, after its key was checked. Everything in the response comes from one catalogue and one moment."""

    api: ApiState
    served: Served
    key: Key | None
    """None in the open mode, in which everything is shown."""
    moment: datetime
    """The shop's wall clock, to the second."""
    headers: Mapping[str, str]
    view: View = field(init=False)
    """What is shown of a product."""
    rounding: int | None = field(init=False)
    """PRICE_ROUNDING."""

    def __post_init__(self) -> None:
        view = View(cost=True) if self.key is None else self.key.view
        object.__setattr__(self, "view", view)
        object.__setattr__(self, "rounding", self.api.shop.settings.price_rounding)

    @property
    def state(self) -> str:
        """What shapes the content of responses, apart from the address: two calls with the same state show the same."""
        settings = self.api.shop.settings
        seen = (self.view, self.rounding, settings.shop_name, settings.shop_timezone, self.api.version)
        return f"{self.api.version_of(self.served, self.moment)} {seen}"

    def product(self, row: int) -> Product:
        """Return a product as the caller may see it, with the discounts in force."""
        return asked_at(self.served.catalog.products, row, self.view, self.moment)

    def respond(self, content: Mapping[str, Any]) -> Response:
        """Return the response with a JSON object."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return Response(text.encode(errors="replace"), 200, self.headers, JSON)


def accepting(*scopes: Scope, media_type: str = JSON, tokens: int = 1) -> Callable[..., Awaitable[Call]]:
    """Return a dependency that checks a request and returns its Call.

    It needs `scopes`, and counts as `tokens` requests. It raises ProblemError, and NotModifiedError.
    """

    async def accept(request: Request) -> Call:
        api: ApiState = request.app.state.api
        shop = api.shop
        if shop.state.is_sqlite:  # in microseconds
            key = _find_key(request, api.keys)
        else:
            key = await asyncio.to_thread(_find_key, request, api.keys)
        headers = dict(CACHING)
        moment = datetime.now(shop.settings.zone).replace(tzinfo=None, microsecond=0)
        if key is not None:
            api.uses.add(key.name, moment.date())
            headers |= api.limits.take(key.name, tokens)
            for scope in scopes:
                if scope not in key.scopes:
                    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
                    raise ProblemError(NO_SCOPE, f"The key has no scope {scope}.", {"WWW-Authenticate": challenge})
        _check_accepted(request.headers, media_type)
        served = shop.served
        call = Call(api, served, key, moment, headers)
        address = f"{request.url.path}?{request.url.query}"
        digest = blake2b(f"{call.state} {address}".encode(errors="replace"), digest_size=12)
        headers["ETag"] = f'W/"{digest.hexdigest()}"'
        if _matches(request.headers.get("if-none-match"), headers["ETag"]):
            raise NotModifiedError(headers)
        return call

    return accept


Reading = Annotated[Call, Depends(accepting())]
"""A request that any key may make, since all of them have the scope of prices."""
ReadingStock = Annotated[Call, Depends(accepting(Scope.STOCK))]


def _find_key(request: Request, keys: Keys) -> Key | None:
    """Return the key of a request; None in the open mode without one. Raises ProblemError and OpenModeError.

    A cookie of a browser counts for nothing here: a page of another site could send it along.
    """
    given = request.headers.getlist("authorization")
    if not given:
        if is_open(request):
            return None
        raise ProblemError(NO_KEY, "Send a key as `Authorization: Bearer KEY`.", {"WWW-Authenticate": REALM})
    scheme, _, secret = given[0].strip().partition(" ")
    key = keys.find(secret.strip()) if len(given) == 1 and scheme.lower() == "bearer" else None
    if key is None:
        challenge = f'{REALM}, error="invalid_token"'
        raise ProblemError(NO_KEY, "There is no such key. It may have been revoked.", {"WWW-Authenticate": challenge})
    return key


def _check_accepted(headers: Headers, media_type: str) -> None:
    """Raise ProblemError if the request wants only other media types. The weights say nothing here but 0."""
    accepted = headers.get("accept")
    if not accepted or not accepted.strip():
        return
    group = media_type.split("/")[0]
    for part in accepted.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in {media_type, f"{group}/*", "*/*"} and not any(_is_zero(each) for each in parameters):
            return
    raise ProblemError(NOT_ACCEPTABLE, f"The response is {media_type}.")


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip().rstrip("0").rstrip(".") == ""


def _matches(given: str | None, etag: str) -> bool:
    """Return whether If-None-Match names a tag, compared weakly."""
    if given is None:
        return False
    names = {name.strip().removeprefix("W/") for name in given.split(",")}
    return "*" in names or etag.removeprefix("W/") in names
