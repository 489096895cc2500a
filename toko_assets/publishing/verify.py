"""Checks a finished catalogue file, closed and opened again, before it is published."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd

from toko_assets.common.checks import Outcome, Override
from toko_core.catalog.product_hashes import look_alikes, product_hash
from toko_core.catalog.reader import PublishedCatalog
from toko_core.search import SearchIndex
from toko_core.search.text import skeleton, words

NOTABLE_LOSS = 0.20

SEARCHED = 200
"""The number of products to search for, evenly spread over the catalogue."""
RESULTS = 10
FLOORS = {"name": 0.98, "typo": 0.90, "abbreviation": 0.85}
"""The share of the searches that must find their product among the first RESULTS. Measured on 20,000 sample products:
1.00, .99 and .99."""
LEAST_LETTERS = 5
"""The shortest word that is searched for with a typo or an abbreviation."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The products of the last catalogue that the new one lacks."""

    before: int
    """The number of products in the last catalogue."""
    count: int
    """How many of them are gone."""
    replaced: int = 0
    """How many of those are gone although their code is not: it has another product's name."""
    examples: Sequence[tuple[str, str, str | None]] = ()
    """kodeitem, namaitem, and the code's name now."""
    by_codes: bool = True
    """False if only the totals are known, because the last catalogue cannot be read."""


def verify_counts(file: Path, expected: dict[str, int]) -> Outcome:
    """Check that the file holds as many rows as the export, and a search index."""
    with duckdb.connect(file, read_only=True) as connection:
        union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in expected)  # noqa: S608
        found = dict(connection.execute(union).fetchall())
        index = connection.execute("SELECT count(*) FROM search_index WHERE octet_length(data) > 0").fetchall()
    differing = [(table, rows, found[table]) for table, rows in expected.items() if rows != found[table]]
    return Outcome(
        "counts_match_export",
        not differing and index != [(0,)],
        f"Rows: {', '.join(f'{table} {count:,}' for table, count in found.items())}; "
        f"{len(differing)} tables have a wrong number of rows.",
        blocking=True,
        rows=pd.DataFrame(differing, columns=["table", "expected", "found"]),
        count=len(differing) + (index == [(0,)]),
        advice="The file was not completely written: is the disk full? Run the sync again.",
    )


def verify_buttons(file: Path) -> Outcome:
    """Check that no two products share the hash of the item code that the bot's buttons carry."""
    with duckdb.connect(file, read_only=True) as connection:
        codes = [code or "" for (code,) in connection.execute("SELECT kodeitem FROM products").fetchall()]
    alike = [(codes[place], product_hash(codes[place])) for place in look_alikes(codes)]
    return Outcome(
        "product_hashes_unique",
        not alike,
        f"{len(codes):,} item codes; {len(alike):,} of them have the same button hash as another one.",
        blocking=True,
        rows=pd.DataFrame(alike, columns=["kodeitem", "hash"]),
        advice="A button for one would open the other: give one of them another code in iPOS, then sync again.",
    )


def verify_loss(lost: Loss | None, now: int, most_lost: float) -> list[Outcome]:
    """Block a catalogue that lost far too many products of the last one; warn of one that lost notably many.

    `now` is the number of products. `most_lost` is the share of the last catalogue's products that may be gone.
    """
    lost = lost or Loss(0, 0)
    share = lost.count / lost.before if lost.before else 0.0
    summary = f"{now:,} products"
    if lost.before and not lost.by_codes:
        summary = f"{summary}, {lost.before:,} before: {share:.0%} fewer."
    elif lost.before:
        replaced = f" (the code of {lost.replaced:,} of them has another name now)" if lost.replaced else ""
        summary = f"{summary}, {lost.before:,} before: {lost.count:,} are gone{replaced}, {share:.1%}."
    else:
        summary = f"{summary}. No catalogue of this shop was served before, so there is nothing to compare."
    rows = pd.DataFrame(lost.examples, columns=["kodeitem", "namaitem", "now"])
    return [
        Outcome(
            "products_not_lost",
            share <= most_lost,
            f"{summary} At most {most_lost:.0%} may disappear at once.",
            blocking=True,
            rows=rows,
            count=lost.count,
            limit=int(most_lost * lost.before),
            override=Override("--most-lost 100", "most_products_lost: 1.0"),
        ),
        Outcome(
            "products_not_fewer",
            share <= NOTABLE_LOSS,
            f"{summary} The warning limit is {NOTABLE_LOSS:.0%}.",
            rows=rows,
            count=lost.count,
            limit=int(NOTABLE_LOSS * lost.before),
            advice="Check that these items were removed on purpose.",
        ),
    ]


def verify_search(file: Path) -> Outcome:
    """Check that searches in the file find its products. Raises CatalogError if the bot could not open the file."""
    catalog = PublishedCatalog(file)
    rows, products = range(len(catalog.products)), catalog.products
    return try_search(catalog.index, [products.name(row) for row in rows], [products.is_sold(row) for row in rows])


def try_search(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> Outcome:
    """Check that searches find products by name, with a typo in the longest word, and with that word without vowels.

    The last result is kept, and returned if it is asked for again.
    """
    same = _digest(index, names, sold)
    if same not in _tried:
        _tried.clear()
        _tried[same] = _try_search(index, names, sold)
    return _tried[same]


_tried: dict[bytes, Outcome] = {}


def _digest(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> bytes:
    digest = sha256(repr((names, sold)).encode())
    for name, array in sorted(index.to_arrays().items()):
        digest.update(f"{name} {array.dtype} {len(array)} ".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _try_search(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> Outcome:
    asked: Counter[str] = Counter()
    missed = []
    for row in range(0, len(names), max(1, len(names) // SEARCHED)):
        name = names[row]
        if not sold[row]:  # ranks below all products that are sold
            continue
        wanted = words(name)
        for kind, query in _searches(name):
            asked[kind] += 1
            hits = index.search(query, RESULTS)
            if not any(words(names[hit.row]) == wanted for hit in hits):
                missed.append((kind, query, name))
    lost = Counter(kind for kind, *_ in missed)
    shares = {kind: 1 - lost[kind] / asked[kind] for kind in FLOORS if asked[kind]}
    found = ", ".join(f"{kind} {share:.0%} (at least {FLOORS[kind]:.0%})" for kind, share in shares.items())
    limits = ", ".join(f"{kind} {int(round((1 - FLOORS[kind]) * asked[kind], 6))} of {asked[kind]}" for kind in shares)
    return Outcome(
        "search_finds_products",
        all(share >= FLOORS[kind] for kind, share in shares.items()),
        f"Found by: {found}." if found else "No product has a name to search for.",
        blocking=True,
        rows=pd.DataFrame(missed, columns=["search", "query", "product"]),
        limit=limits or 0,
        advice="The index is wrong, or the names are unlike those of a shop: check the rows.",
    )


def _searches(name: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, query) of the searches that must find a product with that name among the first results."""
    typed = words(name)
    if not typed:
        return
    yield "name", name
    longest = max(typed, key=len)
    if len(longest) < LEAST_LETTERS or not longest.isalpha() or len(typed) < 2:
        return
    middle = len(longest) // 2
    swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    for kind, written in (("typo", swapped), ("abbreviation", skeleton(longest))):
        yield kind, " ".join(written if word == longest else word for word in typed)
