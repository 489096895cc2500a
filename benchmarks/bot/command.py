"""The command `toko bench bot`. It imports its dependencies when it runs, so that `--help` is fast."""

import click
from rich.console import Console

from benchmarks.output import json_option, put_out
from toko_core import PermanentError

BURST_SEARCHES = 500


@click.command("bot")
@click.option("--users", type=click.IntRange(1), default=200, show_default=True, help="People who search.")
@click.option("--searches", type=click.IntRange(1), default=20_000, show_default=True, help="Searches in total.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=100, show_default=True,
              help="Searches a second, arriving at random.")  # fmt: skip
@click.option("--products", type=click.IntRange(100, 1_000_000), default=100_000, show_default=True,
              help="Products in the catalogue.")  # fmt: skip
@click.option("--swaps", type=click.IntRange(0), default=50, show_default=True, help="Catalogues published meanwhile.")
@json_option
def command(users: int, searches: int, rate: float, products: int, swaps: int, as_json: bool) -> None:
    """Measure the bot with many people who search at random, and then with a burst of searches.

    The real bot runs with a local Bot API server and without its rate limiter.
    """
    from benchmarks.bot.people import MOST_USERS
    from benchmarks.bot.results import Plan
    from benchmarks.bot.run import run_benchmark
    from benchmarks.bot.table import show_benchmark
    from toko_bot.service.turns import BURST, PER_SECOND

    if users > MOST_USERS:
        raise PermanentError(f"--users takes at most {MOST_USERS:,}.")
    if rate > users * PER_SECOND / 2:
        raise PermanentError(
            f"The bot lets a person search {PER_SECOND:g} times a second: --rate {rate:g} needs "
            f"--users {int(2 * rate / PER_SECOND) + 1} or more. With fewer, the bot makes them wait."
        )
    each = int(BURST) // 2  # half of what one person may send without waiting
    burst = min(BURST_SEARCHES, users * each)
    benchmark = run_benchmark(Plan(users, searches, rate, products, swaps, burst), Console(stderr=True))
    put_out(benchmark, show_benchmark, as_json=as_json)
