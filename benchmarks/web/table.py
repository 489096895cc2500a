"""Prints the figures as a table in the terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.bot.table import COMPLAINTS_SHOWN, DISTURBED, MEGABYTE
from benchmarks.latency import MILLI
from benchmarks.web.results import Benchmark

NOTE = (
    "Milliseconds in the server (p50, p99 and max) are from a whole request until its response goes to the network; to "
    "clients (p50 and p99), from the moment at which a request was due until the end of its response, which includes "
    "the wait for earlier requests. Wrong are answers that are wrong or lost. KB of a response, cores that the server "
    "used, of the one that it has, and MB of its memory (proportional set size)."
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
    for title in ("", "wrong", "in the server", "to clients", "KB", "cores", "MB"):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for phase in benchmark.phases:
        inside, outside = phase.inside, phase.outside
        table.add_row(
            phase.route, f"{phase.wrong:,}", _times(inside.p50, inside.p99, inside.slowest),
            _times(outside.p50, outside.p99), f"{phase.body / 1000:,.1f}", f"{phase.busy:.2f}",
            f"{phase.memory / MEGABYTE:,.0f}",
        )  # fmt: skip
    return table


def _times(*seconds: float) -> str:
    return ", ".join(f"{each * MILLI:.1f}" for each in seconds)
