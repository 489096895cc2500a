"""The webhook takes Telegram's requests only, and acknowledges updates that cannot be read."""

import logging
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.in_thread import bot_settings, running_in_thread
from tests.toko_bot.bot.process import BUDI, COMMAND, STRANGER, environment
from tests.toko_bot.bot.proxy import free_port
from tests.toko_bot.bot.shop import INDOMIE, publish_shop
from toko_bot.app import TokoBot, build_app
from toko_bot.service.health import NOT_RUNNING, read_beat
from toko_bot.service.listeners.webhook import SECRET_HEADER, WebhookUpdater
from toko_bot.service.listeners.webhook_health import GROWING

SECRET = "rahasia_webhook_0123456789"  # noqa: S105


@pytest.fixture(scope="module")
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture(scope="module")
def bot(server: TelegramServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokoBot]:
    """A bot with a webhook that checks its health often."""
    data = tmp_path_factory.mktemp("webhook")
    publish_shop(data, [INDOMIE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toko_bot.app.ANSWER_SECONDS", 2)
        patch.setattr("toko_bot.service.turns.AT_ONCE", 1)
        patch.setattr("toko_bot.service.listeners.webhook_health.CHECK_EVERY", 0.1)
        patch.setattr("toko_bot.service.listeners.webhook_health.ANSWER_SECONDS", 1)
        patch.setattr("toko_bot.service.listeners.webhook_health.ASK_EVERY", 0)
        place = f"127.0.0.1:{free_port()}"
        bot = build_app(bot_settings(
            server, data, allowed_users=str(BUDI), webhook_url=f"http://{place}/telegram/x.y", webhook_secret=SECRET,
            webhook_listen=place,
        ))  # fmt: skip
        with running_in_thread(bot):
            server.wait_until(lambda: find_problem(bot) is None, "the bot is healthy")
            yield bot


@pytest.fixture
def budi(server: TelegramServer) -> Person:
    person = server.user(BUDI, "Budi")
    person.skip()
    return person


def find_problem(bot: TokoBot) -> str | None:
    """Return what the health check of this bot finds in its file. DuckDB would not open the catalogue here again."""
    beat = read_beat(bot.settings)
    return NOT_RUNNING if beat is None else beat.problem_at(time.time())


def sample(bot: TokoBot, name: str) -> float:
    return bot.metrics.registry.get_sample_value(name) or 0.0


def wait_for(server: TelegramServer, bot: TokoBot, problem: str) -> None:
    """Wait until the health check reports a problem."""
    server.wait_until(lambda: problem in (find_problem(bot) or ""), problem)
    assert sample(bot, "toko_bot_healthy") == 0


def wait_until_healthy(server: TelegramServer, bot: TokoBot) -> None:
    server.wait_until(lambda: find_problem(bot) is None, "the bot is healthy again")
    assert sample(bot, "toko_bot_healthy") == 1


def test_an_update_that_cannot_be_read_is_acknowledged_counted_and_logged_without_its_content(
    server: TelegramServer, bot: TokoBot, budi: Person, caplog: pytest.LogCaptureFixture
) -> None:
    before = sample(bot, "toko_bot_unreadable_total")
    server.user(STRANGER).send_other(contact={"secret": "kata-sandi"})
    assert "Rp115.000" in budi.ask("indomie").text
    server.wait_until(lambda: server.pending == 0, "all updates are acknowledged")
    assert server.world.updates.last_error is None
    assert sample(bot, "toko_bot_unreadable_total") == before + 1
    assert len([line for line in caplog.messages if "cannot be read and is skipped" in line]) == 1
    assert "kata-sandi" not in caplog.text


@pytest.mark.parametrize("secret", [None, "", "falsch", SECRET[:-1], SECRET.upper(), f"{SECRET}x", "é"])
def test_a_request_without_the_secret_is_rejected(bot: TokoBot, secret: str | None) -> None:
    headers = {} if secret is None else {SECRET_HEADER.encode(): secret.encode()}
    assert post(bot, b'{"toko_health_check": "x"}', headers) == 403


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff", b"[" * 10**5, b"0" * 10**6, bytes(10**6), b"1" * 5000, b"\x1f\x8b\x08\0"]
)
def test_a_body_that_is_not_json_is_acknowledged_counted_and_logged_without_its_content(
    bot: TokoBot, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram would send it again and again. Python rejects numbers of 5,000 digits, which JSON allows."""
    before = sample(bot, "toko_bot_unreadable_total")
    assert post(bot, body, {SECRET_HEADER.encode(): SECRET.encode()}) == 200
    assert sample(bot, "toko_bot_unreadable_total") == before + 1
    assert caplog.messages == ["Update None cannot be read and is skipped"]


def test_the_bots_own_requests_are_no_updates(server: TelegramServer, bot: TokoBot, budi: Person) -> None:
    budi.ask("indomie")
    names = ("toko_bot_denied_total", "toko_bot_unreadable_total", "toko_bot_answer_seconds_count")
    before = [sample(bot, name) for name in names]
    wait_for_checks(server, 3)
    assert [sample(bot, name) for name in names] == before
    wait_until_healthy(server, bot)


def test_a_webhook_without_deliveries_is_reported_once(
    server: TelegramServer, bot: TokoBot, budi: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "toko_bot")
    set_webhook(server, bot, secret="falsch")  # noqa: S106
    budi.send("indomie")
    problem = "Telegram cannot deliver updates to WEBHOOK_URL (Wrong response from the webhook: 403"
    wait_for(server, bot, problem)
    server.fail("getWebhookInfo", "502", times=4)  # one check and its retries
    wait_for_checks(server, 5)
    wait_for(server, bot, problem)
    set_webhook(server, bot)
    assert "Rp115.000" in budi.next_message().text
    wait_until_healthy(server, bot)
    lines = [line for line in caplog.messages if "cannot deliver" in line or "healthy" in line]
    assert [problem in lines[0], *lines[1:]] == [True, "The bot is healthy again"]


def test_a_queue_that_grows_at_each_check_is_reported(server: TelegramServer, bot: TokoBot, budi: Person) -> None:
    updates = server.world.updates
    assert updates.webhook is not None
    hook, updates.webhook = updates.webhook, replace(updates.webhook, max_connections=0)
    for _ in range(GROWING):
        assert find_problem(bot) is None
        budi.send("indomie")
        wait_for_checks(server, 2)
    wait_for(server, bot, f"{GROWING} are pending, and ever more")
    updates.webhook = hook
    updates.wake()
    wait_until_healthy(server, bot)


def test_a_webhook_of_another_program_is_reported_without_its_path(server: TelegramServer, bot: TokoBot) -> None:
    set_webhook(server, bot, url="http://127.0.0.1:9/rahasia")
    wait_for(server, bot, "Telegram has a webhook at 127.0.0.1, not at WEBHOOK_URL")
    assert "rahasia" not in (find_problem(bot) or "")
    set_webhook(server, bot)
    wait_until_healthy(server, bot)


def test_handlers_that_hang_are_reported(server: TelegramServer, bot: TokoBot, budi: Person) -> None:
    server.fail("sendMessage", "timeout", times=None)
    budi.send("indomie")  # the only update that this bot processes at once
    wait_for(server, bot, "receives updates and does not process them")
    server.heal()
    wait_until_healthy(server, bot)


def test_a_listener_that_cannot_be_reached_is_reported(server: TelegramServer, bot: TokoBot) -> None:
    updater = bot.application.updater
    assert isinstance(updater, WebhookUpdater)
    assert updater._httpd is not None
    stop = updater._httpd._http_server.stop
    bot._tasks[0].get_loop().call_soon_threadsafe(stop)
    problem = f"The bot cannot be reached at WEBHOOK_LISTEN ({bot.settings.webhook_listen})"
    wait_for(server, bot, problem)
    given = {name: str(getattr(bot.settings, name.lower())) for name in ("WEBHOOK_URL", "WEBHOOK_LISTEN")}
    variables = environment(server, Path(bot.settings.data_folder), WEBHOOK_SECRET=SECRET, **given)
    check = subprocess.run([*COMMAND, "--check"], env=variables, capture_output=True, text=True, check=False)
    assert check.returncode == 1
    assert check.stderr.startswith(f"toko: {problem}")
    assert len(check.stderr.splitlines()) == 1


def wait_for_checks(server: TelegramServer, number: int) -> None:
    """Wait until this many further requests for getWebhookInfo were answered."""
    until = server.counts()["getWebhookInfo"] + number
    server.wait_until(lambda: server.counts()["getWebhookInfo"] >= until, "further checks")


def set_webhook(server: TelegramServer, bot: TokoBot, url: str = "", secret: str = SECRET) -> None:
    """Set the webhook, by default as the bot does."""
    request = {"url": url or bot.settings.webhook_url, "secret_token": secret}
    response = httpx.post(f"{server.url}/bot{server.token}/setWebhook", json=request, trust_env=False)
    assert response.is_success


def post(bot: TokoBot, body: bytes, headers: dict[bytes, bytes]) -> int:
    """Send a request to the bot's listener. Returns the status of the response."""
    headers = {b"Content-Type": b"application/json", **headers}
    return httpx.post(bot.settings.webhook_url or "", content=body, headers=headers, trust_env=False).status_code
