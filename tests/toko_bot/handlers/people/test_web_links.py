"""/web: a link to the catalogue's pages, for the sender only. The real server of the pages takes it."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.directly import Chat, DirectBot
from tests.toko_bot.bot.process import BUDI, SITI, running_bot
from tests.toko_bot.handlers.people.conftest import RINA
from tests.toko_core.state.databases import postgres_url
from tests.toko_web.serving import running_web
from tests.toko_web.sign_in.browsers import Browser
from toko_assets.postgres.server import PostgresServer
from toko_bot.replies.people.menus import commands_of
from toko_core.people import Role
from toko_core.people.keys import Keys, Scope
from toko_core.people.sign_ins import SignIns, Way
from toko_core.people.store import People
from toko_core.state.database import StateDatabase

LINK = re.compile(r"(http://\S+?)(/masuk/tautan/[\w-]{43})$", re.MULTILINE)


def test_the_bots_link_signs_in_on_the_pages_once(data: Path, tmp_path: Path, postgres: PostgresServer) -> None:
    """The bot and the pages are processes of their own, and share a PostgreSQL database."""
    owners, staff = str(SITI), str(BUDI)
    with (
        postgres_url(postgres) as url,
        running_web(data, tmp_path / "web", STATE_URL=url, OWNER_USERS=owners, ALLOWED_USERS=staff) as web,
        TelegramServer() as server,
        running_bot(
            server, data, tmp_path / "bot", STATE_URL=url, CATALOG_URL=web.url, OWNER_USERS=owners, ALLOWED_USERS=staff
        ) as bot,
        closing(StateDatabase(url)) as state,
        Browser(web.url) as budi,
        Browser(web.url) as ani,
        Browser(web.url) as other,
    ):
        said = server.user(BUDI, "Budi <b>").ask("/web")
        found = LINK.search(said.text)
        assert found is not None, said.text
        assert found[1] == web.url
        assert budi.name() is None
        assert "Masuk sebagai Budi &lt;b&gt;?" in other.get(found[2]).text
        assert budi.use(found[2]).status_code == 303
        assert budi.name() == "Budi <b>"
        assert other.get(found[2]).status_code == 410
        known = People(state, {SITI}, {SITI, BUDI})
        known.add(301, None, Role.CUSTOMER, name="Ani")
        of_ani = LINK.search(server.user(301, "Ani").ask("/web").text)
        assert of_ani is not None
        assert ani.use(of_ani[2]).status_code == 303
        assert "sebagai pelanggan" in ani.get("/akun").text
        known.remove(301, None)
        assert ani.name() is None
        assert budi.name() == "Budi <b>"
        for log in (web.log, bot.log):
            assert found[2].rpartition("/")[2] not in log


def test_without_an_address_the_owner_learns_what_to_set_and_others_whom_to_ask(siti: Chat, budi: Chat) -> None:
    assert "belum punya alamat. Minta teknisi" in siti.ask("/web").text
    said = budi.ask("/web").text
    assert "belum bisa dibuka" in said
    assert "CATALOG_URL" not in said


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_the_command_in_its_menu(role: Role) -> None:
    assert "web" in commands_of(role)


def test_a_stranger_gets_no_link(bot: DirectBot, andi: Chat) -> None:
    said = andi.ask("/web").text
    assert "Anda belum punya akses" in said
    assert bot.bot.services.links.find("x") is None


def test_the_audit_list_names_passwords_keys_and_ended_sign_ins(bot: DirectBot, siti: Chat) -> None:
    state = bot.bot.services.state
    sign_ins, keys = SignIns(state), Keys(state)
    for _ in range(2):
        sign_ins.begin(RINA, "Rina", Way.LINK, "")
    sign_ins.end([one.number for one in sign_ins.all()], None)
    keys.add("kasir", [Scope.PRICES, Scope.STOCK])
    keys.revoke("kasir")
    for action in ("set_password", "remove_password"):
        bot.bot.services.audit.note(action, None, "Rina", {}, subject_id=RINA)
    said = siti.ask("/catatan").text
    for line in (
        "mengeluarkan Rina dari 2 perangkat", "membuat kunci API kasir: prices, stock", "mencabut kunci API kasir",
        "membuat sandi untuk Rina", "menghapus sandi Rina",
    ):  # fmt: skip
        assert f"Komputer toko {line}" in said
