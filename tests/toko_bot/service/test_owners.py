"""What the bot reports to the owners by itself: each owner gets it once, late if Telegram did not respond."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from telegram.ext import ExtBot

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import SITI, environment, running_bot
from tests.toko_bot.bot.shop import point_at, publish_shop
from toko_bot.service.metrics import Metrics
from toko_bot.service.owners import OwnerReports
from toko_bot.settings import load_settings
from toko_core.catalog.live import LiveCatalog
from toko_core.state.database import StateDatabase, state_url

ZONE = ZoneInfo("Asia/Jakarta")
RINA = 103
OWNERS = f"{SITI},{RINA}"
REJECTED, GONE = "Data baru ditolak", "catalog-gone.duckdb"


class Bot:
    """The part of a bot that notifies the owners, anew at each report as after a restart."""

    def __init__(self, server: TelegramServer, data: Path) -> None:
        self._server = server
        self._data = data

    def report(self, file: str, *, again: int = 1) -> None:
        """Report a rejected catalogue `again` times, and send what waits."""
        asyncio.run(self._report(file, again))

    async def _report(self, file: str, again: int) -> None:
        live = LiveCatalog(self._data / "catalog", ZONE, Metrics(ZONE))
        live.newest = file
        async with ExtBot(self._server.token, f"{self._server.url}/bot") as bot:
            settings = load_settings()
            state = StateDatabase(state_url(settings))
            reports = OwnerReports(bot, settings, live, lambda: (settings.owners, True), state)
            for _ in range(again):
                await reports.report_rejected_catalog(f"{file} is empty: wait")
                await reports.send_waiting()


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
def siti(server: TelegramServer) -> Person:
    return server.user(SITI, "Siti")


@pytest.fixture
def rina(server: TelegramServer) -> Person:
    return server.user(RINA, "Rina")


def rejections(person: Person) -> list[str]:
    """The catalogues that the person was told to be rejected; "" for a message that names none."""
    texts = [message.text for message in person.messages if REJECTED in message.text]
    return [next((word for word in text.split() if word.endswith(".duckdb")), "") for text in texts]


def test_a_rejection_of_an_outage_reaches_each_owner_once_though_the_bot_is_killed(
    server: TelegramServer, siti: Person, rina: Person, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    publish_shop(data)
    server.fail_after_message(SITI, "502", times=None)
    with running_bot(server, data, tmp_path, OWNER_USERS=OWNERS) as bot:
        point_at(data, GONE)
        assert REJECTED in siti.next_message().text
        server.wait_for_request("sendMessage", where=lambda request: request.status == 502)
        bot.process.kill()
    server.heal()
    with running_bot(server, data, tmp_path, OWNER_USERS=OWNERS):
        assert REJECTED in rina.next_message().text
        rina.expect_silence(0.3)
    assert len(rejections(siti)) == 1


class TestReports:
    @pytest.fixture
    def bot(self, server: TelegramServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bot:
        variables = environment(server, tmp_path / "data", OWNER_USERS=OWNERS, PTB_TIMEDELTA="true")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "data").mkdir()
        return Bot(server, tmp_path / "data")

    def test_a_transient_error_delays_a_report(
        self, bot: Bot, server: TelegramServer, siti: Person, rina: Person
    ) -> None:
        server.fail("sendMessage", "502")
        bot.report("1.duckdb", again=2)
        bot.report("2.duckdb")
        assert rejections(siti) == rejections(rina) == ["1.duckdb", "2.duckdb"]

    def test_an_owner_who_blocked_the_bot_gets_no_earlier_report(self, bot: Bot, siti: Person, rina: Person) -> None:
        siti.block()
        bot.report("1.duckdb", again=2)
        siti.unblock()
        bot.report("2.duckdb")
        assert (rejections(siti), rejections(rina)) == (["2.duckdb"], ["1.duckdb", "2.duckdb"])

    def test_nothing_is_sent_for_as_long_as_telegram_asks(self, bot: Bot, server: TelegramServer) -> None:
        server.fail("sendMessage", "429", retry_after=3600)
        for file in ("1.duckdb", "2.duckdb"):
            bot.report(file, again=2)
        assert len(server.received("sendMessage")) == 1

    def test_who_got_a_report_from_an_earlier_version_does_not_get_it_again(
        self, bot: Bot, siti: Person, tmp_path: Path
    ) -> None:
        (tmp_path / "data" / "bot").mkdir()
        (tmp_path / "data" / "bot" / "told-refused").write_text("1.duckdb")
        for file in ("1.duckdb", "2.duckdb", "2.duckdb"):
            bot.report(file)
        assert rejections(siti) == ["2.duckdb"]

    def test_a_bot_that_may_not_write_to_the_data_folder_remembers_until_it_ends(
        self, bot: Bot, server: TelegramServer, siti: Person, rina: Person, tmp_path: Path
    ) -> None:
        (tmp_path / "data" / "bot").write_text("in the way")
        server.fail("sendMessage", "502")
        bot.report("1.duckdb", again=3)
        assert rejections(siti) == rejections(rina) == ["1.duckdb"]
