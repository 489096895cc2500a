"""From an upload to Dropbox to an answer in Telegram, with real processes: how long, and how it divides.

    .venv/bin/python -m tests.whole_way 5

`toko dev` (web interface, daemon, code location) and `toko bot` run as people run them; Dropbox and Telegram are the
servers of the tests. A backup with other prices is uploaded again and again at a random moment, since the sensor looks
every 30 seconds; a member of the staff asks until the new price is answered.
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
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.servers.dropbox import DropboxServer
from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, environment, running_bot
from tests.web_interface import WebInterface, wait_until, web_interface
from toko_assets.postgres.embedded import EmbeddedPostgres

PRICES = (1000, 2000)
FILE = "/IPOS/i5_TOKO.i5bu"
SECONDS = 120
LOOKS = 30
RUNS = "{ runsOrError(limit: 1) { ... on Runs { results { status creationTime startTime endTime } } } }"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the upload."""

    seen: float
    """The sensor asks for a run."""
    started: float
    """The run's process begins with the first asset."""
    downloaded: float
    """The backup is asked for."""
    published: float
    """CURRENT names the new catalogue."""
    answered: float
    """A person has the new price."""


@dataclass
class Shop:
    """Everything that runs."""

    data: Path
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
        uploaded, before, asked = time.time(), self._current, len(self.dropbox.requests)
        self.dropbox.put(FILE, file.read_bytes())
        wait_until(lambda: self._current != before, SECONDS, self.log)
        published = time.time()
        wait_until(lambda: price_shown(price) in self.budi.ask("barang ke 0").text, SECONDS, self.log)
        answered = time.time()
        wait_until(lambda: self._run()["endTime"] is not None, SECONDS, self.log)
        run, download = self._run(), self.dropbox.wait_for_request("files/download", after=asked)
        downloaded = download.time + time.time() - time.monotonic()  # the server's clock is the monotonic one
        moments = (run["creationTime"], run["startTime"], downloaded, published, answered)
        return Times(*(moment - uploaded for moment in moments))

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
def running_shop(folder: Path) -> Iterator[Shop]:
    """Everything running, the backup with the first price served."""
    dumps = {}
    with EmbeddedPostgres(folder / "postgres") as postgres:
        for price in PRICES:
            dumps[price] = write_backup(postgres, folder / f"{price}.i5bu", a_shop(price=price)).read_bytes()
    data = folder / "data"
    with DropboxServer() as dropbox, TelegramServer() as telegram:
        budi = telegram.user(BUDI, "Budi")
        dropbox.put(FILE, dumps[PRICES[0]])
        settings = {**environment(telegram, data), **dropbox.settings, **dropbox.environment}
        with web_interface(data, folder / "dagster.log", **settings) as web:
            wait_until(lambda: (data / "catalog" / "CURRENT").exists(), SECONDS, folder / "dagster.log")
            with running_bot(telegram, data, folder / "bot"):
                yield Shop(data, dropbox, telegram, web, budi, dumps)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("times", type=int, nargs="?", default=5)
    wanted = arguments.parse_args().times
    rng, seen = random.Random(1), []
    with tempfile.TemporaryDirectory(prefix="toko-whole-way-") as folder, running_shop(Path(folder)) as shop:
        for number in range(wanted):
            time.sleep(rng.uniform(0, LOOKS))
            seen.append(shop.upload(PRICES[(number + 1) % 2]))
            print(", ".join(f"{name} {getattr(seen[-1], name):.1f} s" for name in Times.__slots__))
    print("median:", ", ".join(f"{n} {statistics.median(getattr(t, n) for t in seen):.1f} s" for n in Times.__slots__))


if __name__ == "__main__":
    main()
