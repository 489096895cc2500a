"""Prints what recent_sales costs, and how far the till agrees under the right and under the old price rules.

    python -m tests.toko_assets.ipos.sales.measure [--lines N] [--products N] [--backup FILE]

It makes a sample backup with this many lines of receipts, unless one is named, syncs it into a temporary folder, and
reads its sales. Then it builds a second catalogue of the same dump by the old rules: rows of other price systems count.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from tests.acceptance.places import installed, run_toko
from toko_assets.common.settings import load_settings
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.pricing import price_shop
from toko_assets.ipos.sales.catalogue import PRICED, KnownItems
from toko_assets.ipos.sales.price_dates import LISTED, read_conversions, read_price_dates
from toko_assets.ipos.sales.read import read_sales
from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.publishing.sales.agreement import Agreement, compare_prices
from toko_assets.publishing.sales.listed import read_listed
from toko_assets.publishing.sales.run import JOIN
from toko_assets.publishing.served import read_served
from toko_assets.sample import ledgers
from toko_assets.sample.backup import write_sample_backup
from toko_assets.sample.ledgers import Counts

MB = 1_000_000
ZONE = ZoneInfo("Asia/Jakarta")
LINES_A_RECEIPT, OTHER_ROWS = 3, 100


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--backup", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as toko:
        backup = options.backup or _sample(Path(folder), options.products, options.lines)
        print(f"{backup.name}: {backup.stat().st_size / MB:,.0f} MB", flush=True)
        begun = time.perf_counter()
        answer = run_toko("sync", "--backup", backup)
        assert answer.status == 0, answer
        print(f"sync: {time.perf_counter() - begun:.1f} s", flush=True)
        subprocess.run([sys.executable, "-m", "tests.toko_assets.ipos.sales.read_once"], check=True)
        _compare_rules(toko.data)


def _sample(folder: Path, products: int, lines: int) -> Path:
    """Write a sample with this many lines of receipts, and little other history."""
    begun, out = time.perf_counter(), folder / "sample.i5bu"
    end = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(hours=3)
    counts = Counts(lines // LINES_A_RECEIPT, lines, *[OTHER_ROWS] * 5)
    with EmbeddedPostgres(folder / "postgres") as server, patch.object(ledgers, "history_counts", lambda _: counts):
        write_sample_backup(server, out, products=products, history=lines, seed=1, photos=0, history_end=end)
    print(f"sample: {time.perf_counter() - begun:.0f} s", flush=True)
    return out


def _compare_rules(data: Path) -> None:
    """Print the agreement with the served prices, and with those of the old rules."""
    folder = load_settings().folder
    served = read_served(folder)
    assert served is not None
    assert served.backup is not None
    backup = served.backup
    listed = read_listed(served.file, served.info["history_since"], lambda time: time.astimezone(ZONE))
    with duckdb.connect() as connection:
        for name, prices in (("right", listed.prices), ("old", _old_prices(data))):
            with backup.path.open("rb", buffering=0) as file:
                archive = read_archive(backup.path)
                connection.register("edited", read_price_dates(file, archive, prices, connection))
                connection.register("seen", listed.seen)
                priced = connection.sql(JOIN).to_arrow_table().cast(PRICED)
                known = KnownItems(listed.codes, priced, read_conversions(file, archive))
                end = backup.dumped_at.astimezone(ZONE).replace(tzinfo=None)
                sales = read_sales(file, archive, end, known)
            _print_agreement(name, compare_prices(sales.asked, prices, listed.names, connection))


def _print_agreement(name: str, agreement: Agreement) -> None:
    shares = ", ".join(f"{s.system} {s.matching / s.compared:.1%} of {s.compared:,}" for s in agreement.systems)
    share = agreement.share or 0
    print(f"{name} rules: {share:.1%} of {agreement.compared:,} lines ({shares})", flush=True)


def _old_prices(data: Path) -> pa.Table:
    """Price the restored database as if no row said which system it belongs to: then all rows count."""
    with EmbeddedPostgres(data / "postgres") as server:
        with server.connect("postgres") as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'i5bu_%'").fetchall()
        with server.connect(names[0][0]) as connection:
            source = read_source(connection)
    rows = source.prices
    unmarked = rows.assign(tipehj=pd.Series([None] * len(rows), index=rows.index, dtype=rows["tipehj"].dtype))
    shop = price_shop(type(source)(source.items, source.units, unmarked, source.stock, source.undecodable))
    prices = shop.prices.merge(shop.products[["kodeitem", "sistem_harga"]], on="kodeitem")
    table = pa.Table.from_pandas(prices[LISTED.names], preserve_index=False).cast(LISTED)
    return table.filter(pa.compute.is_valid(table["hargajual"]))


if __name__ == "__main__":
    main()
