"""The bot and the chain on a machine of 2 GB: a hostile photo a second, while staff search and backups arrive.

    .venv/bin/python -m tests.security.bot_at_its_limits             # five minutes
    .venv/bin/python -m tests.security.bot_at_its_limits --seconds 60 --photos 0

`toko dev` and `toko bot` run as people run them, in a control group with that much memory where this machine has one.
It prints how long the searches took, the memory of the bot with the processes that it starts, and what the kernel
killed.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

from benchmarks.latency import quantile
from benchmarks.procfs import descendants
from tests.archives import write
from tests.security.dumped_shop import shop
from tests.security.exposure import free_ports
from tests.security.photos import many_pixels, many_scans
from tests.security.supervision import together
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import environment
from tests.waiting import wait_until

TOKO = str(Path(sys.executable).with_name("toko"))
MEMORY = 2 << 30
STAFF, ATTACKERS = range(1001, 1021), range(2001, 2006)
ITEMS, PRICE, STEP = 2000, 1000, 3
PAUSE = 2.0
"""Seconds between two searches of one person, on average."""
BACKUP_SECONDS = 60.0
START_SECONDS, ANSWER_SECONDS = 300.0, 120.0


class ControlGroup:
    """A control group with a limit of memory, of either version, if this machine lets us make one."""

    def __init__(self, memory: int) -> None:
        self.folder: Path | None = None
        tops = {Path("/sys/fs/cgroup/memory"): "memory.limit_in_bytes", Path("/sys/fs/cgroup"): "memory.max"}
        for top, limit in tops.items():
            folder = top / f"toko-limits-{os.getpid()}"
            with suppress(OSError):
                folder.mkdir()
                try:
                    (folder / limit).write_text(str(memory))
                except OSError:
                    folder.rmdir()
                    raise
                self.folder = folder
                return

    def command(self, command: list[str]) -> list[str]:
        """Return a command that runs another one in the group."""
        if self.folder is None:
            return command
        return ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.folder / "cgroup.procs"), *command]

    def __str__(self) -> str:
        if self.folder is None:
            return "no control group: the memory was not limited"
        read = {name: self._read(name) for name in ("memory.max_usage_in_bytes", "memory.peak")}
        peak = next((int(value) for value in read.values() if value), 0)
        events = self._read("memory.oom_control") + " " + self._read("memory.events")
        killed = sum(map(int, re.findall(r"\boom_kill (\d+)", events)))
        return f"the group of {MEMORY >> 20:,} MB: peak {peak >> 20:,} MB with files in memory, killed: {killed}"

    def remove(self) -> None:
        if self.folder is not None:
            with suppress(OSError):
                self.folder.rmdir()

    def _read(self, name: str) -> str:
        assert self.folder is not None
        try:
            return (self.folder / name).read_text().replace("\n", " ")
        except OSError:
            return ""


class Crowd:
    """Staff who search, each one search after the other, and what they got."""

    def __init__(self, people: list[Person], until: float) -> None:
        self.seconds: list[float] = []
        self.wrong: list[str] = []
        self._until = until
        self._threads = [threading.Thread(target=self._search, args=(person,)) for person in people]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def _search(self, person: Person) -> None:
        rng = Random(person.user.id)
        while time.monotonic() < self._until:
            time.sleep(rng.expovariate(1 / PAUSE))
            number = rng.randrange(0, ITEMS, 4)  # those with one price
            begun = time.monotonic()
            try:
                text = person.ask(f"barang ke {number} 85gr", ANSWER_SECONDS).text
            except AssertionError as error:
                self.wrong.append(str(error)[:200])
                continue
            self.seconds.append(time.monotonic() - begun)
            prices = [f"Rp{PRICE + STEP * backup + 10 * number:,}".replace(",", ".") for backup in range(50)]
            if not any(price in text for price in prices):
                self.wrong.append(text[:200])


class Memory(threading.Thread):
    """Samples the bytes of a process together with those that it starts, until `stop` is set."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.samples: list[int] = []
        self.stop = threading.Event()
        self._pid = pid

    def run(self) -> None:
        while not self.stop.wait(0.25):
            self.samples.append(together([self._pid, *descendants(self._pid)]))


def photo(number: int) -> bytes:
    """Make the hostile photo with this number."""
    rng = Random(f"limits {number}")
    return many_scans(rng) if number % 4 == 3 else many_pixels(rng)


def measure(folder: Path, seconds: float, photos: float) -> Iterator[str]:
    """Run everything, and yield lines with the figures."""
    data = folder / "data"
    (data / "inbox").mkdir(parents=True)
    put(data, 0)
    group = ControlGroup(MEMORY)
    with ExitStack() as stack:
        stack.callback(group.remove)
        telegram = stack.enter_context(TelegramServer())
        variables = environment(telegram, data) | {
            "DAGSTER_HOME": str(data / "dagster"), "BACKUP_FOLDER": str(data / "inbox"), "SALES_EVERY_HOURS": "0",
            "ALLOWED_USERS": ",".join(map(str, (*STAFF, *ATTACKERS))),
        }  # fmt: skip
        port = str(free_ports(1)[0])
        platform = stack.enter_context(running(group.command([TOKO, "dev", "--port", port]), variables, folder))
        wait_until((data / "catalog" / "CURRENT").exists, START_SECONDS, folder / "dev.log")
        bot = stack.enter_context(running(group.command([TOKO, "bot"]), variables, folder))
        staff = [telegram.user(number) for number in STAFF]
        wait_until(lambda: "Rp" in staff[0].ask("barang ke 0 85gr", 60).text, START_SECONDS)
        memory = Memory(bot.pid)
        memory.start()
        time.sleep(2)
        attackers = [telegram.user(number) for number in ATTACKERS]
        hostile = [photo(number) for number in range(20)] if photos else []
        begun = time.monotonic()
        crowd, sent, backups = Crowd(staff, begun + seconds), 0, 1
        while (now := time.monotonic() - begun) < seconds:
            if now > backups * BACKUP_SECONDS:
                put(data, backups)
                backups += 1
            if photos:
                number = sent % len(hostile)
                attackers[sent % len(attackers)].send_document(hostile[number], "foto.jpg", "image/jpeg")
                sent += 1
            time.sleep(max(0.0, begun + (sent / photos if photos else now + 1) - time.monotonic()))
        crowd.wait()
        memory.stop.set()
        memory.join()
        alive = {"toko bot": bot.poll() is None, "toko dev": platform.poll() is None}
        done = f"hostile photos {sent}, searches {len(crowd.seconds)}, backups {backups}"
        yield f"{seconds:g} s, {len(staff)} people: {done}"
        middle, late = (1000 * quantile(crowd.seconds, share) for share in (0.5, 0.99))
        slowest = max(crowd.seconds, default=0)
        yield f"searches: p50 {middle:,.0f} ms, p99 {late:,.0f} ms, slowest {slowest:.2f} s, wrong: {len(crowd.wrong)}"
        peak = max(map(min, pairwise(memory.samples)))  # one sample may count a process that is just starting twice
        start = int(statistics.median(memory.samples[:4]))
        yield f"the bot with its children: {start >> 20:,} MB at start, {peak >> 20:,} MB at the peak"
        yield str(group)
        yield "ended: " + (", ".join(name for name, lives in alive.items() if not lives) or "none")
        yield from crowd.wrong[:3]


def put(data: Path, number: int) -> None:
    """A backup with other prices arrives."""
    archive = shop(PRICE + STEP * number, ITEMS).archive()
    local = time.localtime()
    parts = (local.tm_sec, local.tm_min, local.tm_hour, local.tm_mday, local.tm_mon - 1, local.tm_year - 1900, 0)
    file = data / "arriving.i5bu"
    file.write_bytes(write(replace(archive, time=parts)))
    file.rename(data / "inbox" / "i5_TOKO.i5bu")


@contextmanager
def running(command: list[str], variables: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a session of its own, and end it as Ctrl-C does."""
    name = "bot" if command[-1] == "bot" else "dev"
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        for kind in (signal.SIGINT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, kind)
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
                break


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=300)
    arguments.add_argument("--photos", type=float, default=1, help="hostile photos a second")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-limits-", ignore_cleanup_errors=True) as folder:
        for line in measure(Path(folder), wanted.seconds, wanted.photos):
            print(line, flush=True)


if __name__ == "__main__":
    main()
