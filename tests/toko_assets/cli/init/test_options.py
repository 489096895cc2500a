"""`toko init` without a terminal: each answer is an option, and a missing or wrong one is a line that names it."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.acceptance.places import installed, run_toko
from tests.backups import a_shop, write_backup
from tests.installation import Answer, Installation
from tests.servers.telegram import TelegramServer
from tests.toko_assets.cli.init.session import NO_DOCKER
from tests.toko_bot.bot.proxy import free_port
from toko_assets.cli.init.options import PLAIN, SECRET
from toko_assets.postgres.server import PostgresServer
from toko_core.settings import NAMES

TOKEN = f"1234567890:{'A' * 35}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, with nothing in it but an empty folder for backups, `in`."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_SOCKET", NO_DOCKER)
    (tmp_path / "in").mkdir()
    with installed(tmp_path, WEB_PORT=str(free_port())):
        yield tmp_path


def init(*options: str | Path) -> Answer:
    answer = run_toko("init", "--yes", *options)
    assert "Traceback" not in answer.error
    return answer


def failed(*options: str | Path) -> str:
    """The one line of an init that must fail, and must not write."""
    before = Path(".env").read_bytes() if Path(".env").exists() else None
    answer = init(*options)
    assert answer.status == 1
    assert (Path(".env").read_bytes() if Path(".env").exists() else None) == before
    assert len(answer.error.splitlines()) == 1
    return answer.error


def test_every_option_is_a_setting_and_no_secret_is_on_a_command_line(folder: Path) -> None:
    assert {*PLAIN, *SECRET} <= NAMES
    help_text = run_toko("init", "--help").output
    for name in PLAIN:
        assert f"--{name.lower().replace('_', '-')} TEXT" in help_text
    for name in SECRET:
        assert f"--{name.lower().replace('_', '-')}-file FILE" in help_text
    assert "other users can read a command line" in help_text
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "TELEGRAM_BOT_TOKEN is missing: give --telegram-bot-token-file FILE, or TELEGRAM_BOT_TOKEN in the env"),
        (("--dropbox",), "DROPBOX_APP_KEY is missing: give --dropbox-app-key"),
        (("--dropbox", "--dropbox-app-key", "k"), "DROPBOX_REFRESH_TOKEN is missing: give --dropbox-refresh-token-f"),
        (("--dropbox", "--backup-folder", "in"), "give --backup-folder or --dropbox"),
        (("--backup-folder", "gone"), "There is no folder"),
        (("--backup-folder", "/proc/version"), "is not a folder"),
        (("--shop-timezone", "WIBB"), "The setting SHOP_TIMEZONE is wrong: is not a time zone"),
        (("--shop-name", "a\nb"), "The setting SHOP_NAME is wrong: no line of .env can hold this value"),
        (("--web-port", "80x"), "WEB_PORT has another value in the environment"),
        (("--telegram-bot-token-file", "gone"), "No such file or directory: gone"),
        (("--way", "compose"), "Containers cannot be used. "),
    ],
)
def test_a_missing_or_wrong_answer_is_a_line_that_names_it(folder: Path, options: tuple[str, ...], says: str) -> None:
    assert says in failed(*options)
    assert not (folder / ".env").exists()


def test_the_bot_needs_a_token_that_telegram_knows_and_an_owner(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "token"
    with TelegramServer() as server:
        monkeypatch.setenv("TELEGRAM_BASE_URL", server.url)
        file.write_text("rahasia")
        assert "TELEGRAM_BOT_TOKEN is wrong: must be the token" in failed("--telegram-bot-token-file", file)
        file.write_text(TOKEN)
        unknown = failed("--telegram-bot-token-file", file)
        assert "does not know this token: copy it again" in unknown
        file.write_text(f"{server.token}\n")
        assert "OWNER_USERS is missing: give --owner-users" in failed("--telegram-bot-token-file", file)
        server.fail("getMe", "502", times=None)
        assert "cannot be used now" in failed("--telegram-bot-token-file", file)
        server.heal()
        answer = init("--telegram-bot-token-file", file, "--owner-users", "102", "--allowed-users", "103,104")
        assert "the token is that of @toko_bot" in answer.output
        assert answer.status == 0
        assert "getUpdates" not in server.counts()
        settings = dotenv_values(".env")
        assert [settings[name] for name in ("TELEGRAM_BOT_TOKEN", "OWNER_USERS", "ALLOWED_USERS")] == [
            server.token, "102", "103,104",
        ]  # fmt: skip
        assert server.token not in answer.output
        assert TOKEN not in unknown


def test_run_again_it_changes_only_what_is_asked_for(folder: Path) -> None:
    env = folder / ".env"
    env.write_text("# Mine\nSTALE_HOURS=48\nDB_PASSWORD=old\nDB_PASSWORD=new\nMY_OWN=1\n")
    env.chmod(0o644)
    first = init("--no-bot", "--shop-name", "Toko A", "--backup-folder", "in")
    assert first.status == 0
    assert "! There is no backup yet." in first.output
    assert "DB_PASSWORD stands in .env more than once: only the last line counts, and stays." in first.output
    written = env.read_text()
    assert written.startswith("# Mine\nSTALE_HOURS=48\nDB_PASSWORD=new\nMY_OWN=1\n")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "POSTGRES_PASSWORD" not in dotenv_values(env), "`make backup` would look for containers"
    again = init("--no-bot")
    assert "Nothing changes." in again.output
    assert env.read_text() == written
    third = init("--no-bot", "--shop-name", "Toko B", "--shop-timezone", "WIT")
    assert "SHOP_NAME=Toko B (was Toko A) SHOP_TIMEZONE=Asia/Jayapura (was Asia/Jakarta)" in third.output
    assert env.read_text() == written.replace("'Toko A'", "'Toko B'").replace("Asia/Jakarta", "Asia/Jayapura")


def test_a_wrong_setting_that_is_there_is_named_before_any_question(folder: Path) -> None:
    (folder / ".env").write_text("KEEP_BACKUPS=many\nOWNER_USERS=@ani\n")
    error = failed("--no-bot")
    assert "The setting KEEP_BACKUPS is wrong" in error
    assert "The setting OWNER_USERS is wrong" in error
    (folder / ".env").write_bytes(b"SHOP_NAME=\xff\n")
    assert "The file .env is not UTF-8 text" in failed("--no-bot")


def test_a_port_that_is_in_use_is_a_line_and_another_one_is_used_in_links(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.MonkeyPatch.context() as patch:
        used, free = str(other.getsockname()[1]), str(free_port())
        patch.delenv("WEB_PORT")
        (folder / ".env").write_text(f"WEB_PORT={used}\n")
        says = f"Port {used} cannot be used (Address already in use): give another one with --web-port."
        assert says in failed("--no-bot")
        assert says in failed("--no-bot", "--web-port", used)
        assert init("--no-bot", "--web-port", free).status == 0
    settings = dotenv_values(".env")
    assert (settings["WEB_PORT"], settings["WEB_URL"]) == (free, f"http://127.0.0.1:{free}")


def test_the_pages_get_another_port_if_theirs_is_in_use(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.MonkeyPatch.context() as patch:
        patch.delenv("CATALOG_LISTEN")
        used = other.getsockname()[1]
        (folder / ".env").write_text(f"CATALOG_LISTEN=127.0.0.1:{used}\n")
        said = init("--no-bot", "--no-sync", "--catalog-url", "https://harga.example.com")
    assert said.status == 0, said
    settings = dotenv_values(".env")
    host, _, port = str(settings["CATALOG_LISTEN"]).rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > used
    assert f"The catalogue is then at http://127.0.0.1:{port} in a browser" in said.output
    assert settings["CATALOG_URL"] == "https://harga.example.com"


def test_the_shops_database_is_chosen_and_synced(folder: Path, postgres: PostgresServer) -> None:
    for name in ("TOKO_A", "TOKO_B"):
        write_backup(postgres, folder / "in" / f"{name}.i5bu", a_shop(), database=name)
    says = "There are backups of 2 databases"
    error = failed("--no-bot", "--backup-folder", "in")
    assert says in error
    assert "give --ipos-database, the shop's." in error
    assert "no backup of database TOKO_C (--ipos-database), only of: " in failed(
        "--no-bot", "--backup-folder", "in", "--ipos-database", "TOKO_C"
    )
    answer = init("--no-bot", "--backup-folder", "in", "--ipos-database", "TOKO_A", "--search", "barang 1")
    assert (answer.status, answer.error) == (0, "")
    assert "newest backup: TOKO_A.i5bu" in answer.output
    assert "Rp1.001" in answer.output
    assert Installation(folder / "data").catalog is not None
    again = init("--no-bot", "--no-sync")
    assert f"{folder / 'data'} serves a catalogue, from TOKO_A.i5bu of" in again.output
    assert "Nothing changes." in again.output
