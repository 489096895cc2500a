"""Runs the benchmark: starts the server, sends the requests of each route, and removes all files at the end."""

import os
import re
import signal
import socket
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
from rich.console import Console

from benchmarks.bot.results import Latency
from benchmarks.bot.shop import Shop, make_shop
from benchmarks.bot.swaps import Swaps, publish_copy
from benchmarks.bot.watch import COMPLAINT, LOG_FORMAT, Watch
from benchmarks.latency import MILLI
from benchmarks.machine import Machine
from benchmarks.process import LOG, MeasurementError, OtherLoad, ended_by_sigterm, fresh, running
from benchmarks.procfs import proportional
from benchmarks.progress import Lines, progress_lines
from benchmarks.web.load import Answer, send_at_rate
from benchmarks.web.results import Benchmark, Phase, Plan
from benchmarks.web.visitors import ALL, MIX, STAFF, Visitors, make_keys, sign_in
from toko_core.state.database import FILE, StateDatabase, file_url

PACKAGES = ("toko", "fastapi", "uvicorn", "duckdb", "numpy")
INSIDE = re.compile(r"^INFO GET (\S+) 200 ([\d.]+) ms$", re.MULTILINE)
START_SECONDS = 60.0
CATALOGS = 2
HISTORY_DAYS = 90
MOST_WARM_UP = 200
"""Requests of each route before those that are measured."""


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
        shop = make_shop(folder / "shop", plan.products, CATALOGS)
        for catalog in shop.catalogs:
            _add_history(catalog)
        show.done(f"{shop.file_bytes / 1e6:,.0f} MB, {len(shop.questions):,} different searches")
        with fresh(folder / "run") as run_folder, OtherLoad() as others:
            phases, start, peak = _measure(plan, shop, run_folder, show)
            complaints = tuple(COMPLAINT.findall((run_folder / LOG).read_text(errors="replace")))
    return Benchmark(machine, plan, phases, start, peak, complaints, others.cores)


def _measure(plan: Plan, shop: Shop, folder: Path, show: Lines) -> tuple[tuple[Phase, ...], int, int]:
    """Return the figures of each route, and the server's memory at its start and its peak."""
    port, before = free_port(), os.sched_getaffinity(0)
    publish_copy(shop.catalogs[0], folder / "data" / "catalog", 0)
    settings = {
        "CATALOG_LISTEN": f"127.0.0.1:{port}", "ALLOWED_USERS": str(STAFF), "LOG_LEVEL": "INFO",
        "LOG_FORMAT": LOG_FORMAT, "STATE_URL": str(file_url(folder / "data" / "state" / FILE)),
    }  # fmt: skip
    core = max(before)
    os.sched_setaffinity(0, before - {core} or before)
    try:
        with running("toko_web", folder=folder, settings=settings) as server:
            os.sched_setaffinity(server.pid, {core})  # before it starts any thread
            show.working("Starting the server")
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            state = StateDatabase(settings["STATE_URL"])
            visitors = Visitors(shop, plan.products, sign_in(url, state), make_keys(state, plan.rate))
            state.close()
            start, peak, phases = proportional(server.pid), 0, []
            show.done(f"{start / 1e6:,.0f} MB")
            for route in (*MIX, ALL):
                warm_up = min(MOST_WARM_UP, plan.requests)
                requests = visitors.make(route, plan.requests + warm_up)
                show.working(f"{plan.requests:,} requests of {route}, {plan.rate:g} a second")
                send_at_rate(port, requests[:warm_up], plan.rate)
                with (
                    Swaps(shop.catalogs, folder / "data" / "catalog", plan.swaps, plan.requests / plan.rate),
                    Watch(server.pid) as watch,
                ):
                    answers = send_at_rate(port, requests[warm_up:], plan.rate)
                inside = [seconds for of, seconds in _inside(folder / LOG) if route in (of, ALL)][-len(answers) :]
                phases.append(_phase(route, answers, inside, watch.busy, proportional(server.pid)))
                peak = max([peak, *watch.samples])
                show.done(_summary(phases[-1]))
            server.send_signal(signal.SIGTERM)
            server.wait()
    finally:
        os.sched_setaffinity(0, before)
    return tuple(phases), start, peak


def _phase(route: str, answers: Sequence[Answer], inside: Sequence[float], busy: float, memory: int) -> Phase:
    good = [answer for answer in answers if answer.status == 200]
    outside = Latency.of([answer.seconds for answer in good])
    late = Latency.of([answer.late for answer in answers]).p99
    size = sum(answer.size for answer in good) // max(1, len(good))
    wrong = len(answers) - len(good)
    return Phase(route, len(good), wrong, size, Latency.of(inside), outside, late, busy, memory)


def _add_history(catalog: Path) -> None:
    """Let the prices of most products have changed one to four times, so that their pages have a chart."""
    now = datetime.now(UTC)
    with duckdb.connect(catalog, config={"threads": 1, "preserve_insertion_order": "true"}) as connection:
        connection.execute("""
            INSERT INTO price_changes
            SELECT product_id, satuan, level, jumlah_sampai, hargajual - 100 * number, hargajual - 100 * (number - 1),
                $now::TIMESTAMP - to_days((17 * number)::INTEGER), NULL
            FROM prices, range(1, 5) changes(number) WHERE product_id % 10 < 6 AND number <= 1 + product_id % 4
            ORDER BY product_id, satuan, number DESC
        """, {"now": now.replace(tzinfo=None)})  # fmt: skip
        since = (now - timedelta(days=HISTORY_DAYS)).isoformat(timespec="seconds")
        connection.execute("UPDATE catalog_info SET value = ? WHERE key = 'history_since'", [since])


def _inside(log: Path) -> list[tuple[str, float]]:
    """Return the route and the seconds of each answer so far, from the server's log."""
    return [(route, float(milliseconds) / MILLI) for route, milliseconds in INSIDE.findall(log.read_text())]


def _summary(phase: Phase) -> str:
    return (
        f"{phase.answers:,} answers, {phase.wrong:,} wrong or lost; inside the server p50 "
        f"{phase.inside.p50 * MILLI:.1f} ms, p99 {phase.inside.p99 * MILLI:.1f} ms"
    )


def wait_for(url: str) -> None:
    """Wait until the server of an address serves a catalogue. Raises MeasurementError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz", timeout=START_SECONDS).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise MeasurementError(f"The server did not answer within {START_SECONDS:.0f} s.")


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
