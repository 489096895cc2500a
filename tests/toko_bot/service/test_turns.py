"""A person who floods waits, and others do not. Nobody waits once the bot is stopping."""

import asyncio
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telegram import Chat, Message, Update, User

from toko_bot.service.metrics import Metrics
from toko_bot.service.turns import BURST, PER_SECOND, TakingTurns

BUDI, SITI = (User(number, name, is_bot=False) for number, name in ((101, "Budi"), (102, "Siti")))
ANONYMOUS = User(1087968824, "Group", is_bot=True)
"""The user of all anonymous administrators."""
NOT_WAITED = 0.3
"""Seconds that count as no wait: less than the third of a second that the next update after a burst waits."""


class Bot:
    """Processes updates as one bot does. `heard` is the number of processed updates."""

    def __init__(self) -> None:
        self.is_running = True
        self.heard = 0
        self._turns = TakingTurns(Metrics(ZoneInfo("Asia/Jakarta")), lambda: self.is_running)

    async def hear(self, user: User, count: int = 1, sender_chat: Chat | None = None) -> float:
        """Process `count` updates of a person, one after the other. Returns the seconds that this took."""
        started = time.perf_counter()
        chat = sender_chat or Chat(user.id, Chat.PRIVATE)
        message = Message(1, datetime.now(UTC), chat, from_user=user, sender_chat=sender_chat, text="indomie")
        for number in range(count):
            await self._turns.process_update(Update(number, message=message), self._work())
        return time.perf_counter() - started

    async def _work(self) -> None:
        self.heard += 1


def test_after_a_burst_a_person_waits_and_others_do_not() -> None:
    async def talk() -> None:
        bot = Bot()
        burst = await bot.hear(BUDI, int(BURST))
        assert burst < NOT_WAITED
        flooding = asyncio.create_task(bot.hear(BUDI, 2))
        assert await bot.hear(SITI) < NOT_WAITED
        assert burst + await flooding > 2 / PER_SECOND - 0.01
        assert bot.heard == BURST + 3

    asyncio.run(talk())


def test_anonymous_administrators_of_one_group_take_no_turns_of_another_groups() -> None:
    async def talk() -> None:
        bot = Bot()
        first, second = (Chat(number, Chat.SUPERGROUP) for number in (-1001, -1002))
        await bot.hear(ANONYMOUS, int(BURST), sender_chat=first)
        assert await bot.hear(ANONYMOUS, sender_chat=second) < NOT_WAITED

    asyncio.run(talk())


def test_waiting_updates_are_processed_at_once_when_the_bot_stops() -> None:
    async def talk() -> None:
        bot = Bot()
        await bot.hear(BUDI, int(BURST))
        waiting = [asyncio.create_task(bot.hear(BUDI)) for _ in range(15)]
        await asyncio.sleep(0.05)
        assert bot.heard == BURST
        bot.is_running = False
        started = time.perf_counter()
        await asyncio.gather(*waiting)
        assert time.perf_counter() - started < 5 * NOT_WAITED
        assert bot.heard == BURST + 15

    asyncio.run(talk())
