"""Who sends the requests: somebody of the staff who is signed in, and programs with API keys."""

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import quote

import httpx

from benchmarks.process import MeasurementError
from benchmarks.web.load import Request
from toko_core.people.keys import Keys, Scope
from toko_core.people.sign_in_links import SignInLinks
from toko_core.state.database import StateDatabase
from toko_web.api.limits import PER_SECOND

STAFF = 1001
SPARE = 1.5
"""How many more requests the keys may make than they do."""


def sign_in(url: str, state: StateDatabase) -> tuple[str, str]:
    """Sign the staff in with a link, as the bot sends them. Returns the header that their browser sends from now on."""
    link = f"/masuk/tautan/{SignInLinks(state).make(STAFF, 'Kasir')}"
    with httpx.Client(base_url=url, headers={"Accept": "text/html"}) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get(link).text)
        response = browser.post(link, data={"csrf": unescape(token[1]) if token else ""})
        if response.status_code != 303:
            raise MeasurementError(f"Nobody could sign in: status {response.status_code}.")
        return ("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))


def make_keys(state: StateDatabase, rate: float) -> list[str]:
    """Make as many keys as the rate needs, because each may make only so many requests a second."""
    keys = Keys(state)
    scopes = frozenset({Scope.PRICES, Scope.STOCK})
    return [keys.add(f"bench-{number}", scopes)[1] for number in range(int(rate * SPARE / PER_SECOND) + 1)]


def search_pages(path: str, queries: Sequence[str], cookie: tuple[str, str]) -> list[Request]:
    """Return the requests of somebody who searches in a browser."""
    return [Request(f"{path}?q={quote(query)}", (cookie,)) for query in queries]


def search_api(queries: Sequence[str], keys: Sequence[str]) -> list[Request]:
    """Return the requests of programs that search, each with the next key."""
    return [
        Request(f"/v1/search?q={quote(query)}", (("Authorization", f"Bearer {keys[number % len(keys)]}"),))
        for number, query in enumerate(queries)
    ]
