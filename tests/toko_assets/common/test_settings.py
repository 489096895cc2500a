"""A wrong setting is one line that names it; every setting is documented."""

from pathlib import Path

import pytest

from toko_assets.common.settings import Settings, load_settings
from toko_core import SettingError

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.inbox == tmp_path / "data" / "inbox"
    assert (settings.keep_backups, settings.max_csv_files, settings.keep_catalogs) == (5, 5, 5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHOP_TIMEZONE", "Mars/Base"), ("SHOP_TIMEZONE", "/etc/passwd"), ("KEEP_BACKUPS", "0"), ("KEEP_CATALOGS", "five"),
     ("DB_NAME", "x; drop"), ("DB_HOST", "db:5433"), ("DB_HOST", "db1,db2"), ("DB_HOST", "a b"), ("DB_PORT", "0"),
     ("DB_PORT", "70000"), ("WEB_URL", "toko.id"), ("WEB_URL", "javascript:alert"), ("WEB_URL", "file:///etc"),
     ("SEARCH_RESULTS_LIMIT", "1000"), ("TOKO_DATA_DIR", "~nobody-here/x"), ("BACKUP_FOLDER", "~nobody-here/x"),
     ("ALLOWED_HOSTS", "https://toko.lan"), ("ALLOWED_HOSTS", "toko.lan:3000"), ("ALLOWED_HOSTS", "toko.lan, a/b")],
)  # fmt: skip
def test_a_wrong_setting_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=rf"^The setting {name} is wrong: .*{value}") as error:
        load_settings()
    assert "\n" not in str(error.value)


def test_an_empty_setting_is_unset_and_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("SHOP_NAME=Dari berkas\nKEEP_BACKUPS=7\nSOMETHING_ELSE=x\n")
    monkeypatch.setenv("SHOP_NAME", "Dari lingkungan")
    monkeypatch.setenv("BACKUP_FOLDER", "")
    settings = load_settings()
    assert (settings.shop_name, settings.keep_backups, settings.backup_folder) == ("Dari lingkungan", 7, None)


@pytest.mark.parametrize("host", ["db", "db.toko.id", "192.168.1.7", "::1", "/var/run/postgresql"])
def test_a_host_is_a_name_an_address_or_a_folder_with_a_socket(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DB_HOST", host)
    assert load_settings().db_host == host


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "rahasia\udcff"),
        ("DB_HOST", "postgres://toko:rahasia@db/i5bu"),
        ("HEARTBEAT_URL", "ftp://hc.toko.id/rahasia"),
        ("HEARTBEAT_URL", "https://u:rahasia@hc.toko.id/"),
        ("HEARTBEAT_URL", "https://hc.toko.id:rahasia/"),
    ],
)
def test_a_wrong_setting_that_may_hold_a_password_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^The setting {name} is wrong: ") as error:
        load_settings()
    assert "rahasia" not in str(error.value)


def test_allowed_hosts_are_names_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " Toko.lan,192.168.1.7 fd00::7;[fd00::8],")
    assert load_settings().allowed_hosts == {"toko.lan", "192.168.1.7", "fd00::7", "fd00::8"}
    monkeypatch.setenv("ALLOWED_HOSTS", "*")
    with pytest.raises(SettingError, match=r"^The setting ALLOWED_HOSTS is wrong: must be names of hosts"):
        load_settings()


def test_a_password_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", " '\"@:/%\\#$ é ")
    password = load_settings().db_password
    assert password is not None
    assert password.get_secret_value() == " '\"@:/%\\#$ é "
    assert "@" not in repr(load_settings())


def test_a_file_of_settings_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SHOP_NAME=Toko \xff\n")
    with pytest.raises(SettingError, match=r"\.env is not UTF-8"):
        load_settings()


def test_a_folder_in_place_of_the_file_of_settings_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingError, match=r"^\.env is a folder: "):
        load_settings()


@pytest.mark.parametrize("document", [".env.example", "docs/settings.md"])
def test_every_setting_is_documented(document: str) -> None:
    text = (ROOT / document).read_text()
    assert [name.upper() for name in Settings.model_fields if name.upper() not in text] == []
