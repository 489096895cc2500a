"""Random requests to every route of the API with every set of scopes, in a shop whose secrets are recognisable numbers.

`python -m tests.toko_web.api.leaks 1000` sends so many to each route with each set of scopes, and prints what it
finds. A quarter of them has no level, and a quarter each one of the three levels.
"""

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

import duckdb

from tests.toko_bot.bot.shop import Change, Item, PriceRow, publish_shop
from tests.toko_web.api.driving import InProcess, in_process
from tests.toko_web.api.shop import IN_FORCE, keys_of
from tests.toko_web.serving import OWNER
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.keys import Scope
from toko_web.api.limits import RateLimits

COST, STOCK, MINIMUM, SUPPLIER = "70707", "80808", "90909", "PMSK"
LEVELS = {1: "11111", 2: "22222", 3: "33333"}
GROUPS = {1: "Umum", 2: "Grosir", 3: "Reseller"}
GROUP_DISCOUNT = {2: "4242", 3: "4343"}
"""Rupiah that only a group of a level gets."""
PRODUCTS = 30
WORDS = ("barang", "teh", "kopi", "gula", "sabun", "oli")
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Caller:
    """A key, and what no response to it may hold."""

    scopes: frozenset[Scope]
    level: int | None

    @property
    def name(self) -> str:
        return f"{'-'.join(sorted(self.scopes))}-{self.level or 'all'}"

    @property
    def forbidden(self) -> re.Pattern[str]:
        secrets = (
            [] if Scope.COST in self.scopes else [COST, MINIMUM, SUPPLIER, '"cost"', '"supplier"', '"minimum_stock"']
        )
        secrets += [] if Scope.STOCK in self.scopes else [STOCK, '"stock"', '"branches"']
        if self.level is not None:
            others = LEVELS.keys() - {self.level}
            secrets += [LEVELS[level] for level in others] + [f'"{GROUPS[level]}"' for level in others]
            secrets += [GROUP_DISCOUNT[level] for level in others & GROUP_DISCOUNT.keys()] + ['"groups":[{']
        return re.compile("|".join(map(re.escape, secrets)) or r"(?!)")


CALLERS = [
    Caller(frozenset({Scope.PRICES, *more}), level)
    for more in ([], [Scope.STOCK], [Scope.COST], [Scope.STOCK, Scope.COST])
    for level in (None, 1, 2, 3)
]


def item(number: int) -> Item:
    prices: list[PriceRow] = [
        (unit, size, level, None, f"{COST}.{number}", f"{amount}{number:02}")
        for unit, size in (("PCS", "1"), ("DUS", "12"))
        for level, amount in LEVELS.items()
    ]
    word = WORDS[number % len(WORDS)]
    return Item(
        f"K{number:03}", f"{word.upper()} NO {number}", prices, [(f"899{number:09}", "PCS")],
        [("GUDANG", f"{STOCK}.{number % 9}"), ("TOKO", "0")], f"JENIS {number % 3}", f"MEREK {number % 5}",
        fields={"stokmin": Decimal(MINIMUM), "supplier": SUPPLIER, "jasa": False},
    )  # fmt: skip


ITEMS = [item(number) for number in range(PRODUCTS)]
REFERENCE: dict[str, list[dict[str, object]]] = {
    "customer_groups": [
        {"kgrup": f"G{level}", "grup": name, "level": level, "potongan": None} for level, name in GROUPS.items()
    ],
    "discounts": [
        {"kodeitem": each.kodeitem, "iddiskon": f"D{level}", "kgrup": f"G{level}", "rupiah": Decimal(amount)}
        | IN_FORCE
        for each in ITEMS[::2]
        for level, amount in GROUP_DISCOUNT.items()
    ],
}  # fmt: skip


def publish_secrets(folder: Path) -> None:
    """Publish a shop whose costs, stock and prices of levels are recognisable numbers."""
    changes = [
        Change(each, "PCS", level, f"{amount}98", f"{amount}99", START + timedelta(days=number))
        for number, each in enumerate(ITEMS)
        for level, amount in LEVELS.items()
    ]
    publish_shop(folder, ITEMS, changes, reference=REFERENCE)


ROUTES = (
    "/search", "/products", "/products/by-code", "/products/{id}", "/products/{id}/prices", "/products/{id}/stock",
    "/barcodes/{barcode}", "/price-changes", "/catalog", "/catalog.csv", "/catalog.parquet", "/openapi.json", "/docs",
)  # fmt: skip


def addresses(route: str, rng: random.Random) -> Iterator[str]:
    """Yield random addresses of a route; those of a file are always the same."""
    while True:
        number = rng.randrange(PRODUCTS)
        path = route.replace("{id}", product_hash(ITEMS[number].kodeitem))
        path = path.replace(
            "{barcode}", quote(rng.choice([f"899{number:09}", f"K{number:03}", f"(01)00899{number:09}"]))
        )
        text = rng.choice(
            [*WORDS, ITEMS[number].namaitem, ITEMS[number].kodeitem, COST, STOCK, SUPPLIER, *LEVELS.values()]
        )
        wanted = {
            "q": text, "code": ITEMS[number].kodeitem, "limit": rng.randrange(0, 102), "brand": f"MEREK {number % 5}",
            "category": f"JENIS {number % 3}", "in_stock": rng.choice(["true", "false", "x"]),
            "since": (START + timedelta(days=rng.randrange(-9, 40))).isoformat(), "level": rng.randrange(5),
            "cursor": rng.choice(["x", "WyJwIiwiQUFBQUFBQUEiXQ", ""]), "until": START.isoformat(), "scope": "cost",
        }  # fmt: skip
        kept = {name: value for name, value in wanted.items() if rng.random() < 0.3}
        kept |= {name: wanted[name] for name in ("q", "code") if rng.random() < 0.8}
        yield f"/v1{path}?{urlencode(kept)}"


@dataclass
class Result:
    """What the responses to a key were: how many of each status, and those that held a secret."""

    statuses: Counter[int]
    leaks: list[str]


def ask_all(server: InProcess, secret: str, caller: Caller, route: str, requests: int, seed: int = 0) -> Result:
    """Send random requests to a route, and look for what the key may not see."""
    found = addresses(route, random.Random(f"{seed} {caller.name} {route}"))
    paths = [next(found) for _ in range(requests)]
    forbidden, result = caller.forbidden, Result(Counter(), [])
    for path, answer in zip(paths, server.get_all(paths, secret), strict=True):
        result.statuses[answer.status] += 1
        text = text_of(answer.body) if answer.status == 200 else answer.body.decode()
        if forbidden.search(text.replace(quote(path), "")) and route not in ("/openapi.json", "/docs"):
            result.leaks.append(f"{caller.name} {path}: {forbidden.search(text)}")
    return result


def text_of(body: bytes) -> str:
    """Return the text of a body; of a Parquet file its columns and rows."""
    if not body.startswith(b"PAR1"):
        return body.decode()
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        file.write(body)
        file.flush()
        found = connection.execute(f"FROM '{file.name}'")
        columns = " ".join(f'"{name}"' for name, *_ in found.description or [])
        return columns + " ".join(str(value) for row in found.fetchall() for value in row)


def without_limits() -> RateLimits:
    """Return limits whose clock is an hour later at each request."""
    hours = count(0, 3600)
    return RateLimits(lambda: float(next(hours)))


def main(requests: int) -> None:
    """Send so many requests to each route with each set of scopes."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        publish_secrets(data)
        keys = keys_of(data)
        secrets = {caller: keys.add(caller.name, caller.scopes, caller.level)[1] for caller in CALLERS}
        with in_process(data, owners=frozenset({OWNER})) as server:
            server.api.limits = without_limits()
            for route in ROUTES:
                statuses: Counter[int] = Counter()
                leaks: list[str] = []
                for caller, secret in secrets.items():
                    result = ask_all(server, secret, caller, route, -(-requests // (1 + len(LEVELS))))
                    statuses += result.statuses
                    leaks += result.leaks
                print(
                    f"{route:24}{sum(statuses.values()):7} {dict(sorted(statuses.items()))} {len(leaks)} leaks",
                    flush=True,
                )
                for leak in leaks[:3]:
                    print("   ", leak, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
