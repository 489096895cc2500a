"""Forms that a page of ours sent: their fields, and the proof that no page of another site sent them."""

from hmac import compare_digest
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from toko_web.shop import shop_of
from toko_web.sign_in.cookies import FORM, form_id, new_form_id, sign_in_id, signer

FIELD = "csrf"
"""The name of the hidden field with the token."""
MEDIA_TYPE = "application/x-www-form-urlencoded"
MOST_BYTES, MOST_FIELDS = 16 << 10, 30


class FormError(HTTPException):
    """A form is rejected. The detail is one line."""


def csrf_token(request: HTTPConnection) -> str:
    """Return the token for the forms of the page that is made for this request.

    It is bound to the sign-in, or to a random id in a cookie before somebody signs in. A page of another site can read
    neither.
    """
    return _token(request, sign_in_id(request) or form_id(request) or new_form_id(request))


async def check_csrf(request: Request) -> dict[str, str]:
    """Return the fields of a form that a page of ours sent; a dependency of FastAPI. Raises FormError and StateError.

    Of several fields with one name, the last counts.
    """
    fields = await _read_fields(request)
    await run_in_threadpool(shop_of(request).sign_ins.key)  # the database may be slow
    bound = [each for each in (sign_in_id(request), form_id(request)) if each is not None]
    given = fields.pop(FIELD, "").encode(errors="replace")
    if not any(compare_digest(given, _token(request, each).encode()) for each in bound):
        raise FormError(403, "The form does not come from a page of this browser: open the page again.")
    return fields


Fields = Annotated[dict[str, str], Depends(check_csrf)]
"""The fields of a form, without the token."""


def _token(request: HTTPConnection, bound: str) -> str:
    return signer(shop_of(request), FORM).get_signature(bound).decode()


async def _read_fields(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MEDIA_TYPE:
        raise FormError(415, f"A form is {MEDIA_TYPE}.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise FormError(413, f"A form has at most {MOST_BYTES} bytes.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise FormError(400, "The form cannot be read.") from None
    return dict(pairs)
