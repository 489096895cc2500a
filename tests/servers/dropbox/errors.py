"""Error responses in the formats of Dropbox."""

import json
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

JSON = "application/json"
PLAIN = "text/plain; charset=utf-8"


class ResponseError(Exception):
    """An error response, which the server sends instead of a result."""

    def __init__(self, status: int, body: str, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body)
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = dict(headers or {})


def api_error(status: int, *tags: str, **fields: Any) -> ResponseError:
    """Return an error of a route (409) or of the account (401, 403). Tags are nested; `fields` go to the last one."""
    error: Json = {".tag": tags[-1], **fields}
    for tag in reversed(tags[:-1]):
        error = {".tag": tag, tag: error}
    return ResponseError(status, json.dumps({"error_summary": f"{'/'.join(tags)}/..", "error": error}), JSON)


def bad_input(endpoint: str, problem: str) -> ResponseError:
    """Return the error for a request that Dropbox cannot read."""
    return ResponseError(400, f'Error in call to API function "{endpoint}": {problem}', PLAIN)


def oauth_error(error: str, description: str) -> ResponseError:
    """Return an error of the token endpoint."""
    return ResponseError(400, json.dumps({"error": error, "error_description": description}), JSON)


def rate_limited(reason: str, retry_after: int | None, plain: bool) -> ResponseError:
    """Return the error for too many requests, as JSON or plain text.

    If `retry_after` is given, it is in a header and in the JSON.
    """
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if plain:
        return ResponseError(429, "Too many requests", PLAIN, headers)
    error: Json = {"reason": {".tag": reason}}
    if retry_after is not None:
        error["retry_after"] = retry_after
    return ResponseError(429, json.dumps({"error_summary": f"{reason}/..", "error": error}), JSON, headers)
