"""Every setting of the version before is still one, and takes what it took."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

import toko_assets.common.settings
import toko_bot.settings
from tests.acceptance.places import run_toko
from tests.takeover.installation import old_installation

OF_CONTAINERS = {
    "POSTGRES_PASSWORD", "DOCKER_GID", "DOCKER_SOCKET", "WEB_PORT", "HTTP_PORT", "HTTPS_PORT", "SITE_ADDRESS",
    "WEB_USER", "WEB_PASSWORD_HASH",
}  # fmt: skip
"""Docker Compose reads them."""
CHANGED = {
    "SHOP_NAME": "Toko Lama & Anak", "SHOP_TIMEZONE": "Asia/Jayapura", "TOKO_DATA_DIR": "data",
    "BACKUP_SOURCE": "folder", "BACKUP_FOLDER": "data/inbox", "DROPBOX_APP_KEY": "abcdefghij",
    "DROPBOX_APP_SECRET": "s3cret", "DROPBOX_REFRESH_TOKEN": "sl.refresh", "DROPBOX_FOLDER_PATH": "/Backup/IPOS",
    "DAILY_SYNC_CRON": "30 4 * * *",
    "DB_HOST": "127.0.0.1", "DB_PORT": "9", "DB_USER": "kasir", "DB_PASSWORD": "rahasia sekali", "DB_NAME": "ipos",
    "KEEP_BACKUPS": "7", "MAX_CSV_FILES": "8", "KEEP_CATALOGS": "9", "SEARCH_RESULTS_LIMIT": "6",
    "TELEGRAM_BOT_TOKEN": "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ALLOWED_USERS": "101, 102",
    "OWNER_USERS": "102", "ALLOWED_CHATS": "-1001", "TELEGRAM_BASE_URL": "http://127.0.0.1:9",
    "TELEGRAM_RATE_LIMIT": "20", "WEBHOOK_URL": "https://toko.example.com/telegram",
    "WEBHOOK_SECRET": "0123456789abcdef", "WEBHOOK_LISTEN": "127.0.0.1:8081", "METRICS_PORT": "9100",
    "DAGSTER_URL": "http://127.0.0.1:3001", "WEB_URL": "http://127.0.0.1:3002", "STALE_HOURS": "48",
    "CLOSED_DAYS": "minggu, 2026-03-20..2026-03-24", "PRICE_ROUNDING": "500", "LOG_LEVEL": "WARNING",
    "LOG_FORMAT": "json",
}  # fmt: skip
"""What a shop may have put into its `.env`: each of the settings of `.env.example`, otherwise than by default."""
UNCHANGED = {"TOKO_DATA_DIR", "BACKUP_SOURCE"}
"""But for these."""


def names(example: Path) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", example.read_text(), re.MULTILINE))


def test_an_env_file_with_every_setting_of_the_old_version_loads_and_each_takes_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CHANGED:
        monkeypatch.delenv(name, raising=False)
    with old_installation(tmp_path) as old:
        monkeypatch.delenv("TOKO_DATA_DIR")
        assert names(tmp_path / ".env.example") == set(CHANGED) | OF_CONTAINERS
        (tmp_path / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in CHANGED.items()))
        (tmp_path / ".env").chmod(0o600)
        parts = [toko_assets.common.settings.load_settings(), toko_bot.settings.load_settings()]
        fields = {name.upper(): field for part in parts for name, field in type(part).model_fields.items()}
        assert set(CHANGED) <= set(fields)
        for part in parts:
            assert part.data_folder == old.toko.data
            for name in type(part).model_fields.keys() & {name.lower() for name in set(CHANGED) - UNCHANGED}:
                assert getattr(part, name) != type(part).model_fields[name].default, name
        answer = run_toko("doctor")
        _, _, given = answer.output.partition("settings set: ")
        assert set(given.partition(" ✓ ")[0].split(", ")) == set(CHANGED) | {"CATALOG_LISTEN", "DAGSTER_HOME"}
        assert "is not a setting" not in answer.output


def test_what_docker_compose_read_from_the_old_env_file_it_reads_still() -> None:
    root = Path(__file__).parents[2]
    compose = (root / "docker-compose.yml").read_text()
    assert {name for name in OF_CONTAINERS if f"{{{name}" not in compose} == set()


NEW_DEFAULTS = {"SEARCH_RESULTS_LIMIT": "5"}
"""What CHANGELOG.md says under "Upgrading"."""


def test_no_setting_of_the_old_version_has_another_default(tmp_path: Path) -> None:
    now = dotenv_values(Path(__file__).parents[2] / ".env.example")
    with old_installation(tmp_path):
        before = dotenv_values(tmp_path / ".env.example")
    assert {name: now.get(name) for name in before} == before | NEW_DEFAULTS
