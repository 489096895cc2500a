"""Who sends the requests: somebody of the staff who is signed in, and programs with API keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from random import Random
from urllib.parse import quote

import httpx

from benchmarks.bot.shop import SEED, Shop, code_of
from benchmarks.process import MeasurementError
from benchmarks.web.load import Request
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.keys import Keys, Scope
from toko_core.people.sign_in_links import SignInLinks
from toko_core.state.database import StateDatabase
from toko_web.api.limits import PER_SECOND

STAFF = 1001
HOME, TYPED, PRODUCT, API, ALL = "/", "/hasil", "/barang/{product}", "/v1/search", "all of them"
"""The routes that are measured, as the server's log names them, and last a mix of them."""
MIX = {TYPED: 60, PRODUCT: 20, HOME: 10, API: 10}
"""The percentage of each route in ALL, as in a shop where people type searches and open what they find."""
SHORTEST = 3
"""Characters from which on somebody who types is shown results."""
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


@dataclass(frozen=True)
class Visitors:
    """Makes the requests of a shop."""

    shop: Shop
    products: int
    cookie: tuple[str, str]
    """The header that the browser of somebody who is signed in sends."""
    keys: Sequence[str]

    def make(self, route: str, count: int) -> list[Request]:
        """Return requests of a route, or of ALL, in random order."""
        rng = Random(SEED)
        if route == ALL:
            routes = rng.choices(list(MIX), list(MIX.values()), k=count)
            made = {of: iter(self.make(of, routes.count(of))) for of in MIX}
            return [next(made[of]) for of in routes]
        if route == PRODUCT:
            rows = (rng.randrange(self.products) for _ in range(count))
            return [Request(f"/barang/{product_hash(code_of(row))}", (self.cookie,)) for row in rows]
        queries = [question.query for question in rng.choices(self.shop.questions, k=count)]
        if route == TYPED:
            queries = [query[: rng.randint(SHORTEST, max(SHORTEST, len(query)))] for query in queries]
        if route == API:
            return [
                Request(f"{API}?q={quote(query)}", (("Authorization", f"Bearer {self.keys[number % len(self.keys)]}"),))
                for number, query in enumerate(queries)
            ]
        return [Request(f"{route}?q={quote(query)}", (self.cookie,)) for query in queries]
