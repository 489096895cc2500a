"""Kills what runs in a shop, with sensors on, and measures how long it takes until all is well again.

    .venv/bin/python -m tests.reliability.platform_kills 30

`toko dev` and `toko bot` run as people run them, and a service manager starts each again 3 s after its end. In each
round a backup with new prices arrives. At a random moment of its sync one victim gets `kill -9`: the run, PostgreSQL,
the code server, the daemon, the web server, the bot, or everything at once. All is well again when the bot answers with
the new price, what was killed runs again, and no run is unfinished; then `toko doctor` must find nothing wrong.
`--results FILE` keeps the results: started again with the same file, this does only the kills that are missing.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.processes import descendants, is_alive, kill
from tests.reliability.healing import Healed, go_on, read, summarise
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, environment
from tests.waiting import wait_until
from tests.web_interface import WebInterface
from tests.whole_way import PRICES, price_shown
from toko_assets.defs.recovery import PROCESS
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.postgres.place import find_cluster

TOKO = str(Path(sys.executable).with_name("toko"))
PRODUCTS = 20_000
AGAIN_AFTER = 3.0
"""Seconds until the service manager starts a program again, as systemd does with RestartSec=3."""
SECONDS = 240
WHOLE_WAY = 9.0
"""The kill comes within these seconds of the arrival of a backup."""
COMMANDS = {
    "code server": "-m toko_assets.cli.dev.code_server",
    "daemon": "-m toko_assets.defs.daemon",
    "web server": "-m toko_assets.defs.webserver",
}
VICTIMS = ("run", "postgres", "code server", "daemon", "web server", "bot", "everything")
UNFINISHED = """{ runsOrError(filter: {statuses: [QUEUED, STARTING, STARTED, CANCELING]}) {
  ... on Runs { results { status tags { key value } } }
} }"""


class Service:
    """A program that is started again after its end, until it is stopped."""

    def __init__(self, command: Sequence[str], variables: dict[str, str], log: Path) -> None:
        self._command, self._variables, self._log = command, variables, log
        self._stopping = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._stopping.set()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)
        self._thread.join(60)

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(
                self._command, env=self._variables, stdout=output, stderr=output, start_new_session=True
            )

    def _watch(self) -> None:
        while True:
            self._process.wait()
            if self._stopping.wait(AGAIN_AFTER):
                return
            self._process = self._start()


@dataclass
class Shop:
    """All that runs, and a person who asks."""

    folder: Path
    platform: Service
    bot: Service
    web: WebInterface
    budi: Person
    dumps: dict[int, bytes]
    variables: dict[str, str]
    """The environment of everything."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "platform.log"

    def put(self, price: int) -> None:
        """A backup with that price arrives whole."""
        file = self.folder / "arriving.i5bu"
        file.write_bytes(self.dumps[price])
        dumped_at(file, datetime.now(ZoneInfo("Asia/Jakarta")))
        file.rename(self.data / "inbox" / "i5_TOKO.i5bu")

    def processes(self, victim: str) -> list[int]:
        """The ids of a victim's processes at this moment."""
        if victim == "bot":
            return [self.bot.pid]
        if victim == "everything":
            return [self.bot.pid, self.platform.pid, *descendants(self.platform.pid)]
        if victim == "postgres":
            with suppress(FileNotFoundError, ValueError, IndexError):
                pid = int((find_cluster(self.data / "postgres") / "postmaster.pid").read_text().splitlines()[0])
                return [pid] if is_alive(pid) else []
            return []
        if victim == "run":
            return self._runs()
        commands = descendants(self.platform.pid)
        return [pid for pid, command in commands.items() if COMMANDS[victim] in command]

    def _unfinished(self) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.web.ask(UNFINISHED)["runsOrError"]["results"]
        return results

    def _runs(self) -> list[int]:
        """The processes of the runs, by the tag that their launcher writes."""
        tags = [tag for run in self._unfinished() for tag in run["tags"] if tag["key"] == PROCESS]
        return [pid for pid, _ in (json.loads(tag["value"]) for tag in tags) if is_alive(pid)]

    def answers(self) -> str:
        """What the bot answers; empty if it does not within seconds."""
        with suppress(AssertionError):
            return self.budi.ask("barang ke 0", timeout=3).text
        return ""

    def is_idle(self) -> bool:
        """Whether the web interface responds, and no run is unfinished."""
        with suppress(OSError, KeyError, ValueError):
            return not self._unfinished()
        return False

    def has_no_problem(self) -> bool:
        """Whether doctor finds nothing wrong."""
        said = subprocess.run(
            [TOKO, "doctor"], env=self.variables, cwd=self.folder, capture_output=True, text=True, check=False
        )
        (self.folder / "doctor.txt").write_text(said.stdout)
        return said.returncode == 0


@contextmanager
def running_shop(folder: Path, products: int) -> Iterator[Shop]:
    """Everything running, the backup with the first price served."""
    dumps, data = {}, folder / "data"
    with EmbeddedPostgres(folder / "maker") as postgres:
        for price in PRICES:
            dumps[price] = write_backup(postgres, folder / "dump", a_shop(products, price)).read_bytes()
    (data / "inbox").mkdir(parents=True)
    with ExitStack() as stack:
        telegram = stack.enter_context(TelegramServer())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        variables = environment(telegram, data) | {
            "DAGSTER_HOME": str(data / "dagster"), "SALES_EVERY_HOURS": "0", "DAGSTER_URL": f"http://127.0.0.1:{port}",
            "BACKUP_FOLDER": str(data / "inbox"),
        }  # fmt: skip
        platform = Service([TOKO, "dev", "--port", str(port)], variables, folder / "platform.log")
        stack.callback(platform.stop)
        bot = Service([TOKO, "bot"], variables, folder / "bot.log")
        stack.callback(bot.stop)
        budi = telegram.user(BUDI, "Budi")
        shop = Shop(folder, platform, bot, WebInterface(port), budi, dumps, variables)
        shop.put(PRICES[0])
        wait_until(lambda: price_shown(PRICES[0]) in shop.answers(), SECONDS, shop.log)
        wait_until(shop.is_idle, SECONDS, shop.log)
        yield shop


def kill_during_a_sync(shop: Shop, victim: str, rng: random.Random) -> Healed:
    """Kill a victim while a new backup is synced; return how long it took to heal."""
    price = _other_price(shop)
    shop.put(price)
    arrived, wanted = time.monotonic(), rng.uniform(0, WHOLE_WAY)
    time.sleep(wanted)
    while not (pids := shop.processes(victim)):  # it is not at work at each moment of a sync
        if time.monotonic() - arrived > WHOLE_WAY and price_shown(price) in shop.answers():
            price = _other_price(shop)
            shop.put(price)
            arrived = time.monotonic()
        time.sleep(0.05)
    for pid in pids:
        with suppress(ProcessLookupError):
            kill(pid)
    killed = time.monotonic()
    wait_until(lambda: bool(shop.answers()), SECONDS, shop.log)
    answers = time.monotonic() - killed
    wait_until(lambda: price_shown(price) in shop.answers(), SECONDS, shop.log)
    if victim not in ("run", "postgres"):  # a run has those only while it needs them
        wait_until(lambda: not set(shop.processes(victim)) <= set(pids), SECONDS, shop.log)
    wait_until(shop.is_idle, SECONDS, shop.log)
    well = time.monotonic() - killed
    wait_until(shop.has_no_problem, SECONDS, shop.log)  # this takes seconds itself
    return Healed(victim, killed - arrived, answers, well)


def _other_price(shop: Shop) -> int:
    """Return the price that is not served."""
    served = shop.answers()
    return next(price for price in PRICES if price_shown(price) not in served)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("kills", type=int, nargs="?", default=30)
    arguments.add_argument("--products", type=int, default=PRODUCTS)
    arguments.add_argument("--results", type=Path)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-kills-") as name:
        results = (wanted.results or Path(name, "results")).resolve()
        with running_shop(Path(name), wanted.products) as shop:
            go_on(
                results, VICTIMS, wanted.kills,
                lambda number, victim: kill_during_a_sync(shop, victim, random.Random(number)),
            )  # fmt: skip
        print("\n".join(summarise(read(results))))


if __name__ == "__main__":
    main()
