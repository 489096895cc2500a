"""Processes updates of different people concurrently, and those of one person in order. Only people who flood wait."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import BaseUpdateProcessor

from toko_bot.replies import messages
from toko_bot.service.metrics import Metrics
from toko_bot.service.probe import Probe

log = logging.getLogger(__name__)

AT_ONCE = 2048
"""The most updates that are processed or waiting at once."""
BURST, PER_SECOND = 20.0, 3.0
"""How many updates one person may send without waiting, and by how many this allowance grows each second."""
MOST_WAITING = 20
"""The most waiting updates of one person; further ones are dropped."""
CHECK_SECONDS = 0.2
FORGET_AFTER = 600.0


@dataclass
class _Person:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    limiter: AsyncLimiter = field(default_factory=lambda: AsyncLimiter(BURST, BURST / PER_SECOND))
    seen: float = field(default_factory=time.monotonic)
    warned: bool = False


class TakingTurns(BaseUpdateProcessor):
    """An update processor for python-telegram-bot. It decides which updates are processed concurrently."""

    def __init__(self, metrics: Metrics, is_running: Callable[[], bool]) -> None:
        """Stop delaying updates once `is_running` returns False, because the bot is stopping."""
        super().__init__(AT_ONCE)
        self._is_running = is_running
        self._people: dict[int, _Person] = {}
        self._metrics = metrics
        self._tidied = time.monotonic()

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        if isinstance(update, Probe):
            _close(coroutine)
            update.on_processed()
            return
        # All anonymous administrators, and all channels, have the same user: their chat tells them apart.
        user = update.effective_sender if isinstance(update, Update) else None
        if not isinstance(update, Update) or user is None:
            await coroutine
            return
        self._tidy()
        person = self._people.get(user.id)
        if person is None:
            person = self._people[user.id] = _Person()
        if person.waiting >= MOST_WAITING:
            _close(coroutine)
            await self._drop(update, person, user.id)
            return
        person.waiting += 1
        try:
            async with person.turn:
                await self._wait(person)
                self._metrics.begin_update()
                await coroutine
        finally:
            person.waiting -= 1
            if not person.waiting:
                person.warned = False

    async def _wait(self, person: _Person) -> None:
        """Wait until the person may send again, or the bot stops."""
        person.seen = time.monotonic()
        while self._is_running():
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await person.limiter.acquire()
                    return
            except TimeoutError:
                continue

    async def _drop(self, update: Update, person: _Person, user_id: int) -> None:
        self._metrics.dropped.inc()
        if person.warned:
            return
        person.warned = True
        log.warning("User %s floods: updates beyond %d waiting ones are dropped", user_id, MOST_WAITING)
        try:
            if update.callback_query is not None:
                await update.callback_query.answer(messages.TOO_FAST)
            elif update.message is not None:
                await update.message.reply_html(messages.TOO_FAST)
        except TelegramError as error:
            log.info("User %s could not be asked to wait: %s", user_id, error)

    def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied < FORGET_AFTER:
            return
        self._tidied = now
        gone = [key for key, person in self._people.items() if not person.waiting and now - person.seen > FORGET_AFTER]
        for key in gone:
            del self._people[key]


def _close(coroutine: Awaitable[object]) -> None:
    """Close a coroutine that will not be awaited; otherwise Python would warn about it."""
    close = getattr(coroutine, "close", None)
    if close is not None:
        close()
