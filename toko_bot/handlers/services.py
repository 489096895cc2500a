"""The objects that all handlers of a bot share."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from telegram import Chat, Update
from telegram.ext import Application, ContextTypes

from toko_bot.service.metrics import Metrics
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog
from toko_core.catalog.photos import PhotoDecoder
from toko_core.people import View

log = logging.getLogger(__name__)

KEY = "services"
MOST_ANSWERS = 5000
PHOTOS_AT_ONCE = 2
"""How many photos are downloaded and decoded at once. Each takes up to 20 MB here, and a core for some tenths of a
second."""

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


class Answers:
    """The bot's answer to each message, so that an edited search edits its answer. They are forgotten at a restart."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int], int] = OrderedDict()

    def note(self, chat_id: int, asked: int, answer: int) -> None:
        self._known[chat_id, asked] = answer
        if len(self._known) > MOST_ANSWERS:
            self._known.popitem(last=False)

    def find(self, chat_id: int, asked: int) -> int | None:
        return self._known.get((chat_id, asked))


class Background:
    """Tasks that continue after their update was answered. They are cancelled when the bot stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_log_failure)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass
class Services:
    """The settings, catalogue, metrics and state that the handlers of one bot share."""

    settings: BotSettings
    live: LiveCatalog
    metrics: Metrics
    answers: Answers = field(default_factory=Answers)
    background: Background = field(default_factory=Background)
    photo_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PHOTOS_AT_ONCE))
    barcodes: PhotoDecoder = field(default_factory=lambda: PhotoDecoder("read_barcodes", PHOTOS_AT_ONCE))

    def view(self, update: Update) -> View:
        """Return what the sender is shown here."""
        return View(cost=self.is_owner(update))

    def is_owner(self, update: Update) -> bool:
        """Return whether cost may be shown here: only to an owner, in the private chat with the bot."""
        chat, user = update.effective_chat, update.effective_user
        return chat is not None and chat.type == Chat.PRIVATE and user is not None and user.id in self.settings.owners


def services(context: Context) -> Services:
    """Return the services of the bot that received the update."""
    return cast(Services, context.application.bot_data[KEY])


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("Unexpected error in a background task", exc_info=error)
