"""`toko init` on a terminal: a technician answers, with a real bot's server, and reads a price at the end."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.backups import a_shop, write_backup
from tests.servers.dropbox import DropboxServer
from tests.servers.telegram import TelegramServer
from tests.servers.telegram.wire import Params
from tests.toko_assets.cli.init.session import init_session
from tests.toko_bot.bot.proxy import free_port
from toko_assets.postgres.server import PostgresServer

STRANGER, OWNER = 101, 102


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
def inbox(tmp_path: Path, postgres: PostgresServer) -> Path:
    """The folder of the shop's backups, apart from the folder of the installation."""
    folder = tmp_path / "backups of iPOS"
    write_backup(postgres, folder / "i5_TOKO.i5bu", a_shop())
    return folder


def test_from_nothing_to_an_answer(tmp_path: Path, inbox: Path, server: TelegramServer) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    stranger = server.user(STRANGER, "Orang Asing")
    stranger.send("halo")
    port = str(free_port())
    with init_session(shop, TELEGRAM_BASE_URL=server.url, WEB_PORT=port) as init:
        init.answer("Name of the shop [Toko]", "Toko Bu'Ani")
        init.answer("WIB, WITA or WIT [WIB]", "Jakarta")
        init.wait_for("is not a time zone; Indonesia's are")
        init.answer("WIB, WITA or WIT [WIB]", "wita")
        init.wait_for("WITA")
        init.answer("or the word dropbox", "/not/there")
        init.wait_for("✗ There is no folder /not/there")
        init.answer("or the word dropbox", r"C:\Users\ani\Dropbox")
        init.wait_for("In WSL2 it is /mnt/c/Users/ani/Dropbox")
        init.answer("or the word dropbox", str(inbox))
        init.wait_for("✓ newest backup: i5_TOKO.i5bu")
        init.wait_for("database test_scratch")
        init.answer("Token of the bot", f"1234567890:{'A' * 35}")
        init.wait_for("does not know this token: copy it again from @BotFather")
        init.answer("Token of the bot", server.token)
        init.wait_for("✓ the token is that of @toko_bot")
        init.answer("Enter: wait for a message to @toko_bot", "")
        init.wait_for("Orang Asing, id 101, wrote less than a minute ago: halo")
        init.answer("Is this the owner? [y/N]", "")  # somebody who only presses Enter makes nobody an owner
        init.wait_for("Waiting for a message to @toko_bot")
        stranger.send("halo lagi")
        server.user(OWNER, "Bu [bold]Ani", username="ani").send("Ini saya\x1b[2J")
        init.wait_for(r"Bu [bold]Ani (@ani), id 102, wrote less than a minute ago: Ini saya\u001b[2J")
        init.answer("Is this the owner? [y/N]", "y")
        init.wait_for("TELEGRAM_BOT_TOKEN=********")
        init.answer("Write .env? [Y/n]", "")
        init.wait_for("✓ product_catalog")
        init.answer("Search for [BARANG KE 0]", "barang 2")
        init.wait_for("Rp1.002")
        init.wait_for("service install")
        assert init.end() == 0
    said, env = init.text, shop / ".env"
    settings = dotenv_values(env)
    assert server.token not in said
    assert settings == {
        "SHOP_NAME": "Toko Bu'Ani", "SHOP_TIMEZONE": "Asia/Makassar", "BACKUP_SOURCE": "folder",
        "BACKUP_FOLDER": str(inbox), "TELEGRAM_BOT_TOKEN": server.token, "OWNER_USERS": str(OWNER),
        "WEB_PORT": port, "WEB_URL": f"http://127.0.0.1:{port}", "DAGSTER_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert said.count("id 101, wrote") == 1, "a person who was refused is asked about once"
    assert server.pending == 3, "every message still waits for the bot"


def test_ctrl_c_at_any_question_leaves_env_as_it_was(tmp_path: Path, inbox: Path, server: TelegramServer) -> None:
    before = f"SHOP_NAME=Lama # kept\nTELEGRAM_BOT_TOKEN={server.token}\n"
    (tmp_path / ".env").write_text(before)
    first, wait, last = "Name of the shop [Lama]", "Waiting for a message", "Write .env?"
    environment = {"TELEGRAM_BASE_URL": server.url, "WEB_PORT": str(free_port())}
    for question in (first, wait, last):
        with init_session(tmp_path, "--backup-folder", str(inbox), **environment) as init:
            if question != first:
                init.answer(first, "Baru")
                init.answer("WIB, WITA or WIT", "")
                init.answer("Enter keeps the present one", "")
                init.answer("Enter: wait for a message", "" if question == wait else str(OWNER))
            init.wait_for(question)
            init.interrupt()
            assert init.end() == 1
        assert "Stopped: .env is as it was." in init.text
        assert "Traceback" not in init.text
        assert (tmp_path / ".env").read_text() == before
        assert [file.name for file in tmp_path.glob(".env*")] == [".env"]


def test_where_messages_go_elsewhere_one_line_says_so_and_the_id_is_typed(
    tmp_path: Path, inbox: Path, server: TelegramServer
) -> None:
    webhook = "https://toko.example.com/telegram/rahasia"
    server.world.updates.set_webhook(Params({"url": webhook}))
    (tmp_path / ".env").write_text(f"SHOP_NAME=Toko\nSHOP_TIMEZONE=Asia/Jakarta\nBACKUP_FOLDER={inbox}\n")
    with init_session(
        tmp_path, "--no-sync", "--shop-name", "Toko", "--shop-timezone", "wib", "--backup-folder", str(inbox),
        TELEGRAM_BASE_URL=server.url, TELEGRAM_BOT_TOKEN=server.token, WEB_PORT=str(free_port()),
    ) as init:  # fmt: skip
        init.answer("Enter: wait for a message", "")
        init.wait_for("! A webhook is set for @toko_bot: Telegram sends the messages to toko.example.com.")
        server.world.updates.set_webhook(Params({"url": ""}))
        init.answer("Enter: wait for a message", "")
        server.wait_until(lambda: server.world.updates.is_polled, "init polls")
        server.world.updates.end_poll("terminated by other getUpdates request")
        init.wait_for("! Another program polls with the token of @toko_bot")
        for number in range(100):  # as many as Telegram shows
            server.user(1000 + number).chat.known = True
            server.world.updates.add("message", {"message_id": number, "chat": {"type": "group"}}, number)
        init.answer("Enter: wait for a message", "")
        init.wait_for("! 100 messages wait for the bot, so a new one cannot be seen.")
        init.answer("Enter: wait for a message", "@ani")
        init.wait_for("must be Telegram ids: numbers separated by commas")
        init.answer("Enter: wait for a message", f"{OWNER}, 103")
        init.answer("Write .env?", "y")
        assert init.end() == 0
    assert dotenv_values(tmp_path / ".env")["OWNER_USERS"] == f"{OWNER}, 103"
    assert "rahasia" not in init.text
    assert server.token not in init.text
    assert server.pending == 100


def test_dropbox_is_entered_with_the_code_of_its_page(tmp_path: Path, inbox: Path) -> None:
    with DropboxServer() as dropbox:
        dropbox.put("/IPOS/i5_TOKO.i5bu", (inbox / "i5_TOKO.i5bu").read_bytes())
        arguments = ("--no-bot", "--no-sync", "--shop-name", "Toko", "--shop-timezone", "WIB")
        with init_session(tmp_path, *arguments, WEB_PORT=str(free_port()), **dropbox.environment) as init:
            init.answer("or the word dropbox", "dropbox")
            init.answer("App key of the Dropbox app", dropbox.app.key)
            init.wait_for("press Allow:")
            init.wait_for("The code that the page shows")
            (page,) = re.findall(r"https://\S+authorize\S+", init.text)
            init.answer("", dropbox.authorize(page))
            init.answer("Folder of the backups in Dropbox [/IPOS]", "/TIDAK")
            init.wait_for("✗ There is no folder /TIDAK in this Dropbox")
            init.answer("or the word dropbox [dropbox]", "")
            init.answer(f"[{dropbox.app.key}]", "")
            init.answer("Log in to Dropbox again? [y/N]", "")
            init.answer("Folder of the backups in Dropbox [/TIDAK]", "/IPOS")
            init.wait_for("✓ newest backup: i5_TOKO.i5bu")
            init.answer("Write .env?", "")
            assert init.end() == 0
    settings = dotenv_values(tmp_path / ".env")
    assert settings["BACKUP_SOURCE"] == "dropbox"
    assert settings["DROPBOX_FOLDER_PATH"] == "/IPOS"
    assert settings["DROPBOX_REFRESH_TOKEN"]
    assert settings["DROPBOX_REFRESH_TOKEN"] not in init.text
