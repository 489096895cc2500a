"""The chain asks the owners, they decide in the bot, and the chain does what they decided."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests import made_once
from tests.backups import a_shop, write_backup
from tests.servers.dagster import FakeDagster, dagster
from tests.servers.telegram import Message, TelegramServer
from tests.toko_assets.defs.sensing import OWNER, Daemon, a_daemon
from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from toko_assets.postgres.server import PostgresServer
from toko_core.state.decisions import Press

SITI, RINA = OWNER, 103
ITEMS, USUAL_PRICE = 60, 1000
USUAL, ABSURD, CHEAP, DEAR = "SELECT 1", *(f"UPDATE tbl_item SET hargajual1 = {price}" for price in (1, 2, 90_000))
EMPTY = "UPDATE tbl_item SET hargajual1 = 0 WHERE kodeitem <> 'BRG-0'"
ASKED = "Harga yang terakhir tetap dipakai. Kalau data ini memang benar, ketuk Tetap pakai."


@dataclass
class Shop:
    """A shop with two owners, whose chain and bot share a folder, a Telegram and a Dagster."""

    daemon: Daemon
    telegram: TelegramServer
    dagster: FakeDagster
    bots: Path
    """The data folder of the bot."""
    day: int = 0
    """Of the last backup."""
    _running: ExitStack = field(default_factory=ExitStack)
    _bot: DirectBot | None = None

    @property
    def bot(self) -> DirectBot:
        assert self._bot is not None
        return self._bot

    def start_bot(self) -> None:
        """Start the bot, after the last one has ended. It makes the state database, as a running bot does."""
        self._running.close()
        owners = f"{SITI},{RINA}"
        state_url = os.environ["STATE_URL"]
        made = direct_bot(self.bots, owner_users=owners, dagster_url=self.dagster.url, state_url=state_url)
        self._bot = self._running.enter_context(made)
        self._bot.use(self.telegram)
        assert self._bot.bot.services.people.everybody()
        self._follow()

    def stop_bot(self) -> None:
        self._running.close()

    def chat(self, owner: int) -> Chat:
        return Chat(self.bot, self.telegram.user(owner))

    def last(self, owner: int) -> Message:
        """The last message that the owner got, as it is now."""
        return [message for message in self.telegram.user(owner).messages if message.sender.is_bot][-1]

    def now(self, owner: int, message: Message) -> Message:
        """A message of the owner's as it is now."""
        return next(each for each in self.telegram.user(owner).messages if each.id == message.id)

    def put(self, backup: bytes) -> str:
        """A backup of the next day arrives. Returns its name."""
        self.day += 1
        return self.daemon.put(f"toko-{self.day}.i5bu", self.day, backup).name

    def sync(self, backup: bytes) -> str:
        """A backup of the next day arrives and is synced, and the owners are told. Returns its name."""
        name = self.put(backup)
        run = self.daemon.run(self.daemon.ask())
        self._tell(run)
        return name

    def do_launched(self) -> dg.DagsterRun:
        """Run what the bot launched last, with its config and tags."""
        params = self.dagster.launched[-1]
        job = self.daemon.defs.resolve_job_def(params["selector"]["jobName"])
        made_once.give_postgres(self.daemon.toko.data)
        run = job.execute_in_process(
            instance=self.daemon.instance,
            run_config={**params["runConfigData"], "loggers": {"console": {}}},
            tags={tag["key"]: tag["value"] for tag in params["executionMetadata"]["tags"]},
            raise_on_error=False,
        ).dagster_run
        del self.dagster.runs[0]  # as it was when it was launched
        self._tell(run)
        return run

    def ops(self, asked: Message | None = None) -> dict[str, Any]:
        """The config of the assets after raw_backup in the run that was launched last, or that a message asks for."""
        if asked is None:
            ops = self.dagster.launched[-1]["runConfigData"]["ops"]
        else:
            pressed = Press.decode(asked.buttons[0].data)
            found = self.bot.bot.services.decisions.find(pressed.decision) if pressed else None
            assert found is not None
            ops = found.details["runs"][0]["ops"]
        return {asset: given["config"] for asset, given in ops.items() if asset != "raw_backup"}

    def _tell(self, run: dg.DagsterRun) -> None:
        """Let Dagster list the run, notify the owners, and let the bot follow."""
        tags = [{"key": key, "value": value} for key, value in self.daemon.tags(run).items()]
        self.dagster.runs.insert(0, {"runId": run.run_id, "status": self.daemon.status(run).value, "tags": tags})
        self.daemon.tell()
        self._follow()

    def _follow(self) -> None:
        """Give the bot what is published. It has a copy: a process opens a catalogue in one way only."""
        published = self.daemon.toko.data / "catalog"
        if published.exists():
            shutil.copytree(published, self.bots / "catalog", dirs_exist_ok=True)
        self.bot.poll()


@pytest.fixture(scope="module")
def dump(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Make the backup of a shop of 60 items after a statement, once for each."""
    folder, made = tmp_path_factory.mktemp("dumps"), dict[tuple[str, str], bytes]()

    def write(statement: str = USUAL, database: str = "i5_toko") -> bytes:
        key = (statement, database)
        if key not in made:
            shop = replace(a_shop(ITEMS), statements=[statement])
            made[key] = write_backup(postgres, folder / f"{len(made)}.i5bu", shop, database=database).read_bytes()
        return made[key]

    return write


@contextmanager
def a_shop_with_two_owners(folder: Path) -> Iterator[Shop]:
    with TelegramServer() as telegram, dagster() as fake, ExitStack() as stack:
        for owner, name in ((SITI, "Siti"), (RINA, "Rina")):
            telegram.user(owner, name)
        settings = {
            **telegram.settings, "OWNER_USERS": f"{SITI},{RINA}", "ALLOWED_USERS": "",
            "STATE_URL": f"sqlite:///{folder}/state.db",
        }  # fmt: skip
        shop = Shop(stack.enter_context(a_daemon(folder, **settings)), telegram, fake, folder / "bot")
        stack.callback(shop.stop_bot)
        shop.daemon.toko.inbox.mkdir(parents=True)
        shop.start_bot()
        yield shop


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop_with_two_owners(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(running: Shop, dump: Callable[..., bytes]) -> Shop:
    """A shop that serves its usual prices."""
    if not running.day or running.daemon.toko.prices()["BRG-0"] != USUAL_PRICE:
        running.sync(dump())
    running.dagster.launched.clear()
    return running


def test_a_blocked_backup_is_published_once_when_two_owners_press_twice_with_a_restart(
    shop: Shop, dump: Callable[..., bytes]
) -> None:
    name = shop.sync(dump(ABSURD))
    siti, rina = shop.chat(SITI), shop.chat(RINA)
    asked = {owner: shop.last(owner) for owner in (SITI, RINA)}
    for message in asked.values():
        assert message.text.startswith("⚠️ Toko: data baru ditahan\nBackup ")
        assert f" 2026 00.00 WIB ({name})\n" in message.text
        assert "60 dari 60 harga (100%) berubah sekaligus, umumnya sebesar 99,9%." in message.text
        assert "\n• BARANG KE 59 (PCS) – Rp1.059 → Rp1\n" in message.text
        assert len([line for line in message.text.splitlines() if line.startswith("• ")]) == 5
        assert ", modal Rp800\n" in message.text
        assert ASKED in message.text
        assert message.labels == ["Tetap pakai", "Biarkan"]

    sure = siti.press("Tetap pakai", asked[SITI])
    assert "Yakin? Semua harga dari backup ini langsung dipakai" in sure.text
    assert sure.labels == ["Ya", "Batal"]
    assert siti.press("Batal", sure).labels == ["Tetap pakai", "Biarkan"]
    sures = {SITI: siti.press("Tetap pakai", asked[SITI]), RINA: rina.press("Tetap pakai", asked[RINA])}
    assert shop.dagster.launched == []
    siti.press("Ya", sures[SITI])
    for owner in (SITI, RINA):
        decided = shop.now(owner, asked[owner])
        assert ASKED not in decided.text
        assert "\n\n✅ Data ini dipakai\nSiti · " in decided.text
        assert decided.labels == []
    told = "Sudah diputuskan Siti: data ini dipakai."
    for owner, chat in ((SITI, siti), (RINA, rina)):
        assert [chat.alert(button, asked[owner]) for button in sures[owner].buttons] == [told, told]
    shop.start_bot()
    yes = sures[RINA].find_button("Ya")
    assert [shop.chat(owner).alert(yes, asked[owner]) for owner in (SITI, RINA)] == [told, told]
    assert len(shop.dagster.launched) == 1
    assert shop.ops() == {
        "product_catalog": {"most_prices_changed": 1.0, "most_prices_jumped": 1.0, "most_below_cost": 1.0}
    }

    run = shop.do_launched()
    assert shop.daemon.status(run) == dg.DagsterRunStatus.SUCCESS
    assert shop.daemon.toko.prices()["BRG-0"] == 1
    assert "sinkronisasi berhasil lagi" in shop.last(RINA).text
    assert shop.daemon.look().requests == []  # it is served: nothing is newer
    assert f"Siti memakai backup {name} yang ditahan" in shop.chat(SITI).ask("/catatan").text


def test_a_stale_message_says_that_it_is_too_late_in_the_bot_and_in_the_chain(
    shop: Shop, dump: Callable[..., bytes]
) -> None:
    shop.sync(dump(CHEAP))
    first = {owner: shop.last(owner) for owner in (SITI, RINA)}
    sure = shop.chat(SITI).press("Tetap pakai", first[SITI])
    blocked = shop.sync(dump(DEAR))  # another run has concluded
    assert shop.last(SITI).id != first[SITI].id
    late = "Sudah terlambat: sejak pesan ini sudah ada data atau backup lain."
    assert shop.chat(SITI).alert(sure.find_button("Ya"), first[SITI]) == late
    for owner in (SITI, RINA):
        closed = shop.now(owner, first[owner])
        assert (closed.text.endswith(f"⌛ {late}"), closed.labels) == (True, [])
    assert shop.dagster.launched == []

    rina = shop.chat(RINA)
    rina.press("Ya", rina.press("Tetap pakai", shop.last(RINA)))
    shop.sync(dump())
    before = shop.daemon.toko.catalog
    run = shop.do_launched()  # something else was published before it began
    assert shop.daemon.reason(run).startswith(f"It is too late to publish {blocked}: ")
    assert shop.daemon.toko.catalog == before
    assert "\nSudah terlambat: sejak pesan itu dikirim, data yang dipakai sudah berubah" in shop.last(SITI).text


def test_exactly_the_limits_of_the_failed_checks_are_lifted_and_structural_damage_has_no_button(
    shop: Shop, dump: Callable[..., bytes]
) -> None:
    name = shop.sync(dump(EMPTY))
    assert "59 dari 60 barang belum ada harganya." in shop.last(SITI).text
    assert "\n• BARANG KE 1\n" in shop.last(SITI).text
    siti = shop.chat(SITI)
    siti.press("Ya", siti.press("Tetap pakai", shop.last(SITI)))
    assert shop.ops() == {"exported_products": {"most_unpriced_sold": 1.0}}
    assert shop.daemon.status(shop.do_launched()) == dg.DagsterRunStatus.FAILURE  # these limits are compared only now
    rina, asked, before = shop.chat(RINA), shop.last(RINA), shop.daemon.toko.catalog
    assert "59 dari 60 barang (98,3%) harganya jadi kosong." in asked.text
    assert shop.ops(asked) == {
        "exported_products": {"most_unpriced_sold": 1.0}, "product_catalog": {"most_unpriced": 1.0},
    }  # fmt: skip
    sure = rina.press("Biarkan", asked)
    assert "Yakin? Backup ini tidak dipakai." in sure.text
    rina.press("Ya", sure)
    assert "\n\n❌ Dibiarkan, harga yang terakhir tetap dipakai\nRina · " in shop.last(SITI).text
    assert (len(shop.dagster.launched), shop.daemon.toko.catalog) == (1, before)
    assert f"Rina membiarkan backup {name} yang ditahan" in rina.ask("/catatan").text

    shop.sync(dump("UPDATE tbl_item SET hargajual1 = -1"))
    assert "kurang dari nol" in shop.last(SITI).text
    assert shop.last(SITI).labels == []


def test_a_database_is_chosen_and_changed_with_buttons(tmp_path: Path, dump: Callable[..., bytes]) -> None:
    with a_shop_with_two_owners(tmp_path) as shop:
        shop.put(dump(database="i5_lama"))
        new = shop.put(dump(database="i5_baru"))
        assert shop.daemon.look().requests == []
        asked, siti, rina = shop.last(SITI), shop.chat(SITI), shop.chat(RINA)
        assert asked.labels == ["Pakai i5_baru", "Pakai i5_lama"]
        sures = {siti: siti.press("Pakai i5_lama", asked), rina: rina.press("Pakai i5_baru", shop.last(RINA))}
        siti.press("Ya", sures[siti])
        told = "Sudah diputuskan Siti: database i5_lama dipakai."
        assert rina.alert(sures[rina].find_button("Ya"), shop.last(RINA)) == told
        assert "✅ Database i5_lama dipakai\nSiti · " in shop.last(RINA).text
        assert shop.daemon.status(shop.do_launched()) == dg.DagsterRunStatus.SUCCESS
        assert siti.alert(sures[siti].find_button("Ya"), asked) == told
        assert len(shop.dagster.launched) == 1

        shop.daemon.look()
        asked, siti, rina = shop.last(RINA), shop.chat(SITI), shop.chat(RINA)
        assert f"{new} berasal dari database i5_baru." in asked.text
        assert asked.labels == ["Pakai ini", "Toko lain"]
        rina.press("Ya", rina.press("Toko lain", asked))
        assert "❌ Bukan database toko ini\nRina · " in shop.last(SITI).text
        shop.put(dump(database="i5_cabang"))
        shop.daemon.look()
        siti.press("Ya", siti.press("Pakai ini", shop.last(SITI)))
        assert shop.daemon.status(shop.do_launched()) == dg.DagsterRunStatus.SUCCESS
        served = shop.daemon.toko.query("SELECT value FROM catalog_info WHERE key = 'backup_database'")
        assert served == [("i5_cabang",)]
        notes = shop.chat(SITI).ask("/catatan").text
        for said in ("Siti memilih database i5_lama", "Rina menolak database i5_baru", "memilih database i5_cabang"):
            assert said in notes
