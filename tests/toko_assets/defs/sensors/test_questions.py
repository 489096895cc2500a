"""Messages of the chain that ask something, and what waits during quiet hours."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_assets.defs.notifying import Telling
from tests.toko_assets.defs.sensing import OWNER, texts
from toko_assets.backups.shop_database import ShopDatabase
from toko_assets.common.notifier import Asking
from toko_assets.common.settings import load_settings
from toko_assets.defs.sensors.questions import ask_for_database
from toko_core.state.database import StateDatabase, state_url
from toko_core.state.decisions import Decisions, Kind, Question
from toko_core.state.outbox import Message
from toko_core.state.quiet import QuietHours, write_quiet

HOUR = timedelta(hours=1)
ASKING = Asking(Question("run:1", Kind.PUBLISH, "Pakai?", {"job": "sync", "runs": [{}]}), "Teknisi!", urgent=True)


@pytest.fixture
def siti(telegram: TelegramServer) -> Person:
    return telegram.user(OWNER, "Siti")


@pytest.fixture
def state(telling: Telling) -> Iterator[StateDatabase]:
    """The state database as the bot has made it."""
    del telling
    state = StateDatabase(state_url(load_settings()))
    assert state.engine
    yield state
    state.close()


def test_a_question_has_its_buttons_and_the_bot_knows_its_message(
    telling: Telling, state: StateDatabase, siti: Person
) -> None:
    for _ in range(2):
        telling.notifier.notify(telling.logged.append, ASKING)
    (message,) = [message for message in siti.messages if message.sender.is_bot]
    assert (message.text, message.labels) == ("Pakai?", ["Tetap pakai", "Biarkan"])
    store = Decisions(state)
    assert store.take_messages(store.ask(ASKING.question).id) == [(OWNER, message.id)]


def test_a_question_of_an_outage_has_its_buttons_too(
    telegram: TelegramServer, telling: Telling, state: StateDatabase, siti: Person
) -> None:
    telegram.down()
    telling.notifier.notify(telling.logged.append, ASKING)
    telegram.up()
    assert telling.deliver()
    assert [message.labels for message in siti.messages] == [["Tetap pakai", "Biarkan"]]
    assert len(Decisions(state).take_messages(Decisions(state).ask(ASKING.question).id)) == 1


@pytest.mark.parametrize("kept", ["no database", "one of an earlier bot"])
def test_without_the_bots_tables_a_question_names_the_technician(telling: Telling, siti: Person, kept: str) -> None:
    if kept != "no database":
        state = StateDatabase(state_url(load_settings()))
        with state.write() as connection:
            connection.exec_driver_sql("DROP TABLE decisions")
        state.close()
    telling.notifier.notify(telling.logged.append, ASKING)
    assert [(message.text, message.labels) for message in siti.messages] == [("Teknisi!", [])]


def test_in_quiet_hours_only_what_is_urgent_is_sent_and_the_rest_follows_in_order(
    telling: Telling, state: StateDatabase, siti: Person
) -> None:
    now = datetime.now(ZoneInfo("Asia/Jakarta"))
    hours = QuietHours((now - HOUR).time(), (now + HOUR).time())
    with state.write() as connection:
        write_quiet(connection, state.shop, str(hours))
    for text in ("Data baru", "Backup lain"):
        assert not telling.tell(text)
    telling.notifier.notify(telling.logged.append, ASKING)
    assert texts(siti) == ["Pakai?"]
    assert not telling.deliver()
    telling.later = 2 * HOUR
    assert telling.deliver()
    assert [text.splitlines()[0] for text in texts(siti)] == ["Pakai?", "Data baru", "Backup lain"]
    assert all("Pesan tertunda dari " in text for text in texts(siti)[1:])


def test_messages_that_an_earlier_version_stored_are_sent(telling: Telling, siti: Person) -> None:
    written = datetime.now(UTC).isoformat()
    stored = {"waiting": [{"key": "run:1", "text": "Halo", "written": written, "owners": [OWNER]}], "notified": {}}
    file = Path("data/records/outbox.json")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**stored, "paused_until": None}))
    assert telling.deliver()
    assert texts(siti) == ["Halo"]


def test_only_databases_that_a_run_would_adopt_have_a_button() -> None:
    def asked(shop: ShopDatabase, *names: str) -> list[str]:
        asking = ask_for_database("k", shop, names, "", "", "")
        return list(asking.question.details["databases"]) if asking else []

    assert asked(ShopDatabase(None, "i5_A"), "i5_B") == ["i5_B"]
    assert asked(ShopDatabase("i5_A*", "i5_A2"), "i5_A1", "i5_B") == ["i5_A1"]
    assert asked(ShopDatabase("i5_A", "i5_A"), "i5_B") == []
    assert asked(ShopDatabase(None, "i5_A"), "i4_B") == []


def test_a_message_without_a_question_stays_as_it_is(telling: Telling, siti: Person) -> None:
    telling.notifier.notify(telling.logged.append, Message("a:1", "Halo"))
    assert [(message.text, message.labels) for message in siti.messages] == [("Halo", [])]
