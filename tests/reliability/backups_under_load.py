"""Takes backups of a shop while it publishes one catalogue after the other; each is restored, and a bot serves it.

    .venv/bin/python -m tests.reliability.backups_under_load 50

Syncs run without a pause, in turn with backups whose prices tell them apart. Each `toko backup` is restored into one
other installation, whose bot runs all the time: it must answer with the prices of the catalogue that was saved, all of
which must be from one backup, and the history must hold it. Then one backup with a changed byte must be rejected, with
nothing changed.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.backups import a_shop, write_backup
from tests.reliability.kills_reader import generation_of
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import BUDI, running_bot
from tests.waiting import wait_until
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.publishing.history.store import backups_of, open_history
from toko_core.catalog.store import current_file
from toko_core.files import file_digest

TOKO = str(Path(sys.executable).with_name("toko"))
ITEMS = 1_500
STEP = 1_000_000
"""Prices of backup g are g × STEP + the item's number: a mixed catalogue cannot hide."""
GENERATIONS = 3
ANYTHING = tuple(f"--most-{what}=100" for what in ("lost", "changed", "jumped", "below-cost", "unpriced"))
SECONDS = 240


@dataclass
class Tally:
    """What happened."""

    backups: int = 0
    during: int = 0
    """Backups during which a catalogue was published."""
    publications: int = 0
    seconds: list[float] = field(default_factory=list)
    """Of each `toko backup`."""
    problems: list[str] = field(default_factory=list)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("backups", type=int, nargs="?", default=50)
    arguments.add_argument("--items", type=int, default=ITEMS)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="toko-backups-") as folder:
        tally = take_backups(Path(folder), wanted.backups, wanted.items)
    median = sorted(tally.seconds)[len(tally.seconds) // 2]
    print(
        f"{tally.backups} backups restored and served; {tally.during} were taken while a catalogue was published "
        f"({tally.publications} publications in all); a backup took {median:.1f} s in the median, "
        f"{max(tally.seconds):.1f} s at most; problems: {len(tally.problems)}"
    )
    sys.exit("\n".join(tally.problems) if tally.problems else 0)


def take_backups(folder: Path, count: int, items: int = ITEMS) -> Tally:
    """Take, restore and serve so many backups of a shop that publishes all the time."""
    tally, rng = Tally(), random.Random(1)
    source, target = folder / "shop", folder / "restored"
    for place in (source, target):
        (place / "data").mkdir(parents=True)
    dumps = [folder / f"{number}.i5bu" for number in range(GENERATIONS)]
    with EmbeddedPostgres(folder / "maker") as postgres:
        for number, dump in enumerate(dumps):
            write_backup(postgres, dump, a_shop(items, price=(number + 1) * STEP))
    toko(source, "sync", "--backup", dumps[0], *ANYTHING)
    toko(source, "backup", folder / "0.tar.gz")
    toko(target, "restore-backup", folder / "0.tar.gz")
    with (
        publishing(source, dumps, tally),
        TelegramServer() as telegram,
        running_bot(telegram, target / "data", target, SHOP_TIMEZONE="Asia/Jakarta") as bot,
    ):
        budi = telegram.user(BUDI, "Budi")
        for number in range(1, count + 1):
            time.sleep(rng.uniform(0, 1))
            backup = folder / f"{number}.tar.gz"
            published, begun = tally.publications, time.monotonic()
            before = current_file(source / "data" / "catalog")
            toko(source, "backup", backup)
            tally.seconds.append(time.monotonic() - begun)
            tally.during += published != tally.publications or before != current_file(source / "data" / "catalog")
            toko(target, "restore-backup", backup)
            served = generation_of(target / "data" / "catalog", STEP, items)
            price = f"Rp{served * STEP + 7:,}".replace(",", ".")
            wait_until(lambda price=price: price in budi.ask("barang ke 7").text, SECONDS)  # type: ignore[misc]
            tally.problems += find_problems(target, number)
            tally.backups += 1
            backup.unlink()
            print(f"{number} of {count}: generation {served}; problems so far: {len(tally.problems)}", flush=True)
        assert bot.check().returncode == 0
    tally.problems += reject_a_changed_byte(target, folder / "0.tar.gz", rng)
    return tally


def find_problems(target: Path, number: int) -> Iterator[str]:
    """What is wrong with a restored installation."""
    data = target / "data"
    with open_history(data / "history") as history:
        known = len(backups_of(history))
    if not 1 <= known <= GENERATIONS:
        yield f"backup {number}: the history has {known} backups"
    if left := [path for path in data.rglob("*") if ".part" in path.name or path.name == "restore.new"]:
        yield f"backup {number}: left over: {left}"


def reject_a_changed_byte(target: Path, backup: Path, rng: random.Random) -> Iterator[str]:
    """Change a byte of a backup. Yields a problem unless it is rejected, and nothing else has changed."""
    content = bytearray(backup.read_bytes())
    content[rng.randrange(len(content))] ^= 1
    backup.write_bytes(content)
    before = digests(target)
    said = toko(target, "restore-backup", backup, check=False)
    if "Nothing was changed." not in said or digests(target) != before:
        yield f"a changed byte was not rejected: {said}"


def digests(target: Path) -> dict[Path, str]:
    return {path: file_digest(path) for path in target.rglob("*") if path.is_file() and path.suffix != ".log"}


@contextmanager
def publishing(source: Path, dumps: list[Path], tally: Tally) -> Iterator[None]:
    """Sync one backup after the other, until the block ends."""
    stopping = threading.Event()

    def publish() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            toko(source, "sync", "--backup", dumps[number % GENERATIONS], *ANYTHING)
            tally.publications += 1

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def toko(folder: Path, *args: str | Path, check: bool = True) -> str:
    """Run the command in an installation. Returns what it prints."""
    variables = {**os.environ, "TOKO_DATA_DIR": str(folder / "data"), "DAGSTER_HOME": str(folder / "data" / "dagster")}
    done = subprocess.run(
        [TOKO, *map(str, args)], cwd=folder, env=variables, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


if __name__ == "__main__":
    main()
