"""Runs the benchmark: starts the bot and a local Bot API server, sends searches, and removes all files at the end."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from rich.console import Console

from benchmarks.bot.people import FIRST_ID, Answer, Asked, People
from benchmarks.bot.results import Benchmark, Latency, Memory, Phase, Plan
from benchmarks.bot.results import Swaps as SwapCounts
from benchmarks.bot.shop import SEED, Shop, make_shop
from benchmarks.bot.swaps import Swaps, publish_copy
from benchmarks.bot.verdict import judge
from benchmarks.bot.watch import LOG_FORMAT, Log, Watch
from benchmarks.latency import MILLI
from benchmarks.machine import Machine
from benchmarks.process import LOG, MeasurementError, OtherLoad, ended_by_sigterm, fresh, running
from benchmarks.procfs import rss
from benchmarks.progress import Lines, progress_lines
from tests.servers.telegram import TelegramServer

BOT = "toko_bot"
PACKAGES = ("toko", "python-telegram-bot", "duckdb", "numpy")
SETTINGS = {"TELEGRAM_RATE_LIMIT": "0", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": LOG_FORMAT}
"""The rate limit of 30 messages a second is off. The log has a line for each answer, with the time that it took."""
START_SECONDS = 60.0
REST_SECONDS = 3.0
"""The pause before the burst, in which the bot finishes waiting updates and loads the last catalogue."""


def run_benchmark(plan: Plan, console: Console) -> Benchmark:
    """Measure, and print a line to `console` for each part. Raises TokoError."""
    machine = Machine.this(PACKAGES)
    with (
        ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="toko-bench-") as temporary,
        progress_lines(console) as show,
    ):
        folder = Path(temporary)
        show.working(f"Catalogues of {plan.products:,} products")
        shop = make_shop(folder / "shop", plan.products)
        show.done(
            f"{len(shop.catalogs)} of {shop.file_bytes / 1e6:,.0f} MB, {len(shop.questions):,} different searches"
        )
        with fresh(folder / "run") as run_folder, OtherLoad() as others:
            measured = _measure(plan, shop, run_folder, machine, show)
    return measured(others.cores)


def _measure(plan: Plan, shop: Shop, run_folder: Path, machine: Machine, show: Lines) -> Callable[[float], Benchmark]:
    """Measure all figures except the load of other programs, which is known only after the bot has ended."""
    catalogs, log = run_folder / "data" / "catalog", Log(run_folder / LOG)
    publish_copy(shop.catalogs[0], catalogs, 0)
    with _cores() as core, TelegramServer() as server:
        people = People(server, plan.users, shop.questions, Random(SEED))
        with running(BOT, folder=run_folder, settings=_settings(server, plan.users)) as bot:
            os.sched_setaffinity(bot.pid, {core})  # before it starts any thread
            show.working("Starting the bot")
            _wait_for(lambda: server.world.updates.is_polled and log.served(), bot)
            start = rss(bot.pid)
            show.done(f"{start / 1e6:,.0f} MB")
            show.working(f"{plan.searches:,} searches of {plan.users:,} users, {plan.rate:g} a second")
            seconds = plan.searches / plan.rate
            with Swaps(shop.catalogs, catalogs, plan.swaps, seconds) as swaps, Watch(bot.pid) as watch:
                asked = people.arrive(plan.searches, plan.rate)
            steady = _phase(*asked, log.inside())
            show.done(_summary(steady))
            show.working(f"{plan.burst:,} at once")
            time.sleep(REST_SECONDS)
            before = len(log.inside())
            burst = _phase(*people.burst(plan.burst), log.inside()[before:])
            show.done(_summary(burst))
            bot.send_signal(signal.SIGTERM)
            bot.wait()
        complaints = log.complaints()
        counts = SwapCounts(swaps.published, log.served() - 1, log.rejected())
        memory = Memory.of(start, watch.samples)
    return lambda others: Benchmark(
        machine, plan, SETTINGS, steady, burst, memory, counts, complaints, watch.busy, others
    )


def _settings(server: TelegramServer, users: int) -> dict[str, str]:
    """Return the bot's settings. No user is an owner, because owners see cost."""
    staff = ",".join(str(FIRST_ID + number) for number in range(users))
    return {**SETTINGS, **server.settings, "ALLOWED_USERS": staff, "OWNER_USERS": "1"}


def _phase(asked: Sequence[Asked], answers: Sequence[Answer], inside: Sequence[float]) -> Phase:
    verdict, outside = judge(asked, answers)
    end = max((answer.time for answer in answers), default=asked[-1].time)
    return Phase(verdict, Latency.of(inside), outside, end - asked[0].time, Latency.of([one.late for one in asked]).p99)


def _summary(phase: Phase) -> str:
    inside = phase.inside
    return (
        f"{phase.verdict.answers:,} answers, {phase.verdict.wrong:,} wrong or lost; inside the bot "
        f"p50 {inside.p50 * MILLI:.2f} ms, p99 {inside.p99 * MILLI:.2f} ms"
    )


def _wait_for(ready: Callable[[], object], bot: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if bot.poll() is not None:
            return  # `running` raises an error that says why
        if time.monotonic() > deadline:
            raise MeasurementError(f"The bot did not poll within {START_SECONDS:.0f} s.")
        time.sleep(0.05)


@contextmanager
def _cores() -> Iterator[int]:
    """Yield the core for the bot. This process, which contains the Bot API server, uses the other cores if any."""
    before = os.sched_getaffinity(0)
    core = max(before)
    os.sched_setaffinity(0, before - {core} or before)
    try:
        yield core
    finally:
        os.sched_setaffinity(0, before)
