"""A group that becomes a supergroup keeps its access, in all replicas and after a restart; owners read the new id."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.telegram import Chat, Person, TelegramServer
from tests.toko_bot.bot.directly import DirectBot, direct_bot
from tests.toko_bot.bot.in_thread import bot_settings, running_in_thread
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import SUGAR, publish_shop
from toko_bot.app import build_app
from toko_bot.replies.groups import texts
from toko_core.state.groups.store import Groups, Move

RINA, OLD, NEW, NEWER, OTHER = 103, -11, -1017, -1018, -12
SEARCH, FOUND = "/harga gula", "Gulaku"


@pytest.fixture
def server() -> TelegramServer:
    return TelegramServer()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a catalogue, to be copied: DuckDB opens a file once in a process, and here bots share one."""
    folder = tmp_path_factory.mktemp("shop")
    publish_shop(folder, [SUGAR])
    return folder / "catalog"


@dataclass(frozen=True)
class Replicas:
    """Makes replicas of a bot, which share the state database."""

    shop: Path
    folder: Path

    def settings(self, **more: str) -> dict[str, str]:
        """Return the settings of the next replica."""
        data = self.folder / secrets.token_hex(4)
        shutil.copytree(self.shop, data / "catalog")
        settings = {"owner_users": f"{SITI},{RINA}", "allowed_users": str(BUDI), "allowed_chats": str(OLD)}
        state = f"sqlite:///{self.folder}/state.db"
        return {**settings, "state_url": state, "toko_data_dir": str(data), **more}

    @contextmanager
    def run(self, server: TelegramServer, **more: str) -> Iterator[DirectBot]:
        settings = self.settings(**more)
        with direct_bot(Path(settings.pop("toko_data_dir")), server, **settings) as bot:
            yield bot


@pytest.fixture
def replicas(shop: Path, tmp_path: Path) -> Replicas:
    return Replicas(shop, tmp_path)


def inside(server: TelegramServer, group: Chat) -> Person:
    return server.user(BUDI, "Budi", inside=group)


def answers(bot: DirectBot, group: Chat, text: str = SEARCH) -> list[str]:
    """Send a text in a group, and return what the bot answers."""
    budi = inside(bot.server, group)
    budi.skip()
    before = len(budi.messages)
    budi.send(text)
    bot.handle()
    return [message.text for message in budi.messages[before + 1 :]]


def test_a_group_keeps_its_access_in_all_replicas_after_a_restart_and_when_it_moves_again(
    replicas: Replicas, server: TelegramServer
) -> None:
    budi = server.user(BUDI, "Budi")
    with replicas.run(server) as first, replicas.run(server) as second:
        group = server.group(OLD, "Toko Staf", budi, kind="group")
        assert FOUND in answers(first, group)[0]
        new = server.upgrade(group, NEW, budi)
        first.handle()
        assert [message.text for message in inside(server, new).messages] == [""], "the upgrade is not answered"
        for bot in (first, second):
            assert FOUND in answers(bot, new)[0]
        assert inside(server, new).commands()
        newer = server.upgrade(new, NEWER, budi)
        second.handle()
        assert FOUND in answers(first, newer)[0]
    with replicas.run(server) as restarted:
        assert FOUND in answers(restarted, newer)[0]
    with replicas.run(server, allowed_chats=str(OTHER)) as without:
        assert answers(without, newer) == [], "the group was taken out of ALLOWED_CHATS"


def test_a_group_without_access_gets_none_by_an_upgrade(replicas: Replicas, server: TelegramServer) -> None:
    budi = server.user(BUDI, "Budi")
    with replicas.run(server) as bot:
        other = server.group(OTHER, "Lain", budi, kind="group")
        new = server.upgrade(other, NEW, budi)
        bot.handle()
        assert answers(bot, new) == []
        assert bot.bot.services.groups.moves() == []


def test_a_search_that_was_sent_before_the_upgrade_is_answered_in_the_supergroup(
    replicas: Replicas, server: TelegramServer
) -> None:
    budi = server.user(BUDI, "Budi")
    with replicas.run(server) as bot:
        group = server.group(OLD, "Toko Staf", budi, kind="group")
        inside(server, group).send(SEARCH)
        new = server.upgrade(group, NEW, budi)
        with server.world.lock:  # Telegram's messages about the upgrade are lost
            for number, update in list(server.world.updates.pending.items()):
                if "migrate" in str(update.json()):
                    del server.world.updates.pending[number]
        bot.handle()
        answer = inside(server, new).next_message(FOUND, timeout=0)
        assert answer.reply_to is None, "the message has another number there"
        for _ in range(1000):
            bot.run(asyncio.sleep(0.01))
            if bot.bot.services.groups.moves():
                break
        assert FOUND in answers(bot, new)[0]


def test_an_old_button_in_the_old_group_is_answered_in_the_supergroup(
    replicas: Replicas, server: TelegramServer
) -> None:
    budi = server.user(BUDI, "Budi")
    with replicas.run(server) as bot:
        group = server.group(OLD, "Toko Staf", budi, kind="group")
        there = inside(server, group)
        there.send(SEARCH)
        bot.handle()
        found = there.next_message(timeout=0)
        new = server.upgrade(group, NEW, budi)
        bot.handle()
        press = there.press("1", found)
        bot.handle()
        assert not press.answered(timeout=0).text
        inside(server, new).next_message(FOUND, timeout=0)


def test_if_the_state_database_cannot_be_used_the_supergroup_has_access_until_the_bot_ends(
    replicas: Replicas, server: TelegramServer
) -> None:
    (replicas.folder / "state.db").write_bytes(b"no database" * 100)
    budi = server.user(BUDI, "Budi")
    with replicas.run(server) as bot:
        group = server.group(OLD, "Toko Staf", budi, kind="group")
        new = server.upgrade(group, NEW, budi)
        bot.handle()
        assert FOUND in answers(bot, new)[0]
        assert answers(bot, server.group(OTHER, "Lain", budi)) == []


def test_a_group_that_was_upgraded_while_no_bot_ran_has_access_once_one_starts(replicas: Replicas) -> None:
    with TelegramServer() as server:
        budi, siti = server.user(BUDI, "Budi"), server.user(SITI, "Siti")
        new = server.upgrade(server.group(OLD, "Toko Staf", budi, kind="group"), NEW, budi)
        server.world.updates.pending.clear()  # Telegram keeps them for a day
        with running_in_thread(build_app(bot_settings(server, replicas.folder, **replicas.settings()))):
            said = siti.next_message("supergrup").text
            assert "Toko Staf" in said
            assert f"ID baru: {NEW}" in said
            assert FOUND in inside(server, new).ask(SEARCH).text
            server.wait_until(lambda: inside(server, new).commands(), "the menu is set")


def test_each_owner_reads_the_new_id_once_also_if_the_bot_was_killed_before(replicas: Replicas) -> None:
    with TelegramServer() as server:
        budi, siti, rina = server.user(BUDI, "Budi"), server.user(SITI, "Siti"), server.user(RINA, "Rina")
        group = server.group(OLD, "Toko <Staf>", budi, kind="group")
        with running_in_thread(build_app(bot_settings(server, replicas.folder, **replicas.settings()))):
            new = server.upgrade(group, NEW, budi)
            for owner in (siti, rina):
                said = owner.next_message("supergrup").text
                assert "Toko <Staf>" in said
                assert said.splitlines()[1:3] == [f"ID lama: {OLD}", f"ID baru: {NEW}"]
        bot = build_app(bot_settings(server, replicas.folder, **replicas.settings()))
        bot.services.groups.move(Move(NEW, NEWER, "Toko"))  # by a bot that was killed at this moment
        with running_in_thread(bot):
            for owner in (siti, rina):
                assert f"ID baru: {NEWER}" in owner.next_message("supergrup").text
            assert FOUND in inside(server, new).ask(SEARCH).text
            assert FOUND in siti.ask("gula").text
        assert [len([m for m in owner.messages if "supergrup" in m.text]) for owner in (siti, rina)] == [2, 2]
        assert "supergrup" in texts.moved(Move(OLD, NEW, ""))
        assert Groups(bot.services.state, {OLD}).take_unreported() == []
