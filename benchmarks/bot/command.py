"""What `toko bench bot` does."""

import json

from rich.console import Console

from benchmarks.bot.people import MOST_USERS
from benchmarks.bot.results import Plan
from benchmarks.bot.run import run_benchmark
from benchmarks.bot.table import show_benchmark
from toko_assets.errors import PermanentError
from toko_bot.handlers.turns import BURST, PER_SECOND

BURST_SEARCHES = 500
BURST_A_USER = int(BURST) // 2
"""Half of what the bot takes of one person without letting them wait."""


def bench_bot(users: int, searches: int, rate: float, products: int, swaps: int, as_json: bool) -> None:
    """Measure, then show: tables or JSON on standard output, the progress on standard error."""
    if users > MOST_USERS:
        raise PermanentError(f"--users takes at most {MOST_USERS:,}.")
    if rate > users * PER_SECOND / 2:
        raise PermanentError(
            f"The bot lets a person search {PER_SECOND:g} times a second: --rate {rate:g} needs "
            f"--users {int(2 * rate / PER_SECOND) + 1} or more, or what is measured is their waiting."
        )
    burst = min(BURST_SEARCHES, users * BURST_A_USER)
    benchmark = run_benchmark(Plan(users, searches, rate, products, swaps, burst), Console(stderr=True))
    if as_json:
        print(json.dumps(benchmark.as_json(), indent=2))
    else:
        show_benchmark(benchmark, Console())
