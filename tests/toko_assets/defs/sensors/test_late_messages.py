"""Each owner gets each message once, in order, late if Telegram did not respond: whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_assets.defs.notifying import OTHER, Telling
from tests.toko_assets.defs.sensing import OWNER, texts
from toko_core.state.outbox.messages import LONGEST_WAIT, MOST_WAITING

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATE = "\nPesan tertunda dari "
NOTIFY = """
from toko_assets.common.notifier import OwnerNotifier
from toko_assets.common.settings import load_settings, load_telegram_settings
from toko_core.state.outbox import Message
OwnerNotifier(load_settings(), load_telegram_settings(), seconds=60).notify(print, Message("run:1", "Halo"))
"""
ADD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from toko_core.state.outbox import Message, Outbox
outbox = Outbox(Path("data/records/outbox.json"))
for number in range(20):
    outbox.add([Message(f"run:{sys.argv[1]}-{number}", "Halo")], {102}, datetime.now(UTC))
"""


@pytest.fixture
def siti(telegram: TelegramServer) -> Person:
    """The first owner."""
    return telegram.user(OWNER, "Siti")


@pytest.fixture
def rina(telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> Person:
    """The second owner."""
    monkeypatch.setenv("OWNER_USERS", f"{OWNER},{OTHER}")
    return telegram.user(OTHER, "Rina")


def waiting() -> list[str]:
    """The keys of the messages that wait, as the file has them."""
    return [message["key"] for message in json.loads(Path("data/records/outbox.json").read_text())["waiting"]]


def test_the_second_owner_is_notified_once_though_telegram_failed_after_the_first(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    telegram.fail_after_message(OWNER, "502", times=2)
    assert not telling.tell("Halo")
    assert (texts(siti), texts(rina)) == (["Halo"], [])
    for _ in range(2):
        assert telling.deliver()
        assert (texts(siti), texts(rina)) == (["Halo"], ["Halo"])


def test_messages_of_an_outage_arrive_once_in_order_and_say_when_they_were_written(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    telegram.down()
    for text in ("Backup tidak bisa diambil", "Backup bisa diambil lagi"):
        assert not telling.tell(text)
        telling.later += 4 * MINUTE
    telegram.up()
    for _ in range(2):
        assert telling.deliver()
    for owner in (siti, rina):
        first, second = texts(owner)
        assert first.startswith(f"Backup tidak bisa diambil{LATE}")
        assert first.endswith(" WIB")
        assert second == "Backup bisa diambil lagi"


def test_an_owner_whom_telegram_fails_gets_no_later_message_before_the_first(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    telegram.fail("sendMessage", "502", times=2)
    assert not telling.tell("1")
    assert (texts(siti), texts(rina)) == ([], ["1"])
    assert telling.tell("2")
    assert (texts(siti), texts(rina)) == (["1", "2"], ["1", "2"])


def test_a_message_is_not_tried_again_for_an_owner_who_blocked_the_bot(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    siti.block()
    telegram.fail("sendMessage", "403")
    telegram.fail("sendMessage", "502", times=2)
    assert not telling.tell("Halo")
    assert telling.deliver()
    siti.unblock()
    assert telling.deliver()
    assert (texts(siti), texts(rina)) == ([], ["Halo"])
    assert len(telling.logged) == 2


def test_nothing_is_sent_for_as_long_as_telegram_asks(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    telegram.fail("sendMessage", "429", retry_after=90)
    assert not telling.tell("1")
    telling.later = timedelta(seconds=85)
    assert not telling.tell("2")
    assert len(telegram.received("sendMessage")) == 1
    telling.later = timedelta(seconds=95)
    assert telling.deliver()
    assert texts(siti) == texts(rina) == ["1", "2"]


def test_a_process_that_is_killed_while_it_sends_loses_no_message_and_repeats_none(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person
) -> None:
    telegram.fail_after_message(OWNER, "timeout")
    sender = subprocess.Popen([sys.executable, "-c", NOTIFY], env=os.environ)
    telegram.wait_until(lambda: len(telegram.received("sendMessage")) == 2, "the second message is being sent", 60)
    assert not telling.tell("Halo", key="run:1")  # another process, while the first one sends
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    for _ in range(2):
        assert telling.deliver()
        assert (texts(siti), texts(rina)) == (["Halo"], ["Halo"])


def test_two_processes_that_store_messages_at_once_lose_none(telling: Telling) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", ADD, name], env=os.environ) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert sorted(waiting()) == sorted(f"run:{name}-{number}" for name in "ab" for number in range(20))
    assert telling.deliver()


def test_without_a_disk_each_message_is_sent_once_and_recorded_later(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person, caplog: pytest.LogCaptureFixture
) -> None:
    Path("data").mkdir()
    records = Path("data/records")
    records.write_text("in the way")
    telling.keep()
    telegram.fail_after_message(OWNER, "502", times=2)
    for _ in range(3):
        telling.tell("Halo")
        telling.deliver()
    assert (texts(siti), texts(rina)) == (["Halo"], ["Halo"])
    assert len([line for line in caplog.messages if "kept in memory only" in line]) == 1
    records.unlink()
    telling.deliver()
    assert waiting() == []


def test_messages_are_for_those_who_were_owners_then_and_still_are(
    telegram: TelegramServer, telling: Telling, siti: Person, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    joko = telegram.user(104, "Joko")
    telegram.down()
    telling.tell("Rugi")
    telegram.up()
    monkeypatch.setenv("OWNER_USERS", f"{OWNER},104")
    assert telling.deliver()
    assert (texts(siti), texts(rina), texts(joko)) == (["Rugi"], [], [])
    monkeypatch.setenv("OWNER_USERS", f"{OWNER},{OTHER},104")
    assert telling.deliver()
    assert (texts(rina), texts(joko)) == ([], [])
    telling.tell("Rugi")  # a notice whose cause lasts
    assert (texts(siti), texts(rina), texts(joko)) == (["Rugi"], ["Rugi"], ["Rugi"])


def test_an_outage_does_not_grow_the_outbox_and_what_is_too_old_is_dropped(
    telegram: TelegramServer, telling: Telling, siti: Person, caplog: pytest.LogCaptureFixture
) -> None:
    telling.keep()
    telegram.down()
    for number in range(MOST_WAITING + 10):
        telling.tell(str(number))
    assert len(waiting()) == MOST_WAITING
    assert len([line for line in caplog.messages if "the oldest is dropped" in line]) == 10
    size = Path("data/records/outbox.json").stat().st_size
    for _ in range(20):
        telling.tell("0")
    assert Path("data/records/outbox.json").stat().st_size == size
    telling.later = LONGEST_WAIT + MINUTE
    telling.tell("Baru")
    telegram.up()
    assert telling.deliver()
    assert texts(siti) == ["Baru"]
    (line,) = [line for line in caplog.messages if "could not be sent for a week" in line]
    assert line.endswith(f"test:{MOST_WAITING + 9}")


def test_who_got_a_notice_from_an_earlier_version_does_not_get_it_again(
    telling: Telling, siti: Person, rina: Person
) -> None:
    records = Path("data/records")
    records.mkdir(parents=True)
    (records / "notices.json").write_text(json.dumps({"owners": {"foreign:i5_promo": [OWNER]}}))
    for _ in range(2):
        assert telling.tell("Halo", key="foreign:i5_promo")
    assert (texts(siti), texts(rina)) == ([], ["Halo"])
    assert telling.tell("Halo lagi", key="foreign:i5_lain")
    assert (records / "notices.json").exists()  # for that version, if somebody goes back to it


def test_a_damaged_outbox_is_begun_anew(telling: Telling, siti: Person, caplog: pytest.LogCaptureFixture) -> None:
    assert telling.tell("1")
    Path("data/records/outbox.json").write_text('{"waiting": [{"key": "run:')
    assert telling.tell("2")
    assert texts(siti) == ["1", "2"]
    assert "is begun anew: ValidationError" in caplog.text
