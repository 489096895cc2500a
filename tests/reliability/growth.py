"""Syncs a small shop hundreds of times, and measures whether anything grows.

    .venv/bin/python -m tests.reliability.growth 300

`toko dev` and `toko bot` run as people run them, with KEEP_RUNS=100. A backup with new prices arrives as soon as the
bot answers with the prices of the one before. Every fiftieth time it prints the size of DAGSTER_HOME and of the data
folder, the memory (PSS) of each process, and the median seconds from a backup's arrival to the answer.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.procfs import proportional
from tests.processes import descendants
from tests.reliability.platform_kills import COMMANDS, SECONDS, Shop, running_shop
from tests.waiting import wait_until
from tests.whole_way import PRICES, price_shown

PRODUCTS = 300
KEEP_RUNS = 100
EVERY = 50


def sync(shop: Shop, price: int) -> float:
    """Let a backup with that price arrive. Wait until the run has ended; return the seconds until the answer."""
    shop.put(price)
    arrived = time.monotonic()
    wait_until(lambda: price_shown(price) in shop.answers(), SECONDS, shop.log)
    seconds = time.monotonic() - arrived
    wait_until(shop.is_idle, SECONDS, shop.log)
    return seconds


def sizes(shop: Shop) -> str:
    """Return the sizes on the disk and in memory, in one line."""
    home = megabytes(shop.data / "dagster")
    data = megabytes(shop.data) - home
    memory = {"toko dev": pss(shop.platform.pid), "bot": pss(shop.bot.pid)}
    for pid, command in descendants(shop.platform.pid).items():
        name = next((name for name, part in COMMANDS.items() if part in command), None)
        if name:
            memory[name] = memory.get(name, 0) + pss(pid)
    return f"DAGSTER_HOME {home:.1f} MB, data {data:.1f} MB; " + ", ".join(f"{n} {m:.0f}" for n, m in memory.items())


def megabytes(folder: Path) -> float:
    """Return the space that a folder takes on the disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 1e6


def pss(pid: int) -> float:
    """Return a process's proportional share of memory, in megabytes."""
    return proportional(pid) / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("syncs", type=int, nargs="?", default=300)
    arguments.add_argument("--products", type=int, default=PRODUCTS)
    wanted = arguments.parse_args()
    os.environ["KEEP_RUNS"] = str(KEEP_RUNS)
    with (
        tempfile.TemporaryDirectory(prefix="toko-growth-") as folder,
        running_shop(Path(folder), wanted.products) as shop,
    ):
        print(f"1: {sizes(shop)}", flush=True)
        prices, seconds = itertools.cycle(PRICES[::-1]), list[float]()
        for number in range(2, wanted.syncs + 1):
            seconds.append(sync(shop, next(prices)))
            if number % EVERY == 0:
                print(f"{number}: {sizes(shop)}; {statistics.median(seconds):.1f} s a sync", flush=True)
                seconds.clear()


if __name__ == "__main__":
    main()
