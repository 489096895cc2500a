"""From an upload to an answer in Telegram, with real processes: how long, and how it divides.

    .venv/bin/python -m tests.whole_way 5                            # of each source, 20,000 products
    .venv/bin/python -m tests.whole_way 5 --source folder --products 3

`toko dev` (web interface, daemon, code location) and `toko bot` run as people run them; Dropbox and Telegram are the
servers of the tests. A backup with other prices is uploaded again and again at a random moment; a member of the staff
asks until the new price is answered.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.servers.dropbox import DropboxServer
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, environment, running_bot
from tests.waiting import SHORTEST, wait_until
from tests.web_interface import WebInterface, web_interface
from toko_assets.postgres.embedded import EmbeddedPostgres

Source = Literal["folder", "dropbox"]
SOURCES: tuple[Source, ...] = ("folder", "dropbox")
PRICES = (1000, 1300)
"""A larger step would count as a price list that was replaced: nothing would be published."""
NAME = "i5_TOKO.i5bu"
SECONDS = 120
TICK = 30
"""Seconds between two ticks of the sensor."""
RUNS = """{ runsOrError(limit: 1) { ... on Runs { results {
    status creationTime startTime endTime
    eventConnection(limit: 1000) { events { __typename ... on MessageEvent { timestamp } } }
} } } }"""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each part, and of the whole way."""

    seen: float
    """From the upload until the sensor asks for a run."""
    queue: float
    """Until Dagster launches the run."""
    start: float
    """Until the run's process begins with the first asset."""
    chain: float
    """Until CURRENT names the new catalogue."""
    bot: float
    """Until a person has the new price."""
    whole: float

    def __str__(self) -> str:
        return ", ".join(f"{name} {getattr(self, name):.1f}" for name in self.__slots__)


@dataclass
class Shop:
    """Everything that runs."""

    data: Path
    source: Source
    dropbox: DropboxServer
    telegram: TelegramServer
    web: WebInterface
    budi: Person
    dumps: dict[int, bytes]
    """Backups by their lowest price."""

    def upload(self, price: int) -> Times:
        """Upload the backup with that price, dumped just now, and ask until it is answered."""
        file = self.log.with_name("upload.i5bu")
        file.write_bytes(self.dumps[price])
        dumped_at(file, datetime.now(ZoneInfo("Asia/Jakarta")))
        before, uploaded = self._current, time.time()
        if self.source == "dropbox":
            self.dropbox.put(f"/IPOS/{NAME}", file.read_bytes())
        else:
            file.replace(self.data / "inbox" / NAME)
        wait_until(lambda: self._current != before, SECONDS, self.log)
        published = time.time()
        wait_until(lambda: price_shown(price) in self.budi.ask("barang ke 0").text, SECONDS, self.log, longest=SHORTEST)
        answered = time.time()
        wait_until(lambda: self._run()["endTime"] is not None, SECONDS, self.log)
        run = self._run()
        events = {event["__typename"]: int(event["timestamp"]) / 1000 for event in run["eventConnection"]["events"]}
        moments = (
            uploaded, run["creationTime"], events["RunStartingEvent"], run["startTime"], published, answered,
        )  # fmt: skip
        seen, queue, start, chain, bot = (later - earlier for earlier, later in pairwise(moments))
        return Times(seen, queue, start, chain, bot, answered - uploaded)

    @property
    def log(self) -> Path:
        return self.data.with_name("dagster.log")

    @property
    def _current(self) -> str:
        file = self.data / "catalog" / "CURRENT"
        return file.read_text() if file.exists() else ""

    def _run(self) -> dict[str, Any]:
        run: dict[str, Any] = self.web.ask(RUNS)["runsOrError"]["results"][0]
        return run


def price_shown(price: int) -> str:
    return f"Rp{price:,}".replace(",", ".")


@contextmanager
def running_shop(folder: Path, source: Source = "dropbox", products: int = 3) -> Iterator[Shop]:
    """Everything running, the backup with the first price served."""
    dumps, data = {}, folder / "data"
    with EmbeddedPostgres(folder / "postgres") as postgres:
        for price in PRICES:
            dumps[price] = write_backup(postgres, folder / "dump", a_shop(products, price)).read_bytes()
    with DropboxServer() as dropbox, TelegramServer() as telegram:
        budi, settings = telegram.user(BUDI, "Budi"), environment(telegram, data)
        if source == "dropbox":
            dropbox.put(f"/IPOS/{NAME}", dumps[PRICES[0]])
            settings |= {**dropbox.settings, **dropbox.environment}
        else:
            (data / "inbox").mkdir(parents=True)
            (data / "inbox" / NAME).write_bytes(dumps[PRICES[0]])
        with web_interface(data, folder / "dagster.log", **settings) as web:
            wait_until(lambda: (data / "catalog" / "CURRENT").exists(), SECONDS, folder / "dagster.log")
            with running_bot(telegram, data, folder / "bot"):
                yield Shop(data, source, dropbox, telegram, web, budi, dumps)


def measure(source: Source, rounds: int, products: int) -> None:
    """Print the seconds of each round, and their medians."""
    rng, seen = random.Random(1), []
    with (
        tempfile.TemporaryDirectory(prefix="toko-whole-way-") as folder,
        running_shop(Path(folder), source, products) as shop,
    ):
        for number in range(rounds):
            time.sleep(rng.uniform(0, TICK))
            seen.append(shop.upload(PRICES[(number + 1) % 2]))
            print(f"{source}: {seen[-1]}", flush=True)
    medians = Times(*(statistics.median(getattr(times, name) for times in seen) for name in Times.__slots__))
    print(f"{source}, median: {medians}; worst {max(times.whole for times in seen):.1f}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("rounds", type=int, nargs="?", default=5)
    arguments.add_argument("--source", choices=SOURCES, action="append")
    arguments.add_argument("--products", type=int, default=20_000)
    wanted = arguments.parse_args()
    for source in wanted.source or SOURCES:
        measure(source, wanted.rounds, wanted.products)


if __name__ == "__main__":
    main()
