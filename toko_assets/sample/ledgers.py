"""Generates a shop's history in SQL on the server: sales, purchases, stock ledger and journal.

Every value depends only on the row's number and the seed. Compressed in a dump, a row takes about 40 bytes.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import psycopg

from toko_assets.sample.items import TODAY

DAYS = 3 * 365

SHARES = {
    "tbl_ikhd": 0.10,
    "tbl_ikdt": 0.34,
    "tbl_imhd": 0.01,
    "tbl_imdt": 0.04,
    "tbl_item_ik": 0.34,
    "tbl_item_im": 0.04,
}
"""The share of the rows in each table. The journal gets the rest."""

LEAST_ROWS = 100
"""With fewer rows there would be purchases without a header."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of rows of each history table."""

    tbl_ikhd: int
    tbl_ikdt: int
    tbl_imhd: int
    tbl_imdt: int
    tbl_item_ik: int
    tbl_item_im: int
    tbl_accjurnal: int


def history_counts(rows: int) -> Counts:
    """Distribute exactly `rows` rows over the tables."""
    counts = {table: int(rows * share) for table, share in SHARES.items()}
    return Counts(**counts, tbl_accjurnal=rows - sum(counts.values()))


def make_history(connection: psycopg.Connection[Any], rows: int, seed: int, end: datetime = TODAY) -> None:
    """Fill the empty history tables with `rows` rows about the items of tbl_item: 0, or at least `LEAST_ROWS`.

    `end` is the time of the last receipt. Sales are made at the list prices, with some discounts and haggling.
    """
    if not rows:
        return
    script = files(__package__).joinpath("history.sql").read_bytes()
    parameters = {**asdict(history_counts(rows)), "seed": seed, "end": end, "days": DAYS}
    # Only a cursor that inserts parameters on the client side accepts a script with many statements.
    psycopg.ClientCursor(connection).execute(script, parameters)
