"""Reads `.env` without a library, as far as the checks need it: the last value of a name counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$")
QUOTED = re.compile(r"""^(['"])(.*?)\1[ \t]*(?:#.*)?$""")


def read_env_file(text: str) -> dict[str, str]:
    """Return the value of each name. The last one counts, as for Compose and for `toko`."""
    return {name: value for name, value, _ in _lines(text)}


def repeated_names(text: str) -> Iterator[str]:
    """Yield a line for each name whose earlier value is lost to a later one. An empty line that comes first is fine."""
    first: dict[str, tuple[str, int]] = {}
    for name, value, number in _lines(text):
        earlier, at = first.get(name, ("", 0))
        if earlier and earlier != value:
            yield f"{name} is set twice in .env, in lines {at} and {number}, and the last one counts: remove one."
        if value or name not in first:
            first[name] = value, number


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.match(line)
        if found:
            yield found.group(1), _value(found.group(2)), number


def _value(written: str) -> str:
    quoted = QUOTED.match(written)
    return quoted.group(2) if quoted else re.split(r"(?:^|[ \t])#", written)[0].rstrip()
