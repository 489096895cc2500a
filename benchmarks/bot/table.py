"""Prints the figures as tables in the terminal."""

from collections.abc import Callable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.bot.results import Benchmark, Latency, Phase
from benchmarks.latency import MILLI

MEGABYTE = 1e6
DISTURBED = 0.5
"""The cores used by other programs above which a warning is shown. An idle machine uses a few hundredths of a core."""
COMPLAINTS_SHOWN = 5
NOTE = (
    "Times are p50, p99 and max in milliseconds. In the bot: from the start of the handlers until the answer goes to "
    "the network. To people: from sending until the answer arrives, through the local Bot API server. Mixed up: an "
    "answer to another query, or with other products or prices than those of the query. The bot has a core of its own."
)


def show_benchmark(benchmark: Benchmark, console: Console) -> None:
    """Print two tables, and the machine and the settings with which they were measured."""
    console.print(_figures(benchmark))
    console.print(_around(benchmark))
    for example in (*benchmark.steady.verdict.examples, *benchmark.burst.verdict.examples):
        console.print(f"[red]{escape(example)}[/]", highlight=False)
    for line in benchmark.complaints[:COMPLAINTS_SHOWN]:
        console.print(f"[yellow]In the log: {escape(line)}[/]", highlight=False)
    if benchmark.other_load > DISTURBED:
        console.print(f"[yellow]Other programs used {benchmark.other_load:.1f} cores: the times are too long.[/]")
    settings = ", ".join(f"{name}={value}" for name, value in benchmark.settings.items())
    console.print(
        f"[dim]{benchmark.machine}.\n{settings}: the outgoing rate limiter is off.\n{NOTE}[/]", highlight=False
    )


def _figures(benchmark: Benchmark) -> Table:
    plan = benchmark.plan
    table = Table(
        title=f"{plan.users:,} users, {plan.products:,} products, {plan.swaps} catalogue swaps",
        title_style="bold", title_justify="left", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    table.add_column()
    for title in (f"at random, {plan.rate:g} a second", "all at once"):
        table.add_column(title, justify="right", no_wrap=True)
    phases = (benchmark.steady, benchmark.burst)

    def row(title: str, value: Callable[[Phase], str]) -> None:
        table.add_row(title, *map(value, phases))

    row("searches", lambda phase: f"{phase.verdict.searches:,}")
    row("answers", lambda phase: f"{phase.verdict.answers:,}")
    row("lost, doubled", lambda phase: f"{phase.verdict.lost}, {phase.verdict.doubled}")
    row("mixed up", lambda phase: str(phase.verdict.mixed_up))
    row("of two catalogues", lambda phase: str(phase.verdict.of_two_catalogues))
    row("ms in the bot", lambda phase: _times(phase.inside))
    row("ms to people", lambda phase: _times(phase.outside))
    row("seconds", lambda phase: f"{phase.seconds:,.1f}")
    row("ms sent late, p99", lambda phase: f"{phase.late * MILLI:,.1f}")
    return table


def _around(benchmark: Benchmark) -> Table:
    memory, swaps = benchmark.memory, benchmark.swaps
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    figures = (memory.start, memory.middle, memory.end, memory.peak)
    table.add_row("memory, MB: start, middle, end, peak", ", ".join(f"{size / MEGABYTE:,.0f}" for size in figures))
    table.add_row("growth over the second half", f"{memory.growth:+.1%}")
    table.add_row("catalogues published, served, rejected", f"{swaps.published}, {swaps.served}, {swaps.refused}")
    table.add_row("catalogues seen in answers", str(benchmark.steady.verdict.catalogues_seen))
    table.add_row("warnings and errors in the log", str(len(benchmark.complaints)))
    table.add_row("cores used: the bot, other programs", f"{benchmark.busy:.2f}, {benchmark.other_load:.2f}")
    return table


def _times(latency: Latency) -> str:
    return ", ".join(f"{seconds * MILLI:.2f}" for seconds in (latency.p50, latency.p99, latency.slowest))
