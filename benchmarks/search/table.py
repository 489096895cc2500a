"""Prints the figures as tables in the terminal."""

from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.latency import MILLI
from benchmarks.search.engines import ENGINES
from benchmarks.search.results import COUNTED_APART, Benchmark, Case, KindScore, Measured

MEGABYTE = 1e6
DISTURBED = 0.5
"""The cores used by other programs above which a warning is shown. An idle machine uses a few hundredths of a core."""
CLOSE = (0, 0, 0, 1)
"""The padding with which the tables fit into 80 columns."""
NOTE = (
    "p50, p99, max: milliseconds of a search on one core, the median of the passes. "
    "recall: the share of searches whose product is among the first ten, and MRR: the mean of 1 / its rank, both the "
    f"mean of the kinds without {', '.join(COUNTED_APART)}. build: seconds from the names to the stored form; load: "
    "milliseconds from there to the first answer, without imports; memory: MB added by it and all searches. "
    "Judged: success@1 and success@5: the share of searches with a right name first, and among the first five; empty: "
    "how many found nothing although some name answers them; nothing: how many found nothing because no name does."
)


def show_benchmark(benchmark: Benchmark, console: Console) -> None:
    """Print three tables for each size, and the machine, the source and the settings of the measurement."""
    for case in benchmark.cases:
        console.print(_figures(case))
        for name in case.left_out:
            console.print(f"[dim]{name} is left out at this size: too slow. --engines {name} measures it.[/]")
        if judged := [one for one in case.measured if one.judged is not None]:
            console.print(_judged(judged))
            console.print(_by_group(judged))
        if case.differing:
            console.print(f"[yellow]{case.differing} of the judged searches were judged on other names than these.[/]")
        console.print(_by_kind(case, "recall@10 by kind", lambda score: score.recall))
        console.print(_by_kind(case, "MRR by kind", lambda score: score.mrr))
    for name, program in benchmark.missing.items():
        console.print(f"[yellow]{name} is left out: it {program}.[/]")
    busiest = max(one.other_load for case in benchmark.cases for one in case.measured)
    if busiest > DISTURBED:
        console.print(f"[yellow]Other programs used up to {busiest:.1f} cores: the times are too long.[/]")
    settings = "\n".join(f"{name}: {ENGINES[name].setting}." for name in benchmark.engines)
    console.print(f"[dim]{benchmark.machine}; {benchmark.source}.\n{settings}\n{NOTE}[/]", highlight=False)


def _figures(case: Case) -> Table:
    table = Table(
        title=f"{case.names:,} names, {case.queries:,} searches",
        title_style="bold", title_justify="left", box=box.SIMPLE_HEAD, padding=CLOSE,
    )  # fmt: skip
    table.add_column(no_wrap=True)
    for title in ("p50", "p99", "max", "recall", "MRR", "build", "load", "memory", "queries"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in case.measured:
        table.add_row(*_row(one, case.queries))
    return table


def _row(one: Measured, queries: int) -> tuple[str, ...]:
    served, latency = one.served, one.served.latency
    return (
        one.engine,
        _milliseconds(latency.p50),
        _milliseconds(latency.p99),
        _milliseconds(latency.slowest),
        _share(served.recall),
        _share(served.mrr),
        f"{one.built.seconds:.1f}",
        f"{served.load_seconds * MILLI:,.0f}",
        f"{served.memory_bytes / MEGABYTE:,.0f}",
        f"{'all' if latency.queries == queries else format(latency.queries, ',')} × {latency.passes}",
    )


def _judged(measured: Sequence[Measured]) -> Table:
    table = Table(title="judged searches", title_justify="left", box=box.SIMPLE_HEAD, padding=CLOSE)
    table.add_column(no_wrap=True)
    for title in ("success@1", "success@5", "nDCG@10", "empty", "nothing", "recall", "p50", "p99"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in measured:
        if (score := one.judged) is not None and (latency := one.served.judged_latency) is not None:
            shares = (score.success_at_1, score.success_at_5, score.ndcg_at_10)
            counts = (f"{score.empty}/{score.queries}", f"{score.nothing_empty}/{score.nothing}")
            times = (_milliseconds(latency.p50), _milliseconds(latency.p99))
            table.add_row(one.engine, *map(_share, shares), *counts, _share(one.served.recall), *times)
    return table


def _by_group(measured: Sequence[Measured]) -> Table:
    scores = {one.engine: one.judged.groups for one in measured if one.judged is not None}
    table = Table(title="right first names by group", title_justify="left", box=box.SIMPLE_HEAD, padding=CLOSE)
    table.add_column(no_wrap=True)
    for engine in scores:
        table.add_column(engine, justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for of_group in zip(*scores.values(), strict=True):
        table.add_row(of_group[0].group, *(str(score.first) for score in of_group), str(of_group[0].queries))
    return table


def _by_kind(case: Case, title: str, figure: Callable[[KindScore], float]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=CLOSE)
    table.add_column(no_wrap=True)
    for one in case.measured:
        table.add_column(one.engine, justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for kind, count in case.kinds.items():
        scores = [one.served.kinds.get(kind) for one in case.measured]
        table.add_row(kind, *("–" if score is None else _share(figure(score)) for score in scores), str(count))
    return table


def _milliseconds(seconds: float) -> str:
    """Format a time in milliseconds with at least two significant digits."""
    value = seconds * MILLI
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _share(value: float) -> str:
    return f"{value:.3f}"
