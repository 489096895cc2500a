"""`toko doctor` for the Telegram bot: each thing that can be wrong from Telegram to it. No line has the token."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko
from tests.servers.telegram import FailureKind, TelegramServer
from tests.servers.telegram.wire import Params
from tests.toko_bot.bot.process import running_bot
from tests.toko_bot.bot.proxy import free_port
from toko_assets.cli.doctor.finding import Finding, Mark
from toko_assets.cli.doctor.telegram import look_at_telegram
from toko_assets.common.settings import load_settings
from toko_bot.service.health import Heartbeat
from toko_bot.settings import BotSettings
from toko_bot.settings import load_settings as load_bot_settings
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase, open_state, state_url
from toko_core.state.groups.store import Groups, Move

SECRET = "rahasia_webhook_0123456789"  # noqa: S105
URL = "https://toko.example.com/telegram/rahasia"


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _a_bot_in_order(server: TelegramServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its settings, and the quickest look for a second poller; tests spoil what they are about."""
    for name in BotSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**server.settings, "ALLOWED_USERS": "101,102", "OWNER_USERS": "102"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("toko_assets.cli.doctor.telegram.POLL_SECONDS", 0)
    monkeypatch.chdir(tmp_path)


def look(server: TelegramServer) -> list[Finding]:
    findings = list(look_at_telegram(load_settings()))
    for secret in (server.token, server.token.split(":")[1], SECRET, "rahasia"):
        assert not [finding for finding in findings if secret in finding.said]
    return findings


def said(server: TelegramServer, mark: Mark) -> list[str]:
    return [finding.said for finding in look(server) if finding.mark is mark]


def test_of_a_bot_in_order_everything_is_said_and_nothing_is_worth_a_look(server: TelegramServer) -> None:
    findings = look(server)
    assert {finding.mark for finding in findings} == {Mark.GOOD}
    together = " ".join(finding.said for finding in findings)
    for part in (
        "settings: 2 people, 1 of them see cost; by polling", f"@toko_bot is known to 127.0.0.1:{server.port}",
        "inline mode is on", "privacy mode is on", "no webhook and no second poller; no update is pending",
    ):  # fmt: skip
        assert part in together, part


def test_without_a_token_one_line_says_that_the_bot_is_not_set_up(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    (finding,) = look(server)
    assert finding.mark is Mark.GOOD
    assert "not set up" in finding.said
    assert server.requests == []


def test_a_token_in_the_env_file_counts(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"TELEGRAM_BOT_TOKEN={server.token}\n")
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    assert "@toko_bot" in " ".join(said(server, Mark.GOOD))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TELEGRAM_BOT_TOKEN", "rahasia", "TELEGRAM_BOT_TOKEN is wrong: must be the token"),
        ("ALLOWED_USERS", "@budi", "ALLOWED_USERS is wrong"),
        ("OWNER_USERS", "siti", "OWNER_USERS is wrong"),
        ("CLOSED_DAYS", "libur", "CLOSED_DAYS is wrong"),
        ("WEBHOOK_URL", "https://toko.id/x", "WEBHOOK_SECRET is missing"),
        ("WEBHOOK_LISTEN", "8080", "WEBHOOK_LISTEN is wrong"),
    ],
)
def test_a_wrong_setting_is_a_line_and_telegram_is_not_asked(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    (finding,) = look(server)
    assert finding.mark is Mark.WRONG
    assert says in finding.said
    assert server.requests == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ALLOWED_USERS": "101,-1001"}, "-1001 among ALLOWED_USERS and OWNER_USERS is a group"),
        ({"ALLOWED_CHATS": "101"}, "101 in ALLOWED_CHATS is a person"),
        ({"CLOSED_DAYS": "senin selasa rabu kamis jumat sabtu minggu"}, "CLOSED_DAYS has all days"),
        ({"WEBHOOK_SECRET": SECRET}, "WEBHOOK_SECRET has no effect"),
    ],
    ids=["a group among people", "a person among groups", "always closed", "an idle secret"],
)
def test_settings_that_are_hardly_meant_are_worth_a_look(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], says: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (noted,) = said(server, Mark.NOTE)
    assert says in noted
    assert said(server, Mark.WRONG) == []


def test_a_group_that_became_a_supergroup_is_named_with_its_new_id(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_CHATS", "-11,-12")
    with closing(open_state(load_bot_settings())) as state:
        Groups(state, {-11, -12}).move(Move(-11, -1017, "Toko"))
    assert said(server, Mark.NOTE) == ["group -11 in ALLOWED_CHATS is supergroup -1017 now: put the new id there."]
    monkeypatch.setenv("ALLOWED_CHATS", "-1017,-12")
    assert said(server, Mark.NOTE) == []


def test_a_bot_without_owners_is_wrong_and_one_without_anybody_worth_a_look_too(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_USERS", "")
    (wrong,) = said(server, Mark.WRONG)
    assert wrong.startswith("OWNER_USERS is empty: nobody sees cost")
    assert said(server, Mark.NOTE) == []
    monkeypatch.setenv("ALLOWED_USERS", "")
    (noted,) = said(server, Mark.NOTE)
    assert noted.startswith("Nobody may use the bot.")
    with closing(StateDatabase(state_url(load_settings()))) as state:
        People(state, set(), set()).add(5, None, Role.STAFF)
    assert said(server, Mark.NOTE) == []


def test_a_token_that_telegram_does_not_know_is_wrong(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = f"1234567890:{'A' * 35}"
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", unknown)
    (wrong,) = said(server, Mark.WRONG)
    assert "does not know TELEGRAM_BOT_TOKEN: copy it again from @BotFather" in wrong
    assert unknown not in wrong


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("502", "rejects the request (502, the response is not from Telegram): try again in a minute"),
        ("429", "rejects the request (429, Too Many Requests"),
        ("reset", "cannot be reached ("),
        ("timeout", "cannot be reached (no answer within"),
    ],
)
def test_a_telegram_that_does_not_answer_is_wrong(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, kind: FailureKind, says: str
) -> None:
    monkeypatch.setattr("toko_assets.cli.doctor.telegram.ANSWER_SECONDS", 0.3)
    server.fail("getMe", kind, times=None)
    (wrong,) = said(server, Mark.WRONG)
    assert says in wrong


def test_without_a_way_to_telegram_the_address_is_in_doubt(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BASE_URL", f"http://127.0.0.1:{free_port()}")
    (wrong,) = said(server, Mark.WRONG)
    assert "Connection refused" in wrong
    assert "TELEGRAM_BASE_URL" in wrong


def test_inline_mode_that_is_off_is_switched_on_at_botfather(server: TelegramServer) -> None:
    server.world.inline_mode = False
    (noted,) = said(server, Mark.NOTE)
    assert "/setinline" in noted


def test_privacy_that_is_off_is_worth_a_look(server: TelegramServer) -> None:
    server.world.privacy = False
    (noted,) = said(server, Mark.NOTE)
    assert "/setprivacy" in noted


def test_a_webhook_of_another_program_is_worth_a_look_and_stays(server: TelegramServer) -> None:
    set_webhook(server, URL)
    (noted,) = said(server, Mark.NOTE)
    assert "A webhook to toko.example.com is set but WEBHOOK_URL is not" in noted
    assert "deleteWebhook" in noted
    assert server.counts().keys() == {"getMe", "getWebhookInfo"}


def test_our_webhook_is_held_against_what_telegram_has(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_URL", URL)
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    assert "Telegram has no webhook, but WEBHOOK_URL is set" in said(server, Mark.NOTE)[0]
    set_webhook(server, "https://other.example.com/x")
    assert "has a webhook at other.example.com, not at WEBHOOK_URL" in said(server, Mark.NOTE)[0]
    set_webhook(server, URL)
    assert said(server, Mark.NOTE) == []
    server.world.updates.last_error = (int(time.time()) - 120, "Wrong response from the webhook: 502 Bad Gateway")
    (noted,) = said(server, Mark.NOTE)
    assert "could not reach WEBHOOK_URL 2 minutes ago (Wrong response from the webhook: 502 Bad Gateway)" in noted
    assert "getUpdates" not in server.counts()


def test_a_second_poller_is_worth_a_look_and_loses_no_update(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("toko_assets.cli.doctor.telegram.POLL_SECONDS", 5)
    with running_bot(server, tmp_path / "elsewhere", tmp_path):
        server.wait_until(lambda: server.world.updates.is_polled, "the other polls")
        (noted,) = said(server, Mark.NOTE)
        assert "Another program polls with this bot's token" in noted
        assert "belum ada" in server.user(101, "Budi").ask("indomie", timeout=15).text


def test_updates_that_wait_are_left_to_the_bot(server: TelegramServer) -> None:
    server.user(101, "Budi").send("indomie")
    assert "updates are pending" in said(server, Mark.GOOD)[-1]
    assert server.pending == 1


def test_a_bot_that_runs_here_is_not_disturbed(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("TOKO_DATA_DIR", str(data))
    with running_bot(server, data, tmp_path) as bot:
        server.user(101, "Budi").ask("indomie")  # by then it has polled
        assert "the bot is running here" in said(server, Mark.GOOD)[-1]
        assert "Conflict" not in bot.log


def test_what_is_wrong_with_a_bot_that_runs_here_is_a_line(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKO_DATA_DIR", str(tmp_path))
    heartbeat = Heartbeat(load_bot_settings(), lambda: None)
    heartbeat.report("The bot receives updates and does not process them: start it again.")
    assert said(server, Mark.WRONG) == ["The bot receives updates and does not process them: start it again."]
    assert "getUpdates" not in server.counts()
    heartbeat.stop()


def test_the_command_says_it_in_its_own_lines(server: TelegramServer, tmp_path: Path) -> None:
    server.world.inline_mode = False
    with installed(tmp_path):
        answer = run_toko("doctor")
    assert "✓ Telegram @toko_bot is known to" in answer.output
    assert "! Telegram Inline mode is off" in answer.output
    assert server.token not in answer.output + answer.error


def test_a_token_that_others_can_read_is_noticed(server: TelegramServer, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"TELEGRAM_BOT_TOKEN={server.token}\nALOWED_USERS=1\n")
    env.chmod(0o644)
    with installed(tmp_path):
        output = run_toko("doctor").output
    assert ".env holds the bot's token and other users can read it: chmod 600 .env" in output
    assert "ALOWED_USERS in .env is not a setting: did you mean ALLOWED_USERS?" in output
    assert server.token not in output


def set_webhook(server: TelegramServer, url: str) -> None:
    """As a program elsewhere does."""
    server.world.updates.set_webhook(Params({"url": url}))
