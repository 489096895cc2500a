"""Upgrades an installation and goes back, while a member of the staff searches all the time: prints the silences.

    git clone . /tmp/old-version && git -C /tmp/old-version checkout COMMIT
    .venv/bin/python -m tests.reliability.upgrade /tmp/old-version

`toko dev` and `toko bot` of the old version run, then those of this one on the same data folder, DAGSTER_HOME and
settings, then the old ones again: once as they are, once after `toko restore-backup` of what was saved before the
upgrade. After each step the bot answers, the runs of before are in Dagster, and a new backup is published.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, environment
from tests.waiting import wait_until
from tests.web_interface import WebInterface
from tests.whole_way import PRICES, price_shown
from toko_assets.postgres.embedded import EmbeddedPostgres

TOKO = str(Path(sys.executable).with_name("toko"))
SECONDS = 300
ASK_SECONDS = 10
"""Then the person asks again."""
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"


class Searcher:
    """A person who searches all the time, and the longest time between two answers since the last `mark`."""

    def __init__(self, budi: Person, question: str = "barang ke 0") -> None:
        self._budi, self._question, self._stopping = budi, question, threading.Event()
        self._last, self._longest = time.monotonic(), 0.0
        self.answer = ""
        self._thread = threading.Thread(target=self._search)
        self._thread.start()

    def mark(self) -> float:
        """Return the seconds of the longest silence, and begin to measure again."""
        longest = max(self._longest, time.monotonic() - self._last)
        self._longest = 0.0
        return longest

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _search(self) -> None:
        while not self._stopping.is_set():
            try:
                self.answer = self._budi.ask(self._question, timeout=ASK_SECONDS).text
            except AssertionError:
                continue
            now = time.monotonic()
            self._longest, self._last = max(self._longest, now - self._last), now
            time.sleep(0.1)


@dataclass
class Shop:
    """An installation, and who searches in it."""

    folder: Path
    old: Path
    port: int
    variables: dict[str, str]
    searcher: Searcher
    dumps: dict[int, bytes]

    def environment(self, version: str) -> dict[str, str]:
        return {**self.variables, **({"PYTHONPATH": str(self.old)} if version == "old" else {})}

    @contextmanager
    def running(self, version: str) -> Iterator[None]:
        """`toko dev` and `toko bot` of a version."""
        processes = []
        for command in (("dev", "--port", str(self.port)), ("bot",)):
            with (self.folder / f"{command[0]}.log").open("ab") as log:
                processes.append(
                    subprocess.Popen(
                        [TOKO, *command], cwd=self.folder, env=self.environment(version), stdout=log, stderr=log,
                        start_new_session=True,
                    )
                )  # fmt: skip
        try:
            yield
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGINT)
            for process in processes:
                process.wait(120)

    def toko(self, *args: str) -> str:
        """Run this version's command."""
        return subprocess.run(
            [TOKO, *args], cwd=self.folder, env=self.environment("new"), check=True, capture_output=True, text=True
        ).stdout

    def publish(self, price: int) -> None:
        """A backup with this price arrives, and its price is answered."""
        file = self.folder / "arriving.i5bu"
        file.write_bytes(self.dumps[price])
        dumped_at(file, datetime.now(ZoneInfo("Asia/Jakarta")))
        file.rename(self.folder / "data" / "inbox" / "i5_TOKO.i5bu")
        self.wait_for_price(price)

    def wait_for_price(self, price: int) -> None:
        wait_until(lambda: price_shown(price) in self.searcher.answer, SECONDS, self.folder / "dev.log")

    def runs(self) -> list[str]:
        """The ids of all runs that Dagster knows, oldest first."""
        known: list[str] = []

        def ask() -> bool:
            with suppress(OSError, KeyError, ValueError):
                known[:] = [run["runId"] for run in WebInterface(self.port).ask(RUNS)["runsOrError"]["results"]]
            return bool(known)

        wait_until(ask, SECONDS, self.folder / "dev.log")
        return known[::-1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("old", type=Path, help="A checkout of the version before.")
    arguments.add_argument("--products", type=int, default=2_000)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-upgrade-") as folder, ExitStack() as stack:
        upgrade_and_go_back(make_shop(Path(folder), wanted.old.resolve(), wanted.products, stack))


def make_shop(folder: Path, old: Path, products: int, stack: ExitStack) -> Shop:
    dumps = {}
    with EmbeddedPostgres(folder / "maker") as postgres:
        for price in PRICES:
            dumps[price] = write_backup(postgres, folder / "dump", a_shop(products, price)).read_bytes()
    (folder / "data" / "inbox").mkdir(parents=True)
    telegram = stack.enter_context(TelegramServer())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    variables = environment(telegram, data) | {
        "DAGSTER_HOME": str(data / "dagster"), "DAGSTER_URL": f"http://127.0.0.1:{port}", "SALES_EVERY_HOURS": "0",
        "BACKUP_FOLDER": str(data / "inbox"),
    }  # fmt: skip
    searcher = Searcher(telegram.user(BUDI, "Budi"))
    stack.callback(searcher.stop)
    return Shop(folder, old, port, variables, searcher, dumps)


def upgrade_and_go_back(shop: Shop) -> None:
    """Do all steps, and print the longest silence of each."""
    first, second = PRICES
    with shop.running("old"):
        shop.publish(first)
        runs = shop.runs()
        shop.toko("backup", "before.tar.gz")
        shop.searcher.mark()
    for step, version in (("upgrade", "new"), ("way back, same data", "old"), ("upgrade again", "new")):
        with shop.running(version):
            check(shop, step, runs, first if step == "upgrade" else second)
            if step == "upgrade":
                shop.publish(second)
            shop.searcher.mark()
    shop.toko("restore-backup", "before.tar.gz")
    with shop.running("old"):
        shop.wait_for_price(first)
        check(shop, "way back, with restore-backup", runs, first)
        shop.publish(second)


def check(shop: Shop, step: str, runs: list[str], price: int) -> None:
    """The bot answers with this price, and Dagster knows the runs of before."""
    shop.searcher.answer = ""
    shop.wait_for_price(price)
    silence = shop.searcher.mark()
    assert shop.runs()[: len(runs)] == runs, step
    print(f"{step}: {silence:.1f} s without an answer", flush=True)


if __name__ == "__main__":
    main()
