"""Shows the figures as tables in the terminal."""

from collections.abc import Callable
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.sync.results import READING_THE_FILE, Case, Growth, Measured, Step
from benchmarks.sync.run import Benchmark

MEGABYTE = 1e6
NOTE = (
    "Memory in MB. The seconds of our steps are those that the assets record in Dagster. "
    "The first version's read is its three-table join, its write is the CSV. As it was: pg_restore -j 1 on a "
    "PostgreSQL with default settings; at its best: -j 2 on one with our settings, without fsync."
)


def show_benchmark(benchmark: Benchmark, console: Console) -> None:
    """Print a table for each backup, one for each growth, and the machine."""
    for case in benchmark.cases:
        console.print(_case_table(case))
    for growth in benchmark.growths:
        console.print(_growth_table(growth))
    console.print(f"[dim]{benchmark.machine}.\n{NOTE}[/]", highlight=False)


def _case_table(case: Case) -> Table:
    table = Table(
        title=f"{case.products:,} products, {case.photos:.0%} with photos, {case.history:,} history rows, "
        f"{case.size / MEGABYTE:,.0f} MB",
        title_style="bold", title_justify="left",
    )  # fmt: skip
    table.add_column("Seconds")
    columns = (case.first, case.next, *case.theirs.values())
    for title in ("First sync", "Next sync", *(f"First version {way}" for way in case.theirs)):
        table.add_column(title, justify="right")

    def row(title: str, value: Callable[[Measured], float | None], style: str = "") -> None:
        table.add_row(title, *map(_seconds, map(value, columns)), style=style)

    row("start-up, imports", lambda run: run.start_up)
    for step in case.first.steps:
        row(_label(step), partial(_same, step))
    row("the rest", lambda run: run.rest)
    row("file to published", lambda run: run.whole, "bold")
    row("afterwards", lambda run: run.afterwards)
    table.add_section()
    for title, size in (("process", "process"), ("others", "others"), ("together", "together")):
        peaks = [f"{getattr(run.memory, size) / MEGABYTE:,.0f}" for run in columns]
        table.add_row(f"peak memory: {title}", *peaks)
    row("busy elsewhere, cores", lambda run: run.other_load)
    table.add_section()
    for way in case.theirs:
        for title, ratio in (("restore alone", case.restore_ratio), ("file to published", case.whole_ratio)):
            ratios = [f"{ratio(run, way):,.1f} ×" for run in (case.first, case.next)]
            table.add_row(f"{title}, against it {way}", *ratios, style="bold")
    return table


def _growth_table(growth: Growth) -> Table:
    old, new = growth.before, growth.after
    other = f"{old.products:,} products" if growth.what == "history" else f"{old.history:,} history rows"
    table = Table(
        title=f"What grows with the {growth.what}: {growth.factor:g} times, {other}, first sync",
        title_style="bold", title_justify="left",
    )  # fmt: skip
    table.add_column("Seconds")
    for case in (old, new):
        table.add_column(f"{getattr(case, growth.what):,}", justify="right")
    table.add_column("grown", justify="right")

    def row(title: str, before: float, after: float, style: str = "") -> None:
        grown = f"{after / before:.1f} ×" if before else ""
        table.add_row(title, _seconds(before), _seconds(after), grown, style=style)

    for before, after in growth.steps:
        row(_label(before), before.seconds, after.seconds)
    table.add_section()
    row("walking, copying, hashing the file", old.first.reading_the_file, new.first.reading_the_file, "bold")
    row("everything else", old.first.everything_else, new.first.everything_else, "bold")
    return table


def _same(step: Step, run: Measured) -> float | None:
    """Return the seconds of a run's step with the same name, or None if the run has no such step."""
    exact = [other.seconds for other in run.steps if (other.group, other.name) == (step.group, step.name)]
    alike = [other.seconds for other in run.steps if other.group == "first_version" and other.name == step.name]
    return next(iter(exact + alike), None)


def _label(step: Step) -> str:
    return f"{step.label} [dim](with the history)[/]" if step.group == READING_THE_FILE else step.label


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
