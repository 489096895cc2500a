"""Updates through polling and webhooks, and failures on demand, as python-telegram-bot sees them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

import pytest
from telegram import Update
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from tests.servers.telegram import FailureKind, Person, TelegramServer
from tests.servers.telegram_client import BUDI, Client, bot_of, keyboard


def texts(updates: tuple[Update, ...]) -> list[str]:
    return [update.message.text or "" for update in updates if update.message is not None]


def test_updates_are_repeated_until_an_offset_confirms_them(
    client: Client, server: TelegramServer, budi: Person
) -> None:
    for text in "abcd":
        budi.send(text)
    bot = client.bot
    first = client.do(bot.get_updates(limit=2))
    assert texts(first) == texts(client.do(bot.get_updates(limit=2))) == ["a", "b"]
    assert texts(client.do(bot.get_updates(offset=first[-1].update_id))) == ["b", "c", "d"]
    assert texts(client.do(bot.get_updates(offset=-1))) == ["d"]
    assert server.pending == 1
    assert client.do(bot.get_updates(offset=first[-1].update_id + 3)) == ()


def test_a_poll_waits_for_an_update_and_no_longer(client: Client, budi: Person) -> None:
    async def polled_while_writing() -> tuple[Update, ...]:
        poll = asyncio.create_task(client.bot.get_updates(timeout=10))
        await asyncio.sleep(0.1)
        budi.send("indomie")
        return await poll

    start = monotonic()
    assert texts(client.do(polled_while_writing())) == ["indomie"]
    (update,) = client.do(client.bot.get_updates())
    assert client.do(client.bot.get_updates(offset=update.update_id + 1, timeout=1)) == ()
    assert 1 < monotonic() - start < 4


def test_only_allowed_kinds_of_updates_are_sent_and_the_choice_persists(client: Client, budi: Person) -> None:
    client.do(client.bot.get_updates(allowed_updates=["callback_query"]))
    budi.send("a")
    assert client.do(client.bot.get_updates()) == ()
    client.do(client.bot.get_updates(allowed_updates=[]))
    budi.send("b")
    assert texts(client.do(client.bot.get_updates())) == ["b"]


def test_a_second_poller_ends_the_poll_of_the_first(client: Client, server: TelegramServer) -> None:
    async def two() -> None:
        first = asyncio.create_task(client.bot.get_updates(timeout=10))
        await asyncio.to_thread(server.wait_for_request, "getUpdates")
        async with bot_of(server) as other:
            await other.get_updates()
        with pytest.raises(
            Conflict, match="terminated by other getUpdates request; make sure that only one bot instance"
        ):
            await first

    client.do(two())


# Webhook


@dataclass
class Hook:
    """The webhook of a bot. It responds with `statuses` first, and then with 200."""

    url: str
    statuses: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [body["message"]["text"] for body in self.bodies]


@contextmanager
def webhook(*statuses: int) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.bodies.append(json.loads(body))
            hook.secrets.append(self.headers["X-Telegram-Bot-Api-Secret-Token"])
            self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    listener.block_on_close = False
    hook = Hook(f"http://127.0.0.1:{listener.server_port}/hook", list(statuses))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hook
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def test_a_webhook_gets_updates_in_order_with_its_secret(client: Client, server: TelegramServer, budi: Person) -> None:
    budi.send("before")
    with webhook() as hook:
        client.do(client.bot.set_webhook(hook.url, secret_token="rahasia_1", max_connections=5))  # noqa: S106
        info = client.do(client.bot.get_webhook_info())
        assert (info.url, info.max_connections) == (hook.url, 5)
        for number in range(20):
            budi.send(str(number))
        server.wait_until(lambda: server.pending == 0, "all are posted")
        assert hook.texts == ["before", *map(str, range(20))]
        assert set(hook.secrets) == {"rahasia_1"}
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            client.do(client.bot.get_updates())
        client.do(client.bot.delete_webhook())
    budi.send("after")
    assert texts(client.do(client.bot.get_updates())) == ["after"]


def test_updates_that_a_webhook_rejects_are_retried_in_order(
    client: Client, server: TelegramServer, budi: Person
) -> None:
    server.world.updates.retry_after = 0.02
    with webhook(500, 503) as hook:
        client.do(client.bot.set_webhook(hook.url))
        budi.send("a")
        budi.send("b")
        server.wait_until(lambda: server.pending == 0, "all are posted")
        assert hook.texts == ["a", "a", "a", "b"]
        info = client.do(client.bot.get_webhook_info())
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        client.do(client.bot.delete_webhook())


def test_updates_wait_while_the_webhook_cannot_be_reached(client: Client, server: TelegramServer, budi: Person) -> None:
    with webhook() as hook:
        pass
    budi.send("old")
    client.do(client.bot.set_webhook(hook.url, drop_pending_updates=True))
    budi.send("a")
    server.wait_until(lambda: server.world.updates.last_error, "a post has failed")
    info = client.do(client.bot.get_webhook_info())
    assert info.pending_update_count == 1
    assert "Connection failed" in (info.last_error_message or "")
    client.do(client.bot.delete_webhook())
    assert texts(client.do(client.bot.get_updates())) == ["a"]


def test_setting_a_webhook_ends_a_poll_and_checks_its_parameters(client: Client, server: TelegramServer) -> None:
    async def poll_and_set() -> None:
        poll = asyncio.create_task(client.bot.get_updates(timeout=10))
        await asyncio.to_thread(server.wait_for_request, "getUpdates")
        await client.bot.set_webhook("http://127.0.0.1:9/hook")
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await poll

    client.do(poll_and_set())
    client.do(client.bot.delete_webhook())
    bad_secret = client.bot.set_webhook("https://toko.id/hook", secret_token="rahasia!")  # noqa: S106
    assert client.error_of(bad_secret) == "Bad Request: secret token contains unallowed characters"
    bad_url = client.error_of(client.bot.set_webhook("ftp://toko.id"))
    assert bad_url == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"


# Failures


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("400", BadRequest, "Chat not found"),
        ("401", InvalidToken, "Unauthorized"),
        ("403", Forbidden, "bot was blocked by the user"),
        ("409", Conflict, "terminated by other getUpdates"),
        ("500", NetworkError, "Internal Server Error"),
        ("502", NetworkError, "Bad Gateway"),
        ("reset", NetworkError, "httpx"),
    ],
)
def test_a_failure_happens_as_often_as_requested(
    client: Client,
    server: TelegramServer,
    budi: Person,
    kind: FailureKind,
    error: type[TelegramError],
    text: str,
) -> None:
    failure = server.fail("sendMessage", kind, times=2)
    for _ in range(2):
        with pytest.raises(error, match=text):
            client.do(client.bot.send_message(BUDI, "x"))
    assert (budi.messages, failure.hits) == ([], 2)
    client.do(client.bot.send_message(BUDI, "x"))
    assert server.counts()["sendMessage"] == 3
    assert server.error_responses().total() == (0 if kind == "reset" else 2)


def test_a_429_says_when_to_try_again(client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it, the client warns about its next version
    server.fail("*", "429", retry_after=7, times=None)
    for call in (client.bot.send_message(BUDI, "x"), client.bot.get_me()):
        with pytest.raises(RetryAfter) as error:
            client.do(call)
        assert error.value.retry_after == timedelta(seconds=7)
    server.heal()
    client.do(client.bot.get_me())
    assert server.error_responses()["getMe: Too Many Requests: retry after 7"] == 1


@pytest.mark.parametrize("done", [False, True])
def test_a_timeout_never_gets_a_response(client: Client, server: TelegramServer, budi: Person, done: bool) -> None:
    server.fail("sendMessage", "timeout", done=done)
    with pytest.raises(TimedOut):
        client.do(client.bot.send_message(BUDI, "x", read_timeout=0.2))
    assert len(budi.messages) == done
    client.do(client.bot.send_message(BUDI, "y"))


def test_a_failure_of_polling_does_not_wait_for_the_poll_to_end(client: Client, server: TelegramServer) -> None:
    async def poll() -> None:
        waiting = asyncio.create_task(client.bot.get_updates(timeout=10))
        await asyncio.to_thread(server.wait_for_request, "getUpdates")
        server.fail("getUpdates", "409")
        assert await waiting == ()
        with pytest.raises(Conflict):
            await client.bot.get_updates(timeout=10)

    client.do(poll())


def test_a_download_can_fail(client: Client, server: TelegramServer, budi: Person) -> None:
    budi.send_document(b"x", "x.csv", "text/csv")
    (update,) = client.do(client.bot.get_updates())
    assert update.message is not None
    assert update.message.document is not None
    file = client.do(update.message.document.get_file())
    server.fail("file", "502")
    with pytest.raises(NetworkError):
        client.do(file.download_as_bytearray())
    assert client.do(file.download_as_bytearray()) == b"x"


def test_a_server_that_is_down_refuses_connections_until_it_is_up_again(client: Client, server: TelegramServer) -> None:
    port = server.port
    server.down()
    for _ in range(2):
        with pytest.raises(NetworkError):
            client.do(client.bot.get_me())
    server.up()
    client.do(client.bot.get_me())
    assert server.port == port


# A whole bot


def test_a_polling_application_answers_people_who_write_at_the_same_time(server: TelegramServer) -> None:
    people = [server.user(number, f"Orang {number}") for number in range(1, 21)]

    async def serve() -> None:
        application = Application.builder().bot(bot_of(server)).concurrent_updates(True).build()
        application.add_handler(CommandHandler("start", _greet))
        application.add_handler(MessageHandler(filters.TEXT, _echo))
        application.add_handler(CallbackQueryHandler(_turn))
        assert application.updater is not None
        async with application:
            await application.start()
            await application.updater.start_polling()
            await asyncio.to_thread(talk)
            await application.updater.stop()
            await application.stop()

    def talk() -> None:
        assert people[0].ask("/start").text == "Halo"
        for number, person in enumerate(people):
            person.skip()
            person.send(f"cari {number}")
        for number, person in enumerate(people):
            answer = person.next_message()
            assert answer.text == f"cari {number}"
            press = person.press("›", answer)
            assert person.next_edit(of=answer).text == f"data › {person.user.id}"
            press.answered()
        server.wait_until(lambda: server.pending == 0, "all updates are confirmed")

    asyncio.run(serve())
    assert not server.error_responses()


async def _greet(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text("Halo")


async def _echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "", reply_markup=keyboard("›"))


async def _turn(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.edit_message_text(f"{query.data} {query.from_user.id}")
    await query.answer()
