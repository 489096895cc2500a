"""Checks a finished catalogue file, closed and opened again, before it is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from toko_assets.common.checks import Outcome, Override
from toko_assets.publishing.index.trial import try_search
from toko_core.catalog.product_hashes import look_alikes, product_hash
from toko_core.catalog.reader import PublishedCatalog

NOTABLE_LOSS = 0.20


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
