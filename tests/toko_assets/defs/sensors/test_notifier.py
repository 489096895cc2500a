"""The notifier: every owner hears once, what goes wrong is a line in the log, and the token is nowhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest

from tests.servers.telegram import FailureKind, TelegramServer
from tests.toko_assets.defs.notifying import OTHER, Telling
from tests.toko_assets.defs.sensing import OWNER, texts
from tests.toko_bot.bot.proxy import free_port
from toko_assets.common.settings import load_settings
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.copies import copy_state
from toko_core.state.database import open_state


def test_owners_are_told_and_staff_is_not(telegram: TelegramServer, telling: Telling) -> None:
    staff = telegram.user(101, "Budi")
    assert telling.tell("<b>Halo</b> &lt;Toko&gt;")
    (message,) = telegram.user(OWNER).messages
    assert message.text == "Halo <Toko>"
    assert message.formatted("bold") == ["Halo"]
    assert texts(staff) == telling.logged == []


def test_without_owners_nobody_is_told_and_the_log_says_so(
    telegram: TelegramServer, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWNER_USERS")
    telling.tell()
    assert texts(telegram.user(101, "Budi")) == texts(telegram.user(OWNER)) == []
    assert [line for line in telling.logged if "OWNER_USERS is empty" in line]


@pytest.fixture
def people() -> Iterator[People]:
    """The people whom the bot has stored, with an owner of .env."""
    with closing(open_state(load_settings())) as state:
        yield People(state, {OWNER}, {OWNER})


def test_owners_of_the_state_database_are_told_and_not_after_they_are_removed(
    telegram: TelegramServer, telling: Telling, people: People
) -> None:
    rina, budi = telegram.user(OTHER, "Rina"), telegram.user(101, "Budi")
    people.add(OTHER, None, Role.OWNER)
    people.add(101, None, Role.STAFF)
    telling.keep()
    assert telling.tell()
    people.change(OTHER, None, role=Role.STAFF)
    assert telling.tell("Lagi")
    assert (texts(telegram.user(OWNER)), texts(rina), texts(budi)) == (["Halo", "Lagi"], ["Halo"], [])
    assert telling.logged == []


def test_somebody_who_is_removed_while_a_message_waits_does_not_get_it(
    telegram: TelegramServer, telling: Telling, people: People
) -> None:
    rina = telegram.user(OTHER, "Rina")
    people.add(OTHER, None, Role.OWNER)
    telegram.fail("sendMessage", "502", times=None)
    assert not telling.tell()
    people.remove(OTHER, None)
    telegram.heal()
    assert telling.deliver()
    assert (texts(telegram.user(OWNER)), texts(rina)) == (["Halo"], [])


def test_a_state_database_that_cannot_be_read_is_a_line_and_no_message_is_lost(
    telegram: TelegramServer, telling: Telling, people: People
) -> None:
    rina, file = telegram.user(OTHER, "Rina"), load_settings().folder.state / "state.db"
    people.add(OTHER, None, Role.OWNER)
    telegram.fail("sendMessage", "502", times=None)
    telling.tell()
    copy_state(people._state, file.with_name("copy.db"))
    file.write_bytes(b"damaged" * 1000)
    for beside in ("-wal", "-shm"):
        file.with_name(f"state.db{beside}").unlink()
    telegram.heal()
    telling.logged.clear()
    telling.deliver()  # of a new process, which never knew Rina
    assert texts(telegram.user(OWNER)) == ["Halo"]
    (line,) = telling.logged
    assert line.startswith("Only the owners of .env are notified now. The state database ")
    file.with_name("copy.db").replace(file)
    assert telling.deliver()
    assert texts(rina) == ["Halo"]


def test_notifying_owners_creates_no_state_database(telegram: TelegramServer, telling: Telling) -> None:
    assert telling.tell()
    assert texts(telegram.user(OWNER)) == ["Halo"]
    assert not load_settings().folder.state.exists()


@pytest.mark.parametrize("known", [True, False], ids=["who blocked the bot", "who never wrote to it"])
def test_an_owner_who_cannot_be_told_hinders_no_other(
    telegram: TelegramServer, telling: Telling, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setenv("OWNER_USERS", f"{OWNER},{OTHER}")
    other = telegram.user(OTHER, "Rina")
    if known:
        telegram.user(OWNER).block()
    else:
        telegram.world.chats[OWNER].known = False
    assert telling.tell()
    assert texts(other) == ["Halo"]
    (line,) = telling.logged
    assert line.startswith(f"Owner {OWNER} could not be notified in Telegram: ")


def test_when_all_owners_refuse_it_is_not_tried_again(telegram: TelegramServer, telling: Telling) -> None:
    telegram.user(OWNER).block()
    assert telling.tell()
    assert len(telegram.received("sendMessage")) == len(telling.logged) == 1


@pytest.mark.parametrize("kind", ["500", "502", "reset", "timeout"])
def test_a_failure_that_passes_is_not_noticed(telegram: TelegramServer, telling: Telling, kind: FailureKind) -> None:
    telling.seconds = 1.0
    telegram.fail("sendMessage", kind)
    assert telling.tell()
    assert texts(telegram.user(OWNER)) == ["Halo"]
    assert telling.logged == []


@pytest.mark.parametrize("kind", ["401", "429", "500", "502", "reset", "timeout"])
def test_a_telegram_that_keeps_failing_is_a_line_and_the_owners_do_not_know(
    telegram: TelegramServer, telling: Telling, kind: FailureKind
) -> None:
    telling.seconds = 0.3
    telegram.fail("sendMessage", kind, times=None)
    assert not telling.tell()
    assert len(telling.logged) == 1
    assert len(telegram.received("sendMessage")) == (1 if kind == "429" else 2)
    telegram.heal()
    telling.seconds, telling.later = 5.0, timedelta(seconds=2)
    assert telling.deliver()
    assert texts(telegram.user(OWNER)) == ["Halo"]


def test_a_telegram_that_is_silent_is_asked_for_one_owner_only(
    telegram: TelegramServer, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_USERS", ",".join(map(str, range(OWNER, OWNER + 50))))
    telling.seconds = 0.3
    telegram.fail("sendMessage", "timeout", times=None)
    assert not telling.tell()
    assert len(telegram.received("sendMessage")) == 2


def test_without_a_bot_there_is_only_a_line(
    telegram: TelegramServer, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    assert telling.tell()
    (line,) = telling.logged
    assert "TELEGRAM_BOT_TOKEN is missing" in line
    assert telegram.requests == []


def test_a_token_that_is_none_is_not_logged(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "rahasia")
    assert telling.tell()
    (line,) = telling.logged
    assert "TELEGRAM_BOT_TOKEN is wrong" in line
    assert "rahasia" not in line


@pytest.mark.parametrize("base", ["http://127.0.0.1:{closed}", "http://127.0.0.1:{open}/a b", "http://{label}.example"])
def test_an_address_that_leads_nowhere_is_a_line(
    telegram: TelegramServer, telling: Telling, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.setenv("TELEGRAM_BASE_URL", base.format(closed=free_port(), open=telegram.port, label="x" * 64))
    assert not telling.tell()
    assert len(telling.logged) == 1


@pytest.mark.parametrize("status", ["200 OK", "502 Bad Gateway", "403 Forbidden"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"ok": tru'])
def test_an_answer_that_breaks_off_is_a_line(
    telling: Telling, monkeypatch: pytest.MonkeyPatch, status: str, body: bytes
) -> None:
    with answering(f"HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\n".encode() + body) as port:
        monkeypatch.setenv("TELEGRAM_BASE_URL", f"http://127.0.0.1:{port}")
        telling.tell()
    assert len(telling.logged) == 1


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that gives this answer to each request, whatever it is, and hangs up; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
