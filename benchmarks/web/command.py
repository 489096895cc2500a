"""The command `toko bench web`. It imports its dependencies when it runs, so that `--help` is fast."""

import click
from rich.console import Console

from benchmarks.output import json_option, put_out


@click.command("web")
@click.option("--requests", type=click.IntRange(1), default=6_000, show_default=True, help="Requests for each route.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=200, show_default=True,
              help="Requests a second, at equal intervals.")  # fmt: skip
@click.option("--products", type=click.IntRange(100, 1_000_000), default=100_000, show_default=True,
              help="Products in the catalogue.")  # fmt: skip
@click.option("--swaps", type=click.IntRange(0), default=0, show_default=True,
              help="Catalogues published during each route's requests.")  # fmt: skip
@json_option
def command(requests: int, rate: float, products: int, swaps: int, as_json: bool) -> None:
    """Measure the server of the pages and of the API while staff type searches, on one core."""
    from benchmarks.web.results import Plan
    from benchmarks.web.run import run_benchmark
    from benchmarks.web.table import show_benchmark

    benchmark = run_benchmark(Plan(requests, rate, products, swaps), Console(stderr=True))
    put_out(benchmark, show_benchmark, as_json=as_json)
