"""Errors as `application/problem+json` (RFC 9457). Every error below /v1 is one of the kinds here."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from toko_core.state.database import StateError
from toko_web.shop import NoCatalogueError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
DOCUMENTED_AT = "/v1/docs#"
"""What the type of a problem begins with. It is an address within the server that responds."""
RETRY_SECONDS = 5
LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error: the last part of its type, its status, its title, and what to do about it."""

    name: str
    status: int
    title: str
    meaning: str


INVALID = Kind(
    "invalid-request",
    422,
    "A parameter is wrong",
    "`errors` names each wrong parameter. Sending the same request again gives the same response.",
)
UNKNOWN_CURSOR = Kind(
    "unknown-cursor",
    422,
    "The cursor is not one of this list",
    "Use `next_cursor` of a response as it is, with the parameters of the request that returned it.",
)
NO_KEY = Kind(
    "key-required",
    401,
    "A key is required",
    "Send a key that was not revoked as `Authorization: Bearer KEY`. `toko keys add` makes one.",
)
NO_SCOPE = Kind(
    "scope-required",
    403,
    "The key lacks a scope",
    "The shop's owner can make a key with the scope that `detail` names.",
)
CLOSED = Kind("forbidden", 403, "This server does not answer the request", "`detail` says why.")
NOT_FOUND = Kind(
    "not-found",
    404,
    "There is nothing at this address",
    "The catalogue has no such product or barcode, or the API no such path.",
)
WRONG_METHOD = Kind("method-not-allowed", 405, "The API only reads", "Send GET.")
NOT_ACCEPTABLE = Kind(
    "not-acceptable",
    406,
    "The response has another media type",
    "Leave out `Accept`, or accept the media type that `detail` names.",
)
CHANGED = Kind(
    "catalogue-changed",
    410,
    "A new catalogue was published",
    "The results of the search may be in another order now. Begin again without a cursor.",
)
TOO_LARGE = Kind("too-large", 413, "The request is too large", "Send no body.")
TOO_LONG = Kind("too-long", 414, "The address is too long", "The path and the query have at most 4 KB.")
TOO_MANY = Kind(
    "too-many-requests",
    429,
    "The key made too many requests",
    "Wait for the seconds of `Retry-After`, and send fewer requests.",
)
BROKEN = Kind("internal-error", 500, "Unexpected error", "The server's log has the details.")
UNAVAILABLE = Kind("unavailable", 503, "Not available now", "Try again after the seconds of `Retry-After`.")
KINDS = (INVALID, UNKNOWN_CURSOR, NO_KEY, NO_SCOPE, CLOSED, NOT_FOUND, WRONG_METHOD, NOT_ACCEPTABLE, CHANGED, TOO_LARGE,
         TOO_LONG, TOO_MANY, BROKEN, UNAVAILABLE)  # fmt: skip
BY_STATUS = {kind.status: kind for kind in (INVALID, NO_KEY, CLOSED, NOT_FOUND, WRONG_METHOD, NOT_ACCEPTABLE, TOO_LARGE,
                                            TOO_LONG, TOO_MANY, BROKEN, UNAVAILABLE)}  # fmt: skip
"""The kind of an error that only has a status."""


class ProblemError(Exception):
    """An error of a request, which becomes a problem document."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.headers = headers or {}


def respond(
    kind: Kind, detail: str, headers: Mapping[str, str] | None = None, errors: Sequence[Mapping[str, str]] = ()
) -> Response:
    """Return the response with a problem document. `errors` are the wrong parameters."""
    problem: dict[str, object] = {
        "type": f"{DOCUMENTED_AT}{kind.name}", "title": kind.title, "status": kind.status, "detail": detail,
    }  # fmt: skip
    if errors:
        problem["errors"] = errors
    return Response(
        json.dumps(problem, ensure_ascii=False).encode(errors="replace"),
        kind.status,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


def handle_problems(api: FastAPI) -> None:
    """Let every error of an app become a problem document."""
    api.add_exception_handler(ProblemError, _on_problem)
    api.add_exception_handler(RequestValidationError, _on_invalid)
    api.add_exception_handler(HTTPException, _on_http_error)
    api.add_exception_handler(NoCatalogueError, _on_no_catalogue)
    api.add_exception_handler(StateError, _on_no_state)
    api.add_exception_handler(Exception, _on_unexpected)


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - for mypy
    return respond(error.kind, str(error), error.headers)


async def _on_invalid(_request: Request, error: Exception) -> Response:
    """The default document of FastAPI repeats what was sent, which may be long."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for mypy
    errors = [
        {"in": str(wrong["loc"][0]), "name": ".".join(map(str, wrong["loc"][1:])), "detail": wrong["msg"]}
        for wrong in error.errors()
    ]
    names = ", ".join(dict.fromkeys(wrong["name"] for wrong in errors))
    return respond(INVALID, f"Wrong: {names}."[:LONGEST_DETAIL], errors=errors)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for mypy
    kind = BY_STATUS.get(error.status_code)
    if kind is None:
        status = HTTPStatus(error.status_code)
        kind = Kind(status.phrase.lower().replace(" ", "-"), status.value, status.phrase, "")
    details = {
        NOT_FOUND: f"The API has no path {request.url.path[:100]}.",
        WRONG_METHOD: f"The API only reads: send GET, not {request.method[:20]}.",
    }
    return respond(kind, details.get(kind, str(error.detail)), error.headers)


async def _on_no_catalogue(_request: Request, _error: Exception) -> Response:
    return respond(UNAVAILABLE, "No catalogue is published yet.", {"Retry-After": str(RETRY_SECONDS)})


async def _on_no_state(_request: Request, _error: Exception) -> Response:
    return respond(UNAVAILABLE, "It is not known who has access.", {"Retry-After": str(RETRY_SECONDS)})


async def _on_unexpected(_request: Request, _error: Exception) -> Response:
    return respond(BROKEN, "The server's log has the details.")
