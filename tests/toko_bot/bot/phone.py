"""How many lines of a phone's screen a message takes.

`python -m tests.toko_bot.bot.phone FILE` sends searches to the real bot in a shop of 20,000 products, and prints how
long its lists are. FILE has judged searches (JSON lines with `q`) or one search a line; 50 made-up searches are added.
`--names` takes the names of a shop; those of the sample fill it up.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.search.cases import make_cases
from benchmarks.search.names import read_names, sample_names
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import running_bot
from tests.toko_bot.bot.shop import Item, PriceRow, Rows, publish_shop
from toko_bot.handlers.search import clean
from toko_core.catalog.reader import PublishedCatalog

WIDTH, SCREEN = 30, 24
"""Characters of a line, and lines of a screen."""
PRODUCTS, SEED, MADE_UP, HITS = 20_000, 60, 50, 5
FIRST_STAFF, SEARCHES_EACH = 5001, 10
"""More searches of one person would have to wait."""


@dataclass(frozen=True, slots=True)
class ListSize:
    """The size of a list of results."""

    query: str
    hits: int
    lines: int
    """Lines of text, wrapped between words, and rows of buttons."""
    to_button: int
    """Lines from the first line of the best hit to the row with its button."""
    longest_hit: int
    """Lines of the hit that has most."""


def wrapped(line: str) -> int:
    """Return how many lines of a phone a line of text takes."""
    lines, used = 1, 0
    for word in line.split(" "):
        if used and used + 1 + len(word) > WIDTH:
            lines, used = lines + 1, 0
        used += len(word) + (used > 0)
        lines, used = lines + max(0, (used - 1) // WIDTH), (used - 1) % WIDTH + 1 if used else 0
    return lines


def measure(query: str, message: str, rows: Sequence[Sequence[str]]) -> ListSize | None:
    """Return the size of a list, from its text and the labels of its buttons; None if the message is no list."""
    numbers = [int(label) for row in rows for label in row if label.isdigit()]
    if not numbers:
        return None
    heights = [(line, wrapped(line)) for line in message.split("\n")]
    text = sum(height for _, height in heights)
    starts = [place for number in numbers for place, (line, _) in enumerate(heights) if line.startswith(f"{number}. ")]
    before = sum(height for _, height in heights[: starts[0]])
    row = next(place for place, labels in enumerate(rows, 1) if str(numbers[0]) in labels)
    return ListSize(query, len(numbers), text + len(rows), text - before + row, max(_hits(heights, starts)))


def _hits(heights: Sequence[tuple[str, int]], starts: Sequence[int]) -> Iterator[int]:
    """Yield the lines of each hit. A blank line ends it."""
    for start, end in zip(starts, [*starts[1:], len(heights)], strict=True):
        blank = next((place for place in range(start, end) if not heights[place][0]), end)
        yield sum(height for _, height in heights[start:blank])


def busy_shop(names: Sequence[str]) -> tuple[list[Item], Rows]:
    """Return a shop with these products: prices of every kind, discounts, promotions, and one in five out of stock."""
    rng = Random(f"phone {SEED}")
    items = []
    for number, name in enumerate(names):
        price = rng.randrange(5, 900) * 50
        stock = [] if rng.random() < 0.1 else [("TOKO", str(rng.choice((0, 0, 3, 12, 120, 1500)))), ("GUDANG", "0")]
        items.append(
            Item(
                f"B{number:06}", name, _prices(rng.random(), Decimal(price)), stock=stock, jenis=f"JENIS {number % 40}",
                merek=name.split()[0], dijual=rng.random() < 0.97, fields={"jasa": False},
            )
        )  # fmt: skip
    now = datetime.now(UTC).replace(tzinfo=None)
    period = {"dari": now - timedelta(days=9), "sebelum": now + timedelta(days=9)}
    reduced = [
        {"kodeitem": item.kodeitem, "iddiskon": "D1", "pot1": Decimal(rng.randrange(1, 30)), "rupiah": Decimal(0)}
        | period
        for item in rng.sample(items, len(items) // 15)
    ]
    given = [
        {"kodeitem": item.kodeitem, "idpromo": "P1", "jumlah": Decimal(2), "jumlah_hadiah": Decimal(1),
         "satuan": item.prices[0][0], "satuan_hadiah": item.prices[0][0], "kelipatan": True} | period
        for item in rng.sample(items, len(items) // 40)
    ]  # fmt: skip
    groups: list[dict[str, object]] = [
        {"kgrup": code, "grup": shown, "level": level, "potongan": percent}
        for code, shown, level, percent in (
            ("UM", "Umum", 1, None), ("MB", "Member", 1, Decimal(5)), ("GR", "Grosir", 2, None),
            ("RS", "Reseller", 3, None),
        )
    ]  # fmt: skip
    return items, {"customer_groups": groups, "discounts": reduced, "promotions": given}


def _prices(kind: float, price: Decimal) -> list[PriceRow]:
    def row(unit: str, size: str, share: str, level: int | None = None, most: str | None = None) -> PriceRow:
        amount = str((price * Decimal(size) * Decimal(share)).quantize(Decimal("0.5")))
        return unit, size, level, most, str(price * Decimal(size) * Decimal("0.8")), amount

    if kind < 0.3:
        return [row("PCS", "1", "1")]
    if kind < 0.55:
        return [row("PCS", "1", "1"), row("PAK", "10", "0.97"), row("DUS", "40", "0.93")]
    if kind < 0.75:
        return [row("BKS", "1", share, level) for level, share in enumerate(("1", "0.96", "0.94"), 1)] + [
            row("DUS", "24", share, level) for level, share in enumerate(("0.95", "0.92"), 1)
        ]
    if kind < 0.97:
        return [row("PCS", "1", "1", most="11"), row("PCS", "1", "0.97", most="39"), row("PCS", "1", "0.95")]
    return [("PCS", "1", None, None, "100", None)]


def read_queries(file: Path) -> list[str]:
    """Read judged searches, or lines of text."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [clean(json.loads(line)["q"] if line.startswith("{") else line) for line in lines]


def made_up(names: Sequence[str]) -> list[str]:
    """Return searches with typos and quantities for these names."""
    rng = Random(f"made up {SEED}")
    queries = [case.query for case in rng.sample(make_cases(list(names), SEED), MADE_UP)]
    return [f"{query} {number} dus" if number % 5 == 0 else query for number, query in enumerate(queries, 1)]


def measure_all(queries: Sequence[str], names: Sequence[str], folder: Path) -> tuple[list[ListSize], list[str]]:
    """Send all searches. Returns the sizes of the lists, and the searches whose list has too few hits."""
    items, reference = busy_shop(names)
    file = publish_shop(folder / "data", items, reference=reference)
    staff = range(FIRST_STAFF, FIRST_STAFF + -(-len(queries) // SEARCHES_EACH))
    sizes = []
    with (
        TelegramServer() as server,
        running_bot(server, folder / "data", folder, ALLOWED_USERS=",".join(map(str, staff))),
    ):
        for number, query in enumerate(queries):
            person = server.user(staff[number // SEARCHES_EACH], "Budi")
            answer = person.ask(query)
            size = measure(query, answer.text, [[button.text for button in row] for row in answer.rows])
            sizes += [size] if size else []
    return sizes, _too_few(sizes, PublishedCatalog(file))


def _too_few(sizes: Sequence[ListSize], catalog: PublishedCatalog) -> list[str]:
    from toko_core.catalog.asking.wanted import read_wanted

    found = {
        size.query: len(catalog.index.search(read_wanted(catalog.index, catalog.products, size.query).text, HITS))
        for size in sizes
    }
    return [size.query for size in sizes if size.hits < min(HITS, found[size.query])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--names", type=Path)
    options = parser.parse_args()
    own = [] if options.names is None else read_names(options.names)
    names = [*own, *sample_names(PRODUCTS, SEED)][:PRODUCTS]
    queries = [*read_queries(options.file), *made_up(names)]
    with tempfile.TemporaryDirectory() as folder:
        sizes, too_few = measure_all(queries, names, Path(folder))
    lines = [size.lines for size in sizes]
    print(f"{len(queries)} searches, {len(sizes)} lists")
    print(f"lines of a list: median {median(lines):g}, most {max(lines)}")
    print(f"lines of a hit: most {max(size.longest_hit for size in sizes)}")
    print(f"the best hit and its button on one screen: {sum(size.to_button <= SCREEN for size in sizes)}")
    print(f"fewer than {HITS} hits although there are more: {len(too_few)} {too_few[:5]}")
    for size in sorted(sizes, key=lambda size: -size.lines)[:5]:
        print(size)


if __name__ == "__main__":
    main()
