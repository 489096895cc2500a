"""`toko sync` from Dropbox: whatever fails, the catalogue of before is served, and the next sync makes it good."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, sync
from tests.backups import SCHEMA, a_shop, write_backup
from tests.installation import Installation
from tests.reliability.refusals import one_line, refusal
from tests.servers.dropbox import DropboxServer, FaultKind, File
from tests.servers.dropbox_client import FOLDER, dropbox_server
from tests.waiting import wait_until
from toko_assets.backups import dropbox as dropbox_source
from toko_assets.backups import dropbox_client
from toko_assets.backups.choose_source import open_source
from toko_assets.backups.headers import read_headers
from toko_assets.common.settings import load_settings
from toko_assets.postgres.server import PostgresServer

TOKEN, LIST, DOWNLOAD = "oauth2/token", "files/list_folder", "files/download"
TOKO = Path(sys.executable).with_name("toko")
NOISE = random.Random(7).randbytes(300_000).hex()
"""Makes a backup long enough to be interrupted."""


@dataclass
class Shop:
    """An installation and its Dropbox; a backup is known by the price of its first item."""

    toko: Installation
    server: DropboxServer
    dumps: dict[int, bytes]

    uploads: int = 0

    def upload(self, price: int, name: str = "toko.i5bu", modified: datetime | None = None) -> File:
        """Each one was dumped a minute after the one before."""
        return self.server.put(f"{FOLDER}/{name}", self.dump(price), modified=modified)

    def read_headers(self) -> None:
        """What the sensor's tick does with a new file, so that the next download is of the whole file."""
        settings = load_settings()
        source = open_source(settings)
        now, listed = datetime.now(UTC), source.listing().backups
        read_headers(source, listed, settings.folder.records, settings.zone, now)

    def dump(self, price: int) -> bytes:
        self.uploads += 1
        file = self.toko.data.parent / "dump.i5bu"
        file.write_bytes(self.dumps[price])
        return dumped_at(file, datetime(2026, 1, 1) + timedelta(minutes=self.uploads)).read_bytes()

    def served(self) -> int:
        return int(self.toko.prices()["BRG-0"] or 0)

    def not_served(self) -> int:
        return next(price for price in self.dumps if price != self.served())


@pytest.fixture(scope="module")
def dumps(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[int, bytes]:
    """Backups by the price that they begin with."""
    file = tmp_path_factory.mktemp("dumps") / "a.i5bu"
    return {
        price: write_backup(
            postgres, file, a_shop(price=price), schema=f"{SCHEMA} CREATE TABLE tbl_log AS SELECT '{NOISE}' AS text;"
        ).read_bytes()
        for price in (1000, 2000)
    }


@pytest.fixture(scope="module")
def house(dumps: dict[int, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """An installation that has taken its first backup from Dropbox, and does not wait for long."""
    with dropbox_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropbox_client, "ANSWER_SECONDS", 1)
        patch.setattr(dropbox_client, "REPETITIONS", 0)
        patch.setattr(dropbox_source, "RESUMPTIONS", 2)
        with installed(tmp_path_factory.mktemp("toko"), **server.settings) as toko:
            shop = Shop(toko, server, dumps)
            shop.upload(1000)
            sync()
            yield shop


@pytest.fixture
def shop(house: Shop) -> Iterator[Shop]:
    """With an empty folder in Dropbox."""
    house.server.delete(FOLDER)
    house.server.make_folder(FOLDER)
    yield house
    house.server.heal()
    house.server.up()


def test_a_backup_in_dropbox_becomes_the_served_catalogue(shop: Shop) -> None:
    price = shop.not_served()
    uploaded = shop.upload(price, "Toko Jaya.I5BU")
    assert "Published" in sync().output
    assert shop.served() == price
    taken = shop.toko.record("raw_backup")
    assert (taken["name"], taken["revision"]) == ("Toko Jaya.I5BU", uploaded.rev)
    assert "Nothing new" in sync().output


@pytest.mark.parametrize(
    ("endpoint", "fault", "after", "words"),
    [
        (TOKEN, "revoked", None, "To get a new one, run `toko dropbox-login`."),
        (LIST, "missing-scope", None, "tick files.metadata.read under Permissions"),
        (LIST, "path-not-found", None, "correct DROPBOX_FOLDER_PATH"),
        (LIST, "html", None, "does the network ask for a login"),
        (LIST, "429", None, "Dropbox asks for fewer requests."),
        (LIST, "500", None, "Dropbox has an internal error (HTTP 500)."),
        (DOWNLOAD, "reset", 1000, "is the network up?"),
        (DOWNLOAD, "stall", 1000, "is the network up?"),
        (DOWNLOAD, "corrupted", None, "did not send the whole file"),
    ],
)
def test_a_fault_publishes_nothing_and_the_sync_after_it_does(
    shop: Shop, endpoint: str, fault: FaultKind, after: int | None, words: str
) -> None:
    old, new = shop.served(), shop.not_served()
    shop.upload(new)
    shop.server.fail(endpoint, fault, times=None, after=after)
    assert words in refusal(shop.toko)
    assert shop.served() == old
    shop.server.heal()
    sync()
    assert shop.served() == new


def test_a_dead_network_publishes_nothing_and_the_sync_after_it_does(shop: Shop) -> None:
    old, new = shop.served(), shop.not_served()
    shop.upload(new)
    shop.server.down()
    assert "Dropbox cannot be reached: is the network up?" in refusal(shop.toko)
    assert shop.served() == old
    shop.server.up()
    sync()
    assert shop.served() == new


def test_an_empty_folder_says_what_to_do(shop: Shop) -> None:
    said = refusal(shop.toko)
    assert "There is no iPOS backup (*.i5bu) in the Dropbox folder /IPOS" in said
    assert "put one there, or set DROPBOX_FOLDER_PATH." in said


def test_what_is_not_whole_is_passed_over_and_a_conflicted_copy_left_out(shop: Shop) -> None:
    now, price = datetime.now(UTC), shop.not_served()
    shop.upload(price, "utuh.i5bu", now - timedelta(hours=3))
    damaged = bytearray(shop.dump(price))
    damaged[damaged.index(b"x\x9c") + 60] ^= 4
    shop.server.put(f"{FOLDER}/rusak.i5bu", bytes(damaged), modified=now - timedelta(hours=2))
    shop.server.put(f"{FOLDER}/separuh.i5bu", shop.dump(price)[:-100], modified=now - timedelta(hours=1))
    shop.server.put(f"{FOLDER}/kosong.i5bu", b"", modified=now)
    shop.upload(shop.served(), "toko (conflicted copy 2026-01-05).i5bu")
    output = sync().output
    assert "! Skipped: toko (conflicted copy 2026-01-05).i5bu is a conflicted copy." in output
    for name in ("kosong", "separuh", "rusak"):
        assert f"! Skipped: {name}.i5bu is" in output
    assert shop.served() == price
    assert shop.toko.record("raw_backup")["name"] == "utuh.i5bu"
    assert shop.toko.list_leftovers() == []


def test_a_backup_that_is_replaced_during_its_download_is_taken_as_it_was_and_the_new_one_next(shop: Shop) -> None:
    first, second = shop.not_served(), shop.served()
    old = shop.upload(first)
    shop.read_headers()
    shop.server.fail(DOWNLOAD, "truncated", meanwhile=lambda: shop.upload(second))
    sync()
    assert shop.served() == first
    assert shop.toko.record("raw_backup")["revision"] == old.rev
    sync()
    assert shop.served() == second


def test_a_sync_that_is_killed_in_a_download_leaves_nothing_after_the_next_one(shop: Shop) -> None:
    old, new = shop.served(), shop.not_served()
    shop.upload(new)
    shop.read_headers()
    shop.server.fail(DOWNLOAD, "stall", after=100_000)
    with subprocess.Popen(
        [TOKO, "sync"], env={**os.environ, **shop.server.environment}, stdout=subprocess.DEVNULL
    ) as child:
        try:
            wait_until(lambda: any(path.stat().st_size for path in shop.toko.data.glob("backups/.*.part")))
        finally:
            child.send_signal(signal.SIGKILL)
    assert shop.toko.list_leftovers() != []
    assert shop.served() == old
    shop.server.heal()
    output = sync().output
    assert "was unfinished and has been removed." in output
    assert "died and has been marked as failed." in output
    assert shop.served() == new
    assert shop.toko.list_leftovers() == []


@pytest.mark.parametrize("name", ["DROPBOX_APP_KEY", "DROPBOX_REFRESH_TOKEN"])
def test_a_setting_that_dropbox_needs_is_named(shop: Shop, name: str) -> None:
    environment = {**os.environ, **shop.server.environment}
    del environment[name]
    done = subprocess.run([TOKO, "sync"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = one_line(done.stderr)
    assert f"The setting {name} is missing: BACKUP_SOURCE=dropbox needs it." in said
    assert "`toko dropbox-login` prints it." in said


def test_no_secret_is_written_anywhere(shop: Shop) -> None:
    """After all that went wrong above: records, runs, logs, Dagster's databases."""
    secrets = {shop.server.refresh_token, *shop.server.app.access_tokens}
    shop.server.fail(TOKEN, "revoked")
    refusal(shop.toko)
    files = [path for path in shop.toko.data.rglob("*") if path.is_file() and "postgres" not in path.parts]
    assert any("dagster" in path.parts for path in files)
    assert [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)] == []
