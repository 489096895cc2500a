"""Whose backup is this? Several databases' backups in one folder, and the order of what arrives there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import dagster as dg
import duckdb
import pytest

from tests.acceptance.dumps import dumped_at, of_database
from tests.acceptance.places import set_time
from tests.backups import a_shop, write_backup
from tests.installation import Answer
from tests.servers.dropbox_client import dropbox_server
from tests.servers.telegram import TelegramServer
from tests.toko_assets.defs.sensing import NEW_YEAR, Daemon, a_daemon, texts
from toko_assets.common.notifier import RETRIES
from toko_assets.postgres.server import PostgresServer

OURS, NEXT_YEARS, PROMO = "i5_TOKO_2026", "i5_TOKO_2027", "i5_PROMO2026"
OWNERS = (102, 103)
FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS


@dataclass
class Folder:
    """A shop's folder into which backups of several databases come. A price tells which backup is served."""

    daemon: Daemon
    backups: dict[int, bytes]
    """By price."""
    capsys: pytest.CaptureFixture[str]
    put_there: dict[int, Path] = field(default_factory=dict)

    def put(self, price: int, database: str, day: float, *, name: str = "", changed: float | None = None) -> Path:
        """A backup dumped on that day of January 2026; the file was changed on the same day, if not said otherwise."""
        file = self.daemon.toko.inbox / (name or f"{price}.i5bu")
        file.write_bytes(of_database(self.backups[price], database))
        dumped_at(file, datetime(2026, 1, 1) + timedelta(days=day))
        self.put_there[price] = set_time(file, int(NEW_YEAR + (day if changed is None else changed) * 86_400))
        return file

    def look(self) -> str | None:
        """A tick of the sensor, and the run that it asks for; the reason if it asks for none."""
        look = self.daemon.look()
        for request in look.requests:
            self.daemon.run(request)
        return None if look.requests else look.said

    def sync(self, *arguments: str | Path) -> Answer:
        return self.daemon.toko.run("sync", *arguments, capsys=self.capsys)

    @property
    def price(self) -> int | None:
        """The price that is served; None before the first publication."""
        return int(self.daemon.toko.prices()["BRG-0"] or 0) if self.daemon.toko.catalog else None

    @property
    def database(self) -> str:
        """What the catalogue says."""
        ((database,),) = self.daemon.toko.query("SELECT value FROM catalog_info WHERE key = 'backup_database'")
        return str(database)


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[int, bytes]:
    """Of shops with three products, by the price of the first."""
    folder = tmp_path_factory.mktemp("backups")
    prices = range(1000, 1012)
    return {price: write_backup(postgres, folder / f"{price}", a_shop(price=price)).read_bytes() for price in prices}


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as telegram:
        yield telegram


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


@pytest.fixture
def folder(
    tmp_path: Path,
    backups: dict[int, bytes],
    telegram: TelegramServer,
    settings: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Folder]:
    owners = {"OWNER_USERS": ",".join(map(str, OWNERS)), "ALLOWED_USERS": "101"}
    for owner in OWNERS:
        telegram.user(owner, f"Pemilik {owner}")
    with a_daemon(tmp_path, **telegram.settings, **owners, **settings) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        yield Folder(daemon, backups, capsys)


def told(telegram: TelegramServer, owner: int) -> list[str]:
    """The first lines of what the owner got, but for those of syncs."""
    person = telegram.user(owner, f"Pemilik {owner}")
    return [text for text in texts(person) if "data harga baru" not in text]


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_only_the_shops_backups_are_served_and_every_newer_one_is(
    folder: Folder, telegram: TelegramServer, seed: int
) -> None:
    random = Random(seed)
    folder.put(1000, OURS, 0)
    assert folder.look() is None
    prices, newest, served = iter(random.sample(range(1001, 1012), 9)), 0.0, 1000
    others: set[str] = set()
    for price in prices:
        database, day = random.choice([OURS, NEXT_YEARS, PROMO]), random.uniform(-5, 20)
        folder.put(price, database, day)
        if database == OURS and day > newest:
            newest, served = day, price
        others |= {database} - {OURS}
        if random.random() < 0.5:
            folder.look()
        else:
            assert folder.sync().status == 0
        assert (folder.price, folder.database) == (served, OURS)
        if random.random() < 0.3:
            folder.daemon.restart()
    folder.look()
    assert (folder.price, folder.database) == (served, OURS)
    for owner in OWNERS:
        foreign = [text for text in told(telegram, owner) if "backup dari database lain" in text]
        assert len(foreign) == len(others)
        assert all(sum(other in text for text in foreign) == 1 for other in others)


def test_notices_that_telegram_did_not_take_are_late_and_cost_a_tick_one_attempt(
    folder: Folder, telegram: TelegramServer
) -> None:
    folder.put(1000, OURS, 0)
    assert folder.look() is None
    for price, database in ((1001, PROMO), (1002, NEXT_YEARS)):
        folder.put(price, database, 5)
    telegram.fail("sendMessage", "500", times=None)
    before = len(telegram.requests)
    assert folder.look() == "1000.i5bu is served."
    assert len(telegram.requests) - before == len(OWNERS) * (1 + RETRIES)
    assert folder.look() == "1000.i5bu is served."
    assert len(telegram.requests) - before == len(OWNERS) * (1 + RETRIES)
    telegram.heal()
    for _ in range(2):
        assert folder.daemon.deliver() == "No message waits."
    assert folder.look() == "1000.i5bu is served."
    for owner in OWNERS:
        assert len(told(telegram, owner)) == 2


class TestSeveralDatabases:
    """Before any is chosen."""

    LINE = f"There are backups of 2 databases: {OURS} (newest: 1001.i5bu), {PROMO} (newest: 1000.i5bu)."

    @pytest.fixture(autouse=True)
    def two(self, folder: Folder) -> None:
        folder.put(1000, PROMO, 1)
        folder.put(1001, OURS, 2)

    def test_nothing_is_published_and_everybody_says_how_to_choose(
        self, folder: Folder, telegram: TelegramServer
    ) -> None:
        for _ in range(2):
            said = folder.look()
            assert said is not None
            assert said.startswith(self.LINE)
            assert f"`toko sync --adopt {OURS}`" in said
        answer = folder.sync()
        assert answer.status == 1
        assert self.LINE in answer.error
        assert len(answer.error.splitlines()) == 1
        assert folder.price is None
        for owner in OWNERS:
            (text,) = told(telegram, owner)
            assert "ada backup dari 2 database" in text
            assert "Minta teknisi memilih salah satu." in text

    @pytest.mark.parametrize("name", [OURS, OURS.upper()])
    def test_one_is_adopted_by_the_command_whatever_the_case(self, folder: Folder, name: str) -> None:
        answer = folder.sync("--adopt", name)
        assert answer.status == 0, answer
        assert (folder.price, folder.database) == (1001, OURS)
        folder.put(1002, PROMO, 3)
        folder.put(1003, OURS, 2.5)
        assert folder.look() is None
        assert folder.price == 1003

    def test_one_is_adopted_in_the_config_of_a_run(self, folder: Folder) -> None:
        config = {"ops": {"raw_backup": {"config": {"adopt_database": PROMO}}}, "loggers": {"console": {}}}
        assert folder.daemon.status(folder.daemon.launch("sync", **config)) == SUCCEEDED
        assert (folder.price, folder.database) == (1000, PROMO)

    def test_one_is_set(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IPOS_DATABASE", "i5_promo*")
        folder.daemon.restart()
        assert folder.look() is None
        assert (folder.price, folder.database) == (1000, PROMO)
        monkeypatch.delenv("IPOS_DATABASE")
        folder.daemon.restart()
        folder.put(1002, OURS, 5)
        folder.put(1003, PROMO, 4)
        assert folder.look() is None
        assert (folder.price, folder.database) == (1003, PROMO)


class TestIposDatabase:
    def test_where_nothing_matches_one_line_says_so(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IPOS_DATABASE", "i5_LAIN*")
        folder.daemon.restart()
        folder.put(1000, OURS, 1)
        line = f"There is no backup of database i5_LAIN* (IPOS_DATABASE), only of: {OURS}."
        assert folder.look() == line
        answer = folder.sync()
        assert (answer.status, answer.error.removeprefix("toko: ")) == (1, line)
        assert "cannot be adopted" in folder.sync("--adopt", OURS).error
        assert folder.price is None

    def test_with_a_pattern_the_next_years_database_replaces_this_years(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("IPOS_DATABASE", "i5_TOKO*")
        folder.daemon.restart()
        folder.put(1000, OURS, 1)
        assert folder.look() is None
        folder.put(1001, NEXT_YEARS, 2)
        assert folder.look() is None
        assert (folder.price, folder.database) == (1001, NEXT_YEARS)
        for day, price in ((3, 1002), (4, 1003)):
            folder.put(price, OURS, day)
            assert folder.look() == "1001.i5bu is served."
        folder.put(1004, NEXT_YEARS, 5)
        assert folder.look() is None
        assert folder.price == 1004
        assert folder.sync("--adopt", OURS).status == 0
        assert (folder.price, folder.database) == (1003, OURS)

    def test_where_both_were_there_first_the_older_number_does_not_come_back(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("IPOS_DATABASE", "i5_TOKO*")
        folder.daemon.restart()
        folder.put(1001, NEXT_YEARS, 2)
        assert folder.look() is None
        folder.put(1000, OURS, 3)
        assert folder.look() == "1001.i5bu is served."


class TestForeignBackup:
    """One that a person names."""

    @pytest.fixture(autouse=True)
    def served(self, folder: Folder) -> None:
        folder.put(1000, OURS, 1)
        folder.look()

    def test_it_is_rejected_in_one_line_that_names_both_databases(self, folder: Folder) -> None:
        file = folder.put(1001, PROMO, 2)
        line = f"1001.i5bu is a backup of database {PROMO}, but the shop's database is {OURS}."
        answer = folder.sync("--backup", file)
        assert answer.status == 1
        assert line in answer.error
        assert len([said for said in answer.error.splitlines() if not said.startswith("✗")]) == 1
        run = folder.daemon.launch("sync_this_backup", backup=file.name)
        assert folder.daemon.status(run) == FAILED
        assert folder.daemon.reason(run).startswith(line)
        assert folder.price == 1000

    def test_it_is_published_with_its_adoption_and_compared_with_nothing(self, folder: Folder) -> None:
        file = folder.put(1001, PROMO, 2)
        assert folder.sync("--backup", file, "--adopt", PROMO).status == 0
        assert (folder.price, folder.database) == (1001, PROMO)
        folder.put(1002, OURS, 3)
        assert folder.look() == "1001.i5bu is served."
        run = folder.daemon.launch("sync_this_backup", backup="1002.i5bu", adopt_database=OURS)
        assert folder.daemon.status(run) == SUCCEEDED
        assert (folder.price, folder.database) == (1002, OURS)


class TestOrder:
    """Backups are ordered by the time in their header."""

    @pytest.fixture(autouse=True)
    def served(self, folder: Folder) -> None:
        folder.put(1000, OURS, 5)
        folder.look()

    def test_an_older_one_copied_back_is_never_published_and_the_owners_are_told_once(
        self, folder: Folder, telegram: TelegramServer
    ) -> None:
        folder.put(1001, OURS, 2, name="salinan.i5bu", changed=400)
        for _ in range(2):
            assert folder.look() == "1000.i5bu is served."
        assert folder.sync().status == 0
        assert folder.daemon.status(folder.daemon.launch("sync")) == SUCCEEDED
        assert folder.price == 1000
        for owner in OWNERS:
            (text,) = told(telegram, owner)
            assert "backup yang lebih lama masuk" in text
            assert "salinan.i5bu" in text

    @pytest.mark.parametrize("year", [2004, 2154])
    def test_an_impossible_date_keeps_no_other_out_and_the_owners_are_told_once(
        self, folder: Folder, telegram: TelegramServer, year: int
    ) -> None:
        file = folder.put(1001, OURS, 6, name="aneh.i5bu")
        dumped_at(file, datetime(year, 6, 1))
        set_time(file, NEW_YEAR + 700 * 86_400)
        for _ in range(2):
            assert folder.look() == "1000.i5bu is served."
        answer = folder.sync("--backup", file)
        assert answer.status == 1
        assert f"aneh.i5bu says that it was dumped on {year}-06-01" in answer.error
        folder.put(1002, OURS, 7)
        answer = folder.sync()
        assert answer.status == 0
        assert f"Skipped: aneh.i5bu says that it was dumped on {year}-06-01" in answer.output
        assert folder.price == 1002
        for owner in OWNERS:
            assert ["tanggal backup tidak mungkin" in text for text in told(telegram, owner)] == [True]

    def test_a_clock_that_is_some_hours_ahead_keeps_no_later_backup_out(self, folder: Folder) -> None:
        now = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=7)
        file = folder.put(1001, OURS, 6, name="cepat.i5bu")
        set_time(dumped_at(file, now + timedelta(hours=5)), NEW_YEAR)
        assert folder.look() is None
        assert folder.price == 1001
        file = folder.put(1002, OURS, 6, name="tepat.i5bu")
        set_time(dumped_at(file, now + timedelta(hours=1)), NEW_YEAR + 60)
        folder.daemon.wait(timedelta(hours=2))
        assert folder.look() is None
        assert folder.price == 1002

    @pytest.mark.parametrize("by_command", [True, False])
    def test_a_chosen_older_one_stays_until_one_comes_that_is_newer_than_all_listed_then(
        self, folder: Folder, by_command: bool
    ) -> None:
        older = folder.put(1001, OURS, 2)
        folder.put(1002, OURS, 6)
        if by_command:
            assert folder.sync("--backup", older).status == 0
        else:
            folder.daemon.launch("sync_this_backup", backup=older.name)
        assert folder.price == 1001
        folder.put(1003, OURS, 5.5)
        assert folder.look() == "1001.i5bu is served."
        assert folder.sync().status == 0
        assert folder.price == 1001
        folder.put(1004, OURS, 6.5)
        assert folder.look() is None
        assert folder.price == 1004


class TestRejectedBackup:
    """The newest one has too few products; the one before it is good."""

    @pytest.fixture(autouse=True)
    def three(self, folder: Folder, postgres: PostgresServer, tmp_path: Path) -> None:
        folder.put(1000, OURS, 1)
        folder.look()
        folder.backups = folder.backups | {
            9: write_backup(postgres, tmp_path / "9", a_shop(items=1, price=9)).read_bytes()
        }
        folder.put(1001, OURS, 2)
        folder.put(9, OURS, 3)

    def test_the_sensor_takes_the_next_one_and_asks_for_the_rejected_one_no_more(self, folder: Folder) -> None:
        assert folder.look() is None
        assert folder.price == 1000
        assert folder.look() is None
        assert folder.price == 1001
        for _ in range(2):
            said = folder.look()
            assert said is not None
            assert said.startswith("9.i5bu was rejected by its checks")
            folder.daemon.restart()
        assert folder.daemon.status(folder.daemon.launch("sync")) == SUCCEEDED
        assert folder.price == 1001

    def test_the_command_takes_the_next_one_and_says_so(self, folder: Folder) -> None:
        answer = folder.sync()
        assert answer.status == 0, answer
        assert "! Skipped: " in answer.output
        assert "1 products, 3 before" in answer.output
        assert folder.price == 1001

    def test_the_command_tries_it_again_and_a_larger_limit_publishes_it(self, folder: Folder) -> None:
        folder.look()
        folder.look()
        answer = folder.sync()
        assert answer.status == 1
        assert "9.i5bu" in answer.error or "1 products, 3 before" in answer.error
        assert folder.sync("--most-lost", "100").status == 0
        assert folder.price == 9


def test_of_a_foreign_backup_in_dropbox_only_the_beginning_is_read_and_only_once(
    tmp_path: Path, backups: dict[int, bytes]
) -> None:
    with dropbox_server() as dropbox, a_daemon(tmp_path, **dropbox.settings) as daemon:
        dropbox.put("/IPOS/ours.i5bu", of_database(backups[1000], OURS))
        daemon.run(daemon.ask())
        served, before = daemon.toko.catalog, len(dropbox.received("files/download"))
        dropbox.put("/IPOS/promo.i5bu", of_database(backups[1001], PROMO))
        for _ in range(3):
            assert daemon.look().said == "ours.i5bu is served."
        (request,) = dropbox.received("files/download")[before:]
        assert request.range == "bytes=0-4095"
        assert daemon.toko.catalog == served


def test_a_served_backup_of_an_unknown_database_still_keeps_older_ones_out(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(1000, OURS, 5)
    assert folder.look() is None
    assert folder.daemon.toko.catalog is not None
    with duckdb.connect(folder.daemon.toko.catalog) as connection:
        connection.execute("DELETE FROM catalog_info WHERE key = 'backup_database'")
    for copy in (folder.daemon.toko.data / "backups").iterdir():
        copy.unlink()
    monkeypatch.setenv("IPOS_DATABASE", "i5_TOKO*")
    folder.daemon.restart()
    folder.put(1001, OURS, 4)
    assert folder.look() == "1000.i5bu is served."
    folder.put(1002, OURS, 6)
    assert folder.look() is None
    assert folder.price == 1002
