"""What owners decide in the bot by themselves: an earlier catalogue, a sync, quiet hours. Each is done once."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.servers.dagster import FakeDagster, dagster
from tests.servers.telegram import Message, TelegramServer
from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import INDOMIE, SUGAR, point_at, publish_shop
from toko_bot.replies import messages
from toko_bot.replies.decisions import texts
from toko_bot.replies.people.texts import ONLY_OWNERS
from toko_core.people import Person, Role
from toko_core.state import dagster_client
from toko_core.state.decisions import YES, Kind, Question
from toko_core.state.decisions.store import LEASE
from toko_core.state.quiet import read_quiet
from toko_core.state.tables import decisions

RINA = 103
GONE = "http://127.0.0.1:9"
"""An address at which nothing responds."""


@dataclass
class Shop:
    """A bot of two owners, which can be started again with other settings."""

    data: Path
    dagster: FakeDagster
    telegram: TelegramServer = field(default_factory=TelegramServer)
    _running: ExitStack = field(default_factory=ExitStack)
    _bot: DirectBot | None = None

    @property
    def bot(self) -> DirectBot:
        assert self._bot is not None
        return self._bot

    def start(self, **settings: str) -> None:
        """Start the bot, after the last one has ended."""
        self.stop()
        people = {"owner_users": f"{SITI},{RINA}", "allowed_users": str(BUDI), "dagster_url": self.dagster.url}
        self._bot = self._running.enter_context(direct_bot(self.data, None, **{**people, **settings}))
        self._bot.use(self.telegram)

    def stop(self) -> None:
        self._running.close()
        self._bot = None
        gc.collect()  # a process opens a catalogue in one way only, so the last bot must have let go of it

    def chat(self, user: int) -> Chat:
        names = {SITI: "Siti", RINA: "Rina", BUDI: "Budi"}
        return Chat(self.bot, self.telegram.user(user, names[user]))

    def now(self, user: int, message: Message) -> Message:
        """A message as it is now."""
        return next(each for each in self.telegram.user(user).messages if each.id == message.id)

    def ask(self, key: str, kind: Kind = Kind.SYNC) -> int:
        """A question to both owners, as the chain sends it. Returns its number."""
        store = self.bot.bot.services.decisions
        decision = store.ask(Question(key, kind, "Sinkron?", {"job": "sync", "runs": [{}]}))
        return decision.id


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two catalogues, of which the second is served."""
    data = tmp_path_factory.mktemp("shop") / "data"
    publish_shop(data, [INDOMIE], age=timedelta(days=1))
    publish_shop(data, [INDOMIE, SUGAR])
    return data


@pytest.fixture
def shop(catalogues: Path) -> Iterator[Shop]:
    with dagster() as fake:
        shop = Shop(catalogues, fake)
        shop.start()
        with shop.bot.bot.services.state.write() as connection:
            for table in ("decisions", "decision_messages", "options", "audit"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        yield shop
        shop.stop()


def test_a_rollback_is_launched_once_when_two_owners_press_twice_with_a_restart(shop: Shop) -> None:
    siti, rina = shop.chat(SITI), shop.chat(RINA)
    lists = {SITI: siti.ask("/kembali"), RINA: rina.ask("/kembali")}
    assert lists[SITI].labels == ["1"]
    assert " · 1 barang" in lists[SITI].text
    sure = {SITI: siti.press("1", lists[SITI]), RINA: rina.press("1", lists[RINA])}
    assert "Yakin? Semua orang langsung melihat harga itu." in sure[SITI].text
    assert siti.press("Batal", sure[SITI]).text == lists[SITI].text
    sure[SITI] = siti.press("1", lists[SITI])
    rina.press("Ya", sure[RINA])
    for owner in (SITI, RINA):
        decided = shop.now(owner, sure[owner])
        assert ("✅ Dikembalikan\nRina · " in decided.text, decided.labels) == (True, [])
    told = "Sudah diputuskan Rina: dikembalikan."
    shop.dagster.states = [("STARTED", 0)]
    for _ in range(2):
        for owner in (SITI, RINA):
            chat = shop.chat(owner)
            assert chat.alert(sure[owner].find_button("Ya"), sure[owner]) == told
            assert chat.alert(lists[owner].find_button("1"), lists[owner]) == told
        shop.start()
    (launched,) = shop.dagster.launched
    assert launched["selector"]["jobName"] == "rollback_catalog"
    assert list(launched["runConfigData"]) == ["file"]
    assert (shop.data / "catalog" / launched["runConfigData"]["file"]).exists()
    assert "Rina mengembalikan harga ke data " in shop.chat(SITI).ask("/catatan").text

    shop.dagster.states = [("FAILURE", 0)]
    assert "Yakin?" in shop.chat(SITI).press("1", shop.chat(SITI).ask("/kembali")).text


@pytest.mark.parametrize("failure", ["rejected by Dagster", "failed runs"])
def test_a_rollback_that_failed_can_be_asked_for_again_however_often(shop: Shop, failure: str) -> None:
    siti = shop.chat(SITI)
    shop.dagster.states = [("FAILURE", 0)]
    shop.dagster.rejection = "No space left on device" if failure == "rejected by Dagster" else ""
    for number in range(1, 4):
        siti.press("Ya", siti.press("1", siti.ask("/kembali")))
        assert len(shop.dagster.launched) == number


def test_whoever_rolls_back_reads_that_prices_are_brought_back_and_no_sync(shop: Shop) -> None:
    siti = shop.chat(SITI)
    for status, said in (("FAILURE", "❌ Pengembalian harga gagal."), ("SUCCESS", "✅ Pengembalian harga berhasil.")):
        sure = siti.press("1", siti.ask("/kembali"))
        shop.dagster.states = [(status, 1)]
        siti.press("Ya", sure)
        shop.bot.run(asyncio.sleep(0.5))
        last = siti.texts[-1]
        assert last.startswith(said)
        assert "inkronisasi" not in last


def test_a_rollback_is_too_late_once_another_catalogue_is_served(shop: Shop) -> None:
    siti = shop.chat(SITI)
    sure = siti.press("1", siti.ask("/kembali"))
    current = (shop.data / "catalog" / "CURRENT").read_text().strip()
    point_at(shop.data, current)  # served again, as after a rollback and another one
    assert siti.alert(sure.find_button("Ya"), sure) == texts.LATE_TEXTS[Kind.ROLLBACK]
    assert texts.LATE_TEXTS[Kind.ROLLBACK] in shop.now(SITI, sure).text
    assert siti.alert("dk0000-nothing", sure) == texts.LATE_TEXTS[Kind.ROLLBACK]
    assert shop.dagster.launched == []


def test_a_sync_of_a_message_begins_once(shop: Shop) -> None:
    siti = shop.chat(SITI)
    state = siti.ask("/keadaan")
    assert state.labels == [texts.SYNC_NOW]
    sure = siti.press(texts.SYNC_NOW, state)
    assert "Yakin? Backup terbaru diambil sekarang." in sure.text
    shop.dagster.states = [("SUCCESS", 5)]
    siti.press("Ya", sure)
    assert "✅ Sinkronisasi dimulai\nSiti · " in shop.now(SITI, sure).text
    shop.start()
    for data in (state.buttons[0], sure.buttons[0]):
        assert shop.chat(SITI).alert(data, state) == "Sudah diputuskan Siti: sinkronisasi dimulai."
    assert len(shop.dagster.launched) == 1
    assert "Siti memulai sinkronisasi" in shop.chat(RINA).ask("/catatan").text


def test_while_dagster_is_away_a_question_stays_open(shop: Shop) -> None:
    shop.start(dagster_url=GONE)
    siti = shop.chat(SITI)
    number = shop.ask("sync:x")
    message = siti.ask("/tenang")
    for data in (f"da{number}.1", f"dy{number}.1"):
        assert siti.alert(data, message) == messages.SYNC_UNREACHABLE
    shop.start()
    assert shop.chat(RINA).alert(f"dy{number}.1", shop.chat(RINA).ask("/tenang")) == ""
    assert len(shop.dagster.launched) == 1


@pytest.mark.parametrize("finished_by", ["a press", "the next poll"])
def test_a_decision_whose_process_died_before_the_launch_is_launched_once(shop: Shop, finished_by: str) -> None:
    number, store = shop.ask("sync:x"), shop.bot.bot.services.decisions
    rina = shop.chat(RINA)
    asked = rina.ask("/tenang")
    store.note_message("sync:x", RINA, asked.id)
    siti = Person(SITI, Role.OWNER, name="Siti")
    store.decide(number, siti.user_id, siti.label, YES, lambda *_: None)
    shop.start()
    if finished_by == "a press":
        told = "Sudah diputuskan Siti: sinkronisasi dimulai."
        assert shop.chat(RINA).alert(f"dy{number}.1", asked) == told
    else:
        shop.bot.finish_decisions()
    shop.bot.finish_decisions()
    assert [params["executionMetadata"]["tags"] for params in shop.dagster.launched] == [
        [{"key": "toko/started_by", "value": "telegram"}, {"key": "toko/decision", "value": str(number)}]
    ]
    assert "Sinkron?\n\n✅ Sinkronisasi dimulai\nSiti · " in shop.now(RINA, asked).text


def test_a_run_that_was_launched_before_the_process_died_is_not_launched_again(shop: Shop) -> None:
    number, store = shop.ask("sync:x"), shop.bot.bot.services.decisions
    store.decide(number, SITI, "Siti", YES, lambda *_: None)
    shop.dagster.runs.append({"runId": "r-7", "status": "STARTED", "tags": [
        {"key": "toko/decision", "value": str(number)}]})  # fmt: skip
    shop.start()
    shop.bot.finish_decisions()
    assert shop.dagster.launched == []
    found = shop.bot.bot.services.decisions.find(number)
    assert found is not None
    assert found.run_id == "r-7"


def test_what_was_decided_more_than_an_hour_ago_is_not_launched_any_more(shop: Shop) -> None:
    number, services = shop.ask("sync:x"), shop.bot.bot.services
    rina = shop.chat(RINA)
    asked = rina.ask("/tenang")
    services.decisions.note_message("sync:x", RINA, asked.id)
    services.decisions.decide(number, SITI, "Siti", YES, lambda *_: None)
    with services.state.write() as connection:
        long_ago = datetime.now(UTC) - timedelta(minutes=61)
        connection.execute(update(decisions).values(decided_at=long_ago))
    shop.bot.finish_decisions()
    shop.bot.finish_decisions()
    assert shop.dagster.launched == []
    assert "❌ Tidak bisa dijalankan. Program sinkronisasi di server tidak bisa" in shop.now(RINA, asked).text


@pytest.mark.parametrize("choice", [0, 1])
def test_a_choice_about_a_blocked_backup_is_too_late_once_another_one_is_served(shop: Shop, choice: int) -> None:
    details = {"job": "sync", "runs": [{}], "served": "ab" * 32, "served_revision": "", "revision": "1", "run": "r"}
    number = shop.bot.bot.services.decisions.ask(Question("run:r", Kind.PUBLISH, "Ditahan", details)).id
    siti = shop.chat(SITI)
    asked = siti.ask("/tenang")
    for data in (f"da{number}.{choice}", f"dy{number}.{choice}", f"da{number}.{1 - choice}"):
        assert siti.alert(data, asked) == texts.LATE_TEXTS[Kind.PUBLISH]
    assert shop.now(SITI, asked).text.startswith("Ditahan\n\n⌛ Sudah terlambat: ")
    assert shop.dagster.launched == []


def test_a_launch_whose_response_is_late_is_not_repeated(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dagster_client, "SECONDS", 0.5)
    number, slow = shop.ask("sync:x"), threading.Event()
    shop.dagster.slow = slow
    siti, rina = shop.chat(SITI), shop.chat(RINA)
    siti.alert(f"dy{number}.1", siti.ask("/tenang"))
    for _ in range(2):
        assert "Sudah diputuskan Siti" in rina.alert(f"dy{number}.1", rina.ask("/tenang"))
        shop.bot.finish_decisions()
    slow.set()
    shop.bot.run(asyncio.sleep(0.5))
    assert len(shop.dagster.launched) == 1
    with shop.bot.bot.services.state.write() as connection:
        ago = datetime.now(UTC) - LEASE
        connection.execute(update(decisions).where(decisions.c.id == number).values(launching_at=ago))
    shop.bot.finish_decisions()
    found = shop.bot.bot.services.decisions.find(number)
    assert found is not None
    assert found.run_id == "r-1"
    assert len(shop.dagster.launched) == 1


def test_what_dagster_rejects_is_said_and_not_tried_again(shop: Shop) -> None:
    number = shop.ask("sync:x")
    shop.dagster.rejection = "No space left on device"
    siti = shop.chat(SITI)
    message = siti.ask("/tenang")
    siti.alert(f"dy{number}.1", message)
    assert "❌ Tidak bisa dijalankan. Penyimpanan di server penuh." in shop.now(SITI, message).text
    shop.dagster.rejection = ""
    shop.bot.finish_decisions()
    assert len(shop.dagster.launched) == 1


@pytest.mark.parametrize("reason", ["rejected", "an hour away"])
def test_a_question_whose_run_is_given_up_has_its_buttons_again(shop: Shop, reason: str) -> None:
    number = shop.ask("sync:x")
    asked = {owner: shop.chat(owner).ask("/tenang") for owner in (SITI, RINA)}
    for owner, message in asked.items():
        shop.bot.bot.services.decisions.note_message("sync:x", owner, message.id)
    if reason == "rejected":
        shop.dagster.rejection = "No space left on device"
        shop.chat(SITI).alert(f"dy{number}.1", asked[SITI])
        shop.dagster.rejection = ""
    else:
        shop.bot.bot.services.decisions.decide(number, SITI, "Siti", YES, lambda *_: None)
        with shop.bot.bot.services.state.write() as connection:
            ago = datetime.now(UTC) - timedelta(hours=2)
            connection.execute(update(decisions).where(decisions.c.id == number).values(decided_at=ago))
        shop.start(dagster_url=GONE)
        shop.bot.finish_decisions()
        shop.start()
    shop.dagster.launched.clear()
    for owner in (SITI, RINA):
        message = shop.now(owner, asked[owner])
        assert "❌ Tidak bisa dijalankan." in message.text
        assert message.labels == [texts.SYNC_NOW]
        assert shop.chat(owner).press("-", message).labels == [texts.SYNC_NOW]
        assert "Sudah diputuskan Siti" in shop.chat(owner).alert(f"dy{number}.1", asked[owner])
    rina, message = shop.chat(RINA), shop.now(RINA, asked[RINA])
    rina.press("Ya", rina.press(texts.SYNC_NOW, message))
    shop.bot.finish_decisions()
    assert len(shop.dagster.launched) == 1
    for owner in (SITI, RINA):
        message = shop.now(owner, asked[owner])
        assert ("Sinkron?\n\n✅ Sinkronisasi dimulai\nRina · " in message.text, message.labels) == (True, [])


def test_quiet_hours_are_chosen_with_a_button_or_written_and_end_with_a_button(shop: Shop) -> None:
    siti, state = shop.chat(SITI), shop.bot.bot.services.state
    page = siti.ask("/tenang")
    assert "Sekarang: tidak ada" in page.text
    sure = siti.press("21.00–06.00", page)
    assert "Yakin?" in sure.text
    assert siti.press("Batal", sure).text == page.text
    assert read_quiet(state) is None
    siti.press("Ya", siti.press("21.00–06.00", page))
    assert str(read_quiet(state)) == "21.00–06.00"
    assert "✅ Jam tenang 21.00–06.00\nSiti · " in shop.now(SITI, page).text
    assert siti.alert(sure.find_button("Ya"), page) == ""  # the question that was cancelled is another one, still open

    rina = shop.chat(RINA)
    sure = rina.ask("/tenang 22.30 sampai 5")
    assert "Pukul 22.30–05.00." in sure.text
    rina.press("Ya", sure)
    assert str(read_quiet(state)) == "22.30–05.00"
    assert rina.ask("/tenang besok").text == texts.QUIET_UNCLEAR
    assert "Dimatikan: " in rina.ask("/tenang mati").text
    page = rina.ask("/tenang")
    assert "Sekarang: 22.30–05.00" in page.text
    rina.press("Ya", rina.press("Matikan", page))
    assert read_quiet(state) is None
    notes = rina.ask("/catatan").text
    for said in (
        "Siti mengatur jam tenang: 21.00–06.00",
        "Rina mengatur jam tenang: 22.30",
        "Rina mematikan jam tenang",
    ):
        assert said in notes


def test_only_owners_decide(shop: Shop) -> None:
    number, budi = shop.ask("sync:x"), shop.chat(BUDI)
    for command in ("/kembali", "/tenang", "/tenang 21-6"):
        assert budi.ask(command).text == messages.FOR_OWNERS
    answer = budi.ask("indomie")
    for data in (f"dy{number}.1", f"da{number}.1", f"db{number}.1", "ds1", "dt", "dt2100-0600", "dk0001"):
        assert budi.alert(data, answer) == ONLY_OWNERS
    assert shop.dagster.launched == []
    siti = shop.chat(SITI)
    answer = siti.ask("/tenang")
    for data in ("d", "dy", "dy1", f"dy{number}.7", "dt9999-9999", "dzzz"):
        assert siti.alert(data, answer) == messages.OLD_BUTTON, data
    assert siti.alert("dy12345.1", answer) == texts.GONE


def test_who_is_no_owner_any_more_reads_nothing_of_what_is_decided(shop: Shop) -> None:
    people, number = shop.bot.bot.services.people, shop.ask("sync:x")
    people.add(900, None, Role.OWNER, name="Dewi")
    dewi = Chat(shop.bot, shop.telegram.user(900, "Dewi"))
    asked = dewi.ask("/tenang")
    shop.bot.bot.services.decisions.note_message("sync:x", 900, asked.id)
    people.change(900, None, role=Role.STAFF)
    assert dewi.alert(f"dy{number}.1", asked) == ONLY_OWNERS
    siti = shop.chat(SITI)
    siti.alert(f"dy{number}.1", siti.ask("/tenang"))
    assert shop.now(900, asked).text == asked.text
    people.remove(900, None)


def test_erasing_an_owner_takes_the_name_out_of_decisions(shop: Shop) -> None:
    shop_people, number = shop.bot.bot.services.people, shop.ask("sync:x")
    shop_people.add(900, None, Role.OWNER, name="Dewi")
    shop.bot.bot.services.decisions.decide(number, 900, "Dewi", YES, lambda *_: None)
    shop_people.erase(900, None)
    found = shop.bot.bot.services.decisions.find(number)
    assert found is not None
    assert "Dewi" not in texts.already(found)
    assert "(dihapus)" in texts.already(found)


def test_a_broken_state_database_is_one_sentence_and_the_search_goes_on(shop: Shop) -> None:
    siti, number = shop.chat(SITI), shop.ask("sync:x")
    answer = siti.ask("indomie")
    with shop.bot.bot.services.state.write() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO gone")
    try:
        assert siti.alert(f"dy{number}.1", answer) == messages.FAILED
        assert siti.ask("/tenang 21-6").text == messages.FAILED
        assert "INDOMIE" in siti.ask("indomie").text
    finally:
        with shop.bot.bot.services.state.write() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO decisions")
