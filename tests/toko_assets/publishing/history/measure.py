"""Prints what the price history costs: 400 backups of 20,000 products, 1 % of the prices changed in each.

    python -m tests.toko_assets.publishing.history.measure [--backups N] [--products N] [--prices SHARE] [--costs SHARE]

`--costs` also changes this share of the costs in each backup, as purchases do.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from benchmarks.procfs import peak_rss
from tests.toko_assets.publishing.exports import write_tables
from tests.toko_assets.publishing.history.shops import a_backup
from toko_assets.ipos.export import SCHEMAS
from toko_assets.publishing.build import build
from toko_assets.publishing.history.changes import price_changes
from toko_assets.publishing.history.merge import add
from toko_assets.publishing.history.store import FILE
from toko_core.catalog.price_changes import PriceChanges

UNITS = ["PCS", "DUS"]
READS = 500
MB = 1_000_000


def main() -> None:
    """Build, and print a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--backups", type=int, default=400)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--prices", type=float, default=0.01)
    parser.add_argument("--costs", type=float, default=0.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), options)


def _measure(folder: Path, options: argparse.Namespace) -> None:
    history, export, seconds = folder / "history", folder / "export", list[float]()
    export.mkdir()
    tables = _backups(options.products, options.prices, options.costs)
    late = next(tables)
    for number, table in zip(range(options.backups), tables, strict=False):
        parquet.write_table(table, export / "prices.parquet", compression="zstd")
        begun = time.perf_counter()
        counts = add(history, export, a_backup(str(number), number))
        seconds.append(time.perf_counter() - begun)
    print(
        f"{counts.backups} backups of {options.products:,} products, {len(late):,} prices: {counts.periods:,} periods"
    )
    print(
        f"adding the last 20 backups: median {statistics.median(seconds[-20:]):.3f} s, most {max(seconds[-20:]):.3f} s"
    )
    parquet.write_table(late, export / "prices.parquet", compression="zstd")
    begun = time.perf_counter()
    add(history, export, a_backup("late", options.backups / 2 - 0.5))
    print(f"adding one in the middle: {time.perf_counter() - begun:.3f} s")
    print(f"file: {(history / FILE).stat().st_size / MB:.1f} MB")
    begun = time.perf_counter()
    changes = sum(len(batch) for batch in price_changes(history))
    print(f"all {changes:,} price changes: {time.perf_counter() - begun:.3f} s")
    print(f"peak memory: {peak_rss() / MB:.0f} MB")
    _measure_reading(folder, options.products, late)


def _measure_reading(folder: Path, products: int, prices: pa.Table) -> None:
    """As the bot reads it, from a catalogue."""
    codes = [_code(number) for number in range(products)]
    rows = {
        "products": {"kodeitem": codes, "namaitem": codes, "dijual": [True] * products},
        "prices": {name: prices[name].to_pylist() for name in prices.column_names},
    }
    build(folder / "catalog.duckdb", write_tables(folder / "whole-export", rows), folder / "history", {})
    random, times, found = np.random.default_rng(1), list[float](), 0
    with duckdb.connect(folder / "catalog.duckdb", read_only=True) as connection:
        changes = PriceChanges(connection)
        for number in random.integers(products, size=READS):
            begun = time.perf_counter()
            found += len(changes.of(int(number), None))
            times.append((time.perf_counter() - begun) * 1000)
    assert found
    times.sort()
    print(f"a product's history: median {times[READS // 2]:.2f} ms, 99 % under {times[READS * 99 // 100]:.2f} ms")


def _backups(products: int, prices: float, costs: float) -> Iterator[pa.Table]:
    """Exports of one shop, without end: two units a product."""
    random = np.random.default_rng(0)
    codes = pa.array([_code(number) for number in range(products) for _ in UNITS])
    units, nothing = pa.array(UNITS * products), pa.nulls(products * len(UNITS))
    cost = random.integers(500, 200_000, len(codes))
    selling = cost * 6 // 5
    while True:
        numbers = [pa.array(column, pa.int32()) for column in (np.ones(len(codes)), cost, selling)]
        columns = [codes, units, numbers[0], nothing, nothing, *numbers[1:]]
        yield pa.table(columns, names=SCHEMAS["prices"].names).cast(SCHEMAS["prices"])
        selling = np.where(
            random.random(len(codes)) < prices, selling + random.integers(1, 9, len(codes)) * 50, selling
        )
        cost = np.where(random.random(len(codes)) < costs, cost + random.integers(1, 99, len(codes)), cost)


def _code(number: int) -> str:
    return f"{8_990_000_000_000 + int(number) * 7}"


if __name__ == "__main__":
    main()
