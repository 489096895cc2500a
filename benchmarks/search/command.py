"""The command `toko bench search`. It imports its dependencies when it runs, so that `--help` is fast."""

from pathlib import Path

import click
from rich.console import Console

from benchmarks.drawing import ensure_matplotlib
from benchmarks.output import json_option, picture_option, put_out


@click.command("search")
@click.option("--names", type=click.Path(path_type=Path), help="CSV with a column name, or lines of names; also .gz.")
@click.option("--queries", type=click.Path(path_type=Path), help="CSV kind,query,target: searches in all of --names.")
@click.option("--judged", type=click.Path(path_type=Path), help="JSON lines: judged searches in --names, all of them.")
@click.option("--sizes", metavar="N,N…", help="Numbers of names (default: 10000,100000,1000000).")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same names and searches.")
@click.option("--engines", metavar="NAME,NAME…", help="Only these, at every size (default: all that are fast enough).")
@click.option("--passes", type=click.IntRange(1), default=5, show_default=True, help="Passes, for the median.")
@json_option
@picture_option
def command(
    names: Path | None,
    queries: Path | None,
    judged: Path | None,
    sizes: str | None,
    seed: int,
    engines: str | None,
    passes: int,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Compare our engine with others on the same misspelt, shortened and half-typed names."""
    from benchmarks.search.engines import engines_named
    from benchmarks.search.picture import draw
    from benchmarks.search.run import run_benchmark
    from benchmarks.search.shops import shops_of
    from benchmarks.search.table import show_benchmark

    chosen = engines_named(engines)
    if picture is not None:
        ensure_matplotlib()
    shops = shops_of(names, queries, sizes, seed, judged)
    benchmark = run_benchmark(shops, chosen, passes, everywhere=engines is not None, console=Console(stderr=True))
    put_out(benchmark, show_benchmark, as_json=as_json)
    if picture is not None:
        draw(benchmark, picture)
