"""Faults on demand: of Dropbox, of the network, and of anything between the client and Dropbox."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.servers.dropbox.errors import PLAIN, ResponseError, api_error, bad_input, oauth_error, rate_limited

FaultKind = Literal[
    "400", "403", "429", "500", "503", "expired-token", "invalid-token", "missing-scope", "revoked", "wrong-app",
    "path-not-found", "cursor-reset", "backoff", "empty-page", "repeated-entries", "html",
    "reset", "stall", "truncated", "short", "corrupted", "none",
]  # fmt: skip

SERVER_ERRORS = {"500": "Internal Server Error", "503": "Service Unavailable"}
CAPTIVE_PORTAL = (
    "<!DOCTYPE html>\n<html><head><title>WiFi Login</title></head>\n"
    "<body><form action='/login'><input name='voucher'></form></body></html>\n"
)


@dataclass(slots=True)
class Fault:
    """A fault of the next `left` requests of an endpoint; `*` is any endpoint, and None is all requests until `heal`.

    `hits` requests have failed so far.
    """

    endpoint: str
    kind: FaultKind
    left: int | None
    after: int | None
    retry_after: int | None
    reason: str
    plain: bool
    meanwhile: Callable[[], object]
    hits: int = 0

    def takes(self, endpoint: str) -> bool:
        return self.left != 0 and self.endpoint in {"*", endpoint}

    def hit(self) -> None:
        self.hits += 1
        if self.left is not None:
            self.left -= 1

    def response_error(self, endpoint: str, scope: str) -> ResponseError | None:
        """Return the error response, or None for a fault after which the server still handles the request."""
        match self.kind:
            case "400":
                return bad_input(endpoint, "request body: could not decode input as JSON")
            case "403":
                return api_error(403, "no_permission")
            case "429":
                return rate_limited(self.reason, self.retry_after, self.plain)
            case "500" | "503":
                return ResponseError(int(self.kind), SERVER_ERRORS[self.kind], PLAIN)
            case "expired-token":
                return api_error(401, "expired_access_token")
            case "invalid-token":
                return api_error(401, "invalid_access_token")
            case "missing-scope":
                return api_error(401, "missing_scope", required_scope=scope)
            case "revoked":
                return oauth_error("invalid_grant", "refresh token is invalid or revoked")
            case "wrong-app":
                return oauth_error("invalid_client", "Invalid client_id or client_secret")
            case "path-not-found":
                return api_error(409, "path", "not_found")
            case "html":
                return ResponseError(200, CAPTIVE_PORTAL, "text/html; charset=utf-8")
        return None


class Faults:
    """The pending faults, the oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults = [*(f for f in self._faults if f.left != 0), fault]

    def heal(self) -> None:
        for fault in self._faults:
            fault.left = 0

    def pick(self, endpoint: str) -> Fault | None:
        """Return the fault for a request to this endpoint, if there is one."""
        for fault in self._faults:
            if fault.takes(endpoint):
                fault.hit()
                return fault
        return None
