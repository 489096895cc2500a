"""Checks of a finished catalogue file, closed and opened again, before it is published."""

from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from toko_assets.catalog.build import TABLES
from toko_assets.checks import Outcome

NOTABLE_LOSS = 0.20


def verify_counts(file: Path, expected: dict[str, int]) -> Outcome:
    """The file holds as many rows as the export, and a search index."""
    with duckdb.connect(file, read_only=True) as connection:
        union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)  # noqa: S608
        found = dict(connection.execute(union).fetchall())
        index = connection.execute("SELECT count(*) FROM search_index WHERE octet_length(data) > 0").fetchall()
    rows = pd.DataFrame([(t, expected[t], found[t]) for t in TABLES], columns=["table", "export", "catalogue"])
    return Outcome(
        "counts_match_export",
        found == expected and index != [(0,)],
        "Rows: " + ", ".join(f"{table} {count:,}" for table, count in found.items()) + ".",
        blocking=True,
        rows=rows,
        advice="The file was not written whole: is the disk full? Run the sync again.",
    )


def verify_loss(before: int | None, now: int, most_lost: float) -> list[Outcome]:
    """Blocks a catalogue with far fewer products than the last one; warns of one with notably fewer.

    `before` is None when there is no earlier catalogue, `most_lost` a share of its products.
    """
    share = max(0.0, 1 - now / before) if before else 0.0
    if before is None:
        summary = f"{now:,} products. This is the first catalogue: nothing to compare with."
    else:
        summary = f"{now:,} products, {before:,} before: {share:.0%} fewer."
    return [
        Outcome(
            "products_not_lost",
            share <= most_lost,
            f"{summary} At most {most_lost:.0%} may go at once.",
            blocking=True,
            advice="If they really left the shop: `toko sync --most-lost 100` (run config: most_products_lost: 1.0).",
        ),
        Outcome(
            "products_not_fewer",
            share <= NOTABLE_LOSS,
            f"{summary} More than {NOTABLE_LOSS:.0%} fewer is worth a look.",
            advice="Look whether these items are meant to be gone.",
        ),
    ]


def verify_age(dumped_at: datetime, last: datetime | None) -> Outcome:
    """A backup older than the one that is served takes prices back in time."""
    older = last is not None and dumped_at < last
    return Outcome(
        "backup_not_older",
        not older,
        f"The backup was made {dumped_at:%Y-%m-%d %H:%M}, the one served so far {last:%Y-%m-%d %H:%M}."
        if last
        else f"The backup was made {dumped_at:%Y-%m-%d %H:%M}.",
        advice="If that was not meant, put the newest backup into the folder again and sync.",
    )
