"""Names in `.env` and in the environment that look like a setting and are none, and a `.env` that others can read."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from toko_core import SettingError
from toko_core.settings import NAMES, ShopSettings, env_warnings, load
from toko_core.state.database import StateDatabase, state_url

ROOT = Path(__file__).parents[2]
OF_THE_ENVIRONMENT = {"DAGSTER_HOME"}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_name_of_the_example_is_known() -> None:
    names = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert names | OF_THE_ENVIRONMENT == NAMES


@pytest.mark.parametrize(
    ("name", "meant"),
    [("OWNER_USER", "OWNER_USERS"), ("owners_users", "OWNER_USERS"), ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
     ("DB_PASS", "DB_PASSWORD"), ("TOKO_DATA", "TOKO_DATA_DIR")],
)  # fmt: skip
def test_a_misspelt_name_is_one_line_that_names_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    Path(".env").write_text(f"{name}=1\nCOMPOSE_PROFILES=tls\nHTTP_PROXY=http://proxy\nshop_name=Maju\n")
    assert env_warnings() == [f"{name} in .env is not a setting: did you mean {meant}?"]
    Path(".env").write_text("")
    monkeypatch.setenv(name, "1")
    assert env_warnings() == [f"{name} is not a setting: did you mean {meant}?"]


def test_a_name_with_our_prefix_is_pointed_out_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKO_FARBE", "rot")
    for name in ("DB_PORT_5432_TCP_ADDR", "DAGSTER_RUN_JOB_NAME", "PGSSLMODE", "HTTPS_PROXY", "WEB_CONCURRENCY", "TZ"):
        monkeypatch.setenv(name, "1")
    assert env_warnings() == ["TOKO_FARBE is not a setting."]


def test_an_env_file_with_a_secret_is_for_its_owner_only() -> None:
    file = Path(".env")
    file.write_text("SHOP_NAME=Maju\n")
    file.chmod(0o644)
    assert env_warnings() == []
    file.write_text("POSTGRES_PASSWORD=rahasia\n")
    assert env_warnings() == [".env holds a password and other users can read it: chmod 600 .env"]
    file.chmod(0o600)
    assert env_warnings() == []


@pytest.mark.parametrize(
    "url", ["mysql://u:rahasia@host/db", "postgresql://u:rahasia@host:port/db", "postgresql://", "x"]
)
def test_a_wrong_address_of_the_state_database_is_a_line_without_the_address(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("STATE_URL", url)
    with pytest.raises(SettingError, match=r"^The setting STATE_URL is wrong: must be like postgresql://") as caught:
        load(ShopSettings)
    assert "rahasia" not in str(caught.value)


def test_a_password_with_an_at_sign_in_the_address_of_the_state_database_is_rejected_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STATE_URL", "postgresql://u:ra@hasia/x@host:5432/db")
    with pytest.raises(SettingError, match=r"^The setting STATE_URL is wrong: has an @ in .* write %40") as caught:
        load(ShopSettings)
    assert "hasia" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:p%40ss@host:5432/db", "postgres://host/db", "sqlite:////srv/a@b@c/state.db"]
)
def test_addresses_of_both_kinds_of_state_databases_are_accepted(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STATE_URL", url)
    with closing(StateDatabase(state_url(load(ShopSettings)))) as state:
        assert state.is_sqlite == url.startswith("sqlite")
