"""Kills or stops replicas at random moments while they notify 200 people of 40 changed prices.

It counts what each person gets, and of how many messages nobody knows whether they arrived.

python -m tests.toko_bot.service.watching.kills 20
"""

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from tests.servers.telegram import TelegramServer
from tests.servers.telegram.records import Event
from tests.toko_bot.bot.shop import Change, publish_shop
from tests.toko_bot.service.watching.test_exactly_once import CHANGED, CUSTOMERS, ITEMS, WATCHERS, replica, watch
from toko_core.state.database import StateDatabase
from toko_core.state.tables import deliveries

LONGEST_MS = 30
"""The kill comes at most so long after some message: several messages are sent in this time."""
ZONES = ("Asia/Jakarta", "Asia/Makassar")


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name, TelegramServer() as server:
        folder = Path(name)
        data = folder / "data"
        publish_shop(data, ITEMS, age=timedelta(hours=5))
        state = watch(data)
        for user_id in CUSTOMERS:
            server.user(user_id)
        received: list[Event] = []
        server.watch(lambda event: received.append(event) if "Harga berubah" in event.text else None)
        changes: list[Change] = []
        totals = Counter[str]()
        for number in range(1, rounds + 1):
            at = datetime.now(UTC) - timedelta(hours=4) + number * timedelta(minutes=1)
            changes += [Change(item, "PCS", 1, str(number), str(number + 1), at) for item in ITEMS[:CHANGED]]
            changes += [Change(item, "PCS", 2, str(number), str(number + 1), at) for item in ITEMS[:CHANGED]]
            received.clear()
            outcome = _round(server, data, folder, state, changes, received, datetime.now(UTC) - at)
            totals += outcome
            print(f"{number}: {dict(outcome)}", flush=True)
        print(f"All: {dict(totals)}")
        state.close()


def _round(
    server: TelegramServer, data: Path, folder: Path, state: StateDatabase, changes: list[Change],
    received: list[Event], age: timedelta,
) -> Counter[str]:  # fmt: skip
    """Publish a catalogue, kill one replica while it is told, and count messages, missing and repeated ones."""
    with ExitStack() as stack:
        bots = [stack.enter_context(replica(server, data, folder, zone)) for zone in ZONES]
        for bot in bots:
            bot.wait_for_log("Serving catalog", 90)
        server.fail("sendMessage", "502", times=random.randrange(3))
        server.fail("sendMessage", "429", times=random.randrange(2))
        publish_shop(data, ITEMS, changes, age=age - timedelta(seconds=1))
        wanted = random.randrange(1, WATCHERS - 20)
        server.wait_until(lambda: len(received) >= wanted, f"{wanted} messages", 120)
        time.sleep(random.random() * LONGEST_MS / 1000)
        ended, is_killed = random.choice(bots).process, random.random() < 0.7
        ended.send_signal(signal.SIGKILL if is_killed else signal.SIGTERM)
        server.wait_until(lambda: not _waiting(state), "nothing waits", 120)
        time.sleep(1)
    by_person = Counter(event.chat_id for event in received)
    unclear = _unclear(state)
    return Counter({
        "kills": int(is_killed), "stops": int(not is_killed), "messages": len(received),
        "missing": WATCHERS - len(by_person), "twice": len(received) - len(by_person),
        "unclear after a kill": unclear * is_killed, "unclear after a stop": unclear * (not is_killed),
    })  # fmt: skip


def _waiting(state: StateDatabase) -> int:
    with state.read() as connection:
        waiting = select(func.count()).select_from(deliveries).where(deliveries.c.begun_at.is_(None))
        return connection.execute(waiting).scalar() or 0


def _unclear(state: StateDatabase) -> int:
    """Return how many messages a killed replica had begun, and forget them."""
    c = deliveries.c
    unclear = c.begun_at.is_not(None), c.sent_at.is_(None)
    with state.write() as connection:
        return connection.execute(deliveries.update().where(*unclear).values(sent_at=c.begun_at)).rowcount


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
