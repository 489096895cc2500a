"""Prints the figures as a table in the terminal."""

from collections.abc import Callable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.bot.results import Latency
from benchmarks.bot.table import COMPLAINTS_SHOWN, DISTURBED, MEGABYTE
from benchmarks.latency import MILLI
from benchmarks.web.results import Benchmark, Phase

NOTE = (
    "Times are p50, p99 and max in milliseconds. In the server: from a whole request until its response goes to the "
    "network. To clients: from the moment at which a request was due until the end of its response, so it includes the "
    "wait for earlier requests. Memory is the proportional set size. The server has a core of its own."
)


def show_benchmark(benchmark: Benchmark, console: Console) -> None:
    """Print the table, and the machine on which it was measured."""
    console.print(_figures(benchmark))
    for line in benchmark.complaints[:COMPLAINTS_SHOWN]:
        console.print(f"[yellow]In the log: {escape(line)}[/]", highlight=False)
    if benchmark.other_load > DISTURBED:
        console.print(f"[yellow]Other programs used {benchmark.other_load:.1f} cores: the times are too long.[/]")
    start, peak = benchmark.memory_at_start / MEGABYTE, benchmark.peak / MEGABYTE
    console.print(
        f"[dim]{benchmark.machine}.\nMemory at the start {start:,.0f} MB; most resident {peak:,.0f} MB. {NOTE}[/]",
        highlight=False,
    )


def _figures(benchmark: Benchmark) -> Table:
    plan = benchmark.plan
    table = Table(
        title=f"{plan.rate:g} requests a second, {plan.products:,} products, {plan.swaps} catalogue swaps a route",
        title_style="bold", title_justify="left", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    table.add_column()
    for phase in benchmark.phases:
        table.add_column(phase.route, justify="right", no_wrap=True)

    def row(title: str, value: Callable[[Phase], str]) -> None:
        table.add_row(title, *map(value, benchmark.phases))

    row("answers", lambda phase: f"{phase.answers:,}")
    row("wrong or lost", lambda phase: f"{phase.wrong:,}")
    row("ms in the server", lambda phase: _times(phase.inside))
    row("ms to clients", lambda phase: _times(phase.outside))
    row("ms sent late, p99", lambda phase: f"{phase.late * MILLI:,.1f}")
    row("KB of a response", lambda phase: f"{phase.body / 1000:,.1f}")
    row("cores used by the server", lambda phase: f"{phase.busy:.2f}")
    row("memory, MB", lambda phase: f"{phase.memory / MEGABYTE:,.0f}")
    return table


def _times(latency: Latency) -> str:
    return ", ".join(f"{seconds * MILLI:.1f}" for seconds in (latency.p50, latency.p99, latency.slowest))
