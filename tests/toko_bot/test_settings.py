"""A missing or wrong setting is a one-line error before any work. Every setting is documented."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import COMMAND, environment
from toko_bot.settings import BotSettings, load_settings
from toko_core import SettingError
from toko_core.catalog.freshness import ClosedDays, open_age

ROOT = Path(__file__).parent.parent.parent
TOKEN = f"1234567890:{'A' * 35}"
WRONG = [
    ("TELEGRAM_BOT_TOKEN", "", "TELEGRAM_BOT_TOKEN is missing"),
    ("TELEGRAM_BOT_TOKEN", "rahasia", "TELEGRAM_BOT_TOKEN is wrong: must be the token"),
    ("ALLOWED_USERS", "@budi", "ALLOWED_USERS is wrong"),
    ("WEBHOOK_URL", "https://toko.id/x", "WEBHOOK_SECRET is missing"),
    ("WEBHOOK_SECRET", "rahasia!", "WEBHOOK_SECRET is wrong"),
    ("WEBHOOK_LISTEN", "8080", "WEBHOOK_LISTEN is wrong"),
    ("CLOSED_DAYS", "libur", "CLOSED_DAYS is wrong"),
    ("CLOSED_DAYS", "2026-02-30", "CLOSED_DAYS is wrong"),
    ("PRICE_ROUNDING", "-5", "PRICE_ROUNDING is wrong"),
    ("SHOP_TIMEZONE", "Mars", "SHOP_TIMEZONE is wrong"),
    ("LOG_FORMAT", "%(x", "LOG_FORMAT is wrong"),
    ("METRICS_PORT", "0", "METRICS_PORT is wrong"),
    ("TELEGRAM_BASE_URL", "telegram", "TELEGRAM_BASE_URL is wrong"),
    ("BOT_HEARTBEAT_URL", "hc.toko.id/rahasia", "BOT_HEARTBEAT_URL is wrong: must be an http or https address"),
    ("BOT_HEARTBEAT_URL", "https://hc.toko.id:rahasia/", "BOT_HEARTBEAT_URL is wrong: must be an http or https"),
    ("METRICS_LISTEN", "0.0.0.0:9100", "METRICS_LISTEN is wrong: must be an address without a port"),
    ("WEB_URL", "javascript://toko.id/%0aalert(1)", "WEB_URL is wrong: must be the http or https address"),
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in BotSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_wrong_setting_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=message) as error:
        load_settings()
    assert "\n" not in str(error.value)
    assert "rahasia" not in str(error.value)


def test_lists_are_read_as_people_write_them_and_secrets_stay_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_USERS", "101, 102")
    monkeypatch.setenv("ALLOWED_CHATS", "-1001")
    monkeypatch.setenv("PRICE_ROUNDING", "off")
    settings = load_settings()
    assert settings.owners == frozenset()
    assert settings.staff == {101, 102}
    assert settings.allowed_chats == {-1001}
    assert settings.price_rounding is None
    assert TOKEN not in repr(settings)
    monkeypatch.setenv("OWNER_USERS", "7")
    assert load_settings().owners == {7}
    assert load_settings().staff == {7, 101, 102}


@pytest.mark.parametrize(
    ("token", "message"), [("", "TELEGRAM_BOT_TOKEN is missing"), (TOKEN, "Telegram does not know TELEGRAM_BOT_TOKEN")]
)
def test_the_command_fails_with_one_line_that_does_not_contain_the_token(
    tmp_path: Path, token: str, message: str
) -> None:
    with TelegramServer() as server:
        variables = environment(server, tmp_path, TELEGRAM_BOT_TOKEN=token)
        ended = subprocess.run(
            COMMAND, env=variables, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20
        )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(f"toko: {'The setting ' if not token else ''}{message}")
    assert "Traceback" not in ended.stderr
    assert TOKEN not in ended.stderr


@pytest.mark.parametrize("file", ["docs/bot.md", ".env.example"])
def test_every_setting_is_documented(file: str) -> None:
    text = (ROOT / file).read_text()
    assert [name for name in BotSettings.model_fields if name.upper() not in text] == []


def test_closed_days_do_not_age_the_data() -> None:
    zone = ZoneInfo("Asia/Makassar")
    saturday = datetime(2026, 11, 21, 18, tzinfo=zone)
    monday = datetime(2026, 11, 23, 8, tzinfo=zone).astimezone(UTC)
    assert open_age(saturday, monday, zone, ClosedDays()) == timedelta(hours=38)
    assert open_age(saturday, monday, zone, ClosedDays.parse("Minggu")) == timedelta(hours=14)
    assert open_age(saturday, monday, zone, ClosedDays.parse("2026-11-22..2026-11-24")) == timedelta(hours=6)
    assert open_age(monday, saturday, zone, ClosedDays()) == timedelta()


def test_metrics_listen_on_this_machine_only_unless_a_setting_says_otherwise() -> None:
    assert BotSettings.model_fields["metrics_listen"].default == "127.0.0.1"
