"""`toko bench sync`. The command imports its dependencies when it runs, so that --help is fast."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from benchmarks.drawing import ensure_matplotlib
from benchmarks.output import json_option, picture_option, put_out


@click.command("sync")
@click.option("--products", type=click.IntRange(50, 1_000_000), multiple=True, default=[20_000], show_default=True,
              help="Number of items. Repeat the option for several sizes.")  # fmt: skip
@click.option("--history", type=click.IntRange(100, 100_000_000), multiple=True, default=[1_000_000, 10_000_000],
              show_default=True, help="Number of history rows. Repeat the option for several sizes.")  # fmt: skip
@click.option("--repeat", type=click.IntRange(1), help="Repetitions, for the median (default: 3; 1 from 5,000,000 on).")
@click.option(
    "--photos", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Share of items with a photo."
)
@json_option
@picture_option
def command(
    products: Sequence[int],
    history: Sequence[int],
    repeat: int | None,
    photos: float,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Measure our chain and the first version, from a backup to the published catalogue."""
    from benchmarks.sync.picture import draw
    from benchmarks.sync.run import run_benchmark
    from benchmarks.sync.table import show_benchmark

    if picture is not None:
        ensure_matplotlib()
    benchmark = run_benchmark(products, history, repeat, Console(stderr=True), photos)
    put_out(benchmark, show_benchmark, as_json=as_json)
    if picture is not None:
        draw(benchmark, picture)
