"""Cursors: opaque texts that say after which entry a list goes on.

They hold no secret and are not signed. Whoever makes one up gets entries that they could have listed anyway.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from toko_web.api.problems import UNKNOWN_CURSOR, ProblemError

LONGEST = 2000
"""The most characters of a cursor. An item code may have 100 characters, and each of them several bytes."""


def write_cursor(*values: str | int) -> str:
    """Return the cursor of a place in a list. The first value says in which list."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kind: str, types: Sequence[type]) -> list[Any]:
    """Return the values of a cursor of this kind, after the kind. Raises ProblemError if it is another one."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        json.dumps(values, ensure_ascii=False).encode()  # JSON can hold half a character, which is none of a catalogue
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != [str, *types] or values[0] != kind:
        raise unknown_cursor()
    return values[1:]


def unknown_cursor() -> ProblemError:
    """Return the error of a cursor that this list did not make."""
    return ProblemError(UNKNOWN_CURSOR, "The cursor is not one that this list returned for these parameters.")
