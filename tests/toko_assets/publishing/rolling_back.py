"""A shop that has published three catalogues, for tests of going back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.toko_assets.defs.sensing import Daemon, a_daemon
from toko_assets.postgres.server import PostgresServer

DAYS = (1, 2, 3)
ROOMS = ("catalog", "records", "history")


@dataclass(frozen=True)
class ThreeDays:
    """The data folder after the syncs of three days; the price of the first product is the day times 1000."""

    data: Path
    backups: dict[int, bytes]
    """By day, one more than was synced."""
    catalogues: list[str]
    """Names of the files, oldest first."""

    @contextmanager
    def daemon(self, folder: Path, **settings: str) -> Iterator[Daemon]:
        """A copy of it, with the three backups in the folder that is watched."""
        with a_daemon(folder, **settings) as daemon:
            for room in ROOMS:
                shutil.copytree(self.data / room, daemon.toko.data / room)
            daemon.toko.inbox.mkdir(parents=True)
            for day in DAYS:
                self.put(daemon, day)
            yield daemon

    def put(self, daemon: Daemon, day: int) -> Path:
        """That day's backup comes into the folder."""
        return daemon.put(f"hari-{day}.i5bu", day, self.backups[day])


@contextmanager
def three_days(postgres: PostgresServer, folder: Path) -> Iterator[ThreeDays]:
    """Made by real syncs."""
    files = {
        day: dumped_at(
            write_backup(postgres, folder / f"{day}.i5bu", a_shop(price=1000 * day)), datetime(2026, 1, day, 21)
        )
        for day in (*DAYS, DAYS[-1] + 1)
    }
    shop = ThreeDays(folder / "data", {day: file.read_bytes() for day, file in files.items()}, [])
    with a_daemon(folder) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        for day in DAYS:
            shop.put(daemon, day)
            daemon.run(daemon.ask())
            assert daemon.toko.catalog is not None
            shop.catalogues.append(daemon.toko.catalog.name)
    yield shop
