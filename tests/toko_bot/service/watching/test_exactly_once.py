"""Two replicas, one of them killed, and a Telegram that fails: everybody is notified of changed prices exactly once."""

from collections import Counter
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from tests.servers.telegram import TelegramServer
from tests.servers.telegram.records import Event
from tests.toko_bot.bot.process import SITI, RunningBot, running_bot
from tests.toko_bot.bot.proxy import free_port
from tests.toko_bot.bot.shop import Change, Item, point_at, publish_shop
from toko_core.people import Role
from toko_core.state.database import FILE, StateDatabase
from toko_core.state.tables import deliveries, people, watchers, watches

WATCHERS, CHANGED, KILLED_AFTER = 200, 40, 30
CUSTOMERS = range(1000, 1000 + WATCHERS)
ITEMS = [
    Item(f"B{number}", f"BARANG NOMOR {number:02}",
         [("PCS", "1", 1, None, "500", f"{2000 + number}"), ("PCS", "1", 2, None, "500", f"{1000 + number}")])
    for number in range(CHANGED + 5)
]  # fmt: skip
NOW = datetime.now(UTC)
CHANGES = [
    Change(item, "PCS", level, f"{3000 - 1000 * level - 7}", str(item.prices[level - 1][5]), NOW - timedelta(hours=2))
    for item in ITEMS[:CHANGED]
    for level in (1, 2)
]
SECRET = "rahasia_webhook_0123456789"  # noqa: S105


def watch(data: Path) -> StateDatabase:
    """Store 200 customers of two levels, who watch all products since the catalogue of five hours ago."""
    state = StateDatabase(f"sqlite:///{data}/state/{FILE}")
    never = datetime(1970, 1, 1, tzinfo=UTC)
    each = [{"shop": state.shop, "person_id": user_id} for user_id in CUSTOMERS]
    with state.write() as connection:
        connection.execute(insert(people), [
            {"shop": state.shop, "user_id": user_id, "role": Role.CUSTOMER.value, "level": level_of(user_id),
             "stock": False, "name": "", "username": "", "since": NOW} for user_id in CUSTOMERS
        ])  # fmt: skip
        connection.execute(insert(watches), [
            row | {"kodeitem": item.kodeitem, "favourite": False, "notify": True} for row in each for item in ITEMS
        ])  # fmt: skip
        connection.execute(insert(watchers), [
            row | {"notified_until": NOW - timedelta(hours=5), "morning_day": "", "morning_until": never}
            for row in each
        ])  # fmt: skip
    return state


def level_of(user_id: int) -> int:
    return user_id % 2 + 1


def test_200_watchers_of_40_changed_prices_are_notified_once_by_two_replicas_of_which_one_is_killed(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    first = publish_shop(data, ITEMS, age=timedelta(hours=5))
    state = watch(data)
    with TelegramServer() as server:
        everybody = [server.user(user_id) for user_id in CUSTOMERS]
        replicas: dict[str, RunningBot] = {}
        received: list[Event] = []

        def count(event: Event) -> None:
            """Kill the replica in Jakarta when Telegram has accepted its message, and not yet said so."""
            if event.kind != "message" or "Harga berubah" not in event.text:
                return
            received.append(event)
            if "WIB" in event.text and len([e for e in received if "WIB" in e.text]) == KILLED_AFTER:
                replicas["WIB"].process.kill()
                server.fail("sendMessage", "429", times=1)
                server.fail("sendMessage", "502", times=1)

        server.watch(count)
        with replica(server, data, tmp_path, "Asia/Jakarta") as jakarta, \
                replica(server, data, tmp_path, "Asia/Makassar") as makassar:  # fmt: skip
            replicas["WIB"] = jakarta
            for bot in (jakarta, makassar):
                bot.wait_for_log("Serving catalog", 90)
            server.fail("sendMessage", "502", times=2)
            server.fail("sendMessage", "429", times=1)
            second = publish_shop(data, ITEMS, CHANGES, age=timedelta(hours=2))
            server.wait_until(lambda: len(received) >= WATCHERS, "everybody is notified", 60)
            assert jakarta.process.wait(10) == -9
            for file in (first, second):  # rolled back, and forward again
                point_at(data, file.name)
                makassar.wait_for_log(f"Serving {file.name}")
            for person in everybody:
                person.skip()
            everybody[0].expect_silence(1.5)
        by_person = Counter(event.chat_id for event in received)
        assert set(by_person) == set(CUSTOMERS)
        assert set(by_person.values()) == {1}
        zones = Counter(event.text.rsplit(" ", 1)[-1] for event in received)
        assert zones["WIB"] == KILLED_AFTER
        assert zones["WITA"] == WATCHERS - KILLED_AFTER
        for event in received:
            assert event.text.startswith(f"🔔 Harga berubah: {CHANGED} barang\n\n1. BARANG NOMOR 00")
            level = level_of(event.chat_id)
            assert f"→ Rp{3 - level}." in event.text
            assert f"→ Rp{level}." not in event.text, "the price of the other level"
        failed = Counter(request.status for request in server.received("sendMessage"))
        assert (failed[502], failed[429]) == (3, 2)
    with state.read() as connection:
        unclear = select(deliveries.c.person_id).where(deliveries.c.sent_at.is_(None))
        assert len(connection.execute(unclear).all()) == 1, "the message that was on its way when its sender was killed"
    state.close()


def replica(server: TelegramServer, data: Path, folder: Path, zone: str) -> AbstractContextManager[RunningBot]:
    """A replica that dates its messages in another time zone, so that a message says who sent it."""
    port = free_port()
    return running_bot(
        server, data, folder / str(port), wait=False, WEBHOOK_URL=f"http://127.0.0.1:{port}/telegram/x",
        WEBHOOK_SECRET=SECRET, WEBHOOK_LISTEN=f"127.0.0.1:{port}", SHOP_TIMEZONE=zone, OWNER_USERS=str(SITI),
    )  # fmt: skip
