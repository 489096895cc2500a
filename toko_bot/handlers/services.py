"""The objects that all handlers of a bot share."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

from telegram import Chat, Message, Update
from telegram.ext import Application, ContextTypes

from toko_bot.service.metrics import Metrics
from toko_bot.service.owners import OwnerReports
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog
from toko_core.catalog.photos import PhotoDecoder
from toko_core.people import Person, Role, View
from toko_core.people.audit import Audit
from toko_core.people.requests import Requests
from toko_core.people.sign_in_links import SignInLinks
from toko_core.people.store import ORDINARY_LEVEL, People
from toko_core.state.database import StateDatabase, StateError, state_url
from toko_core.state.decisions import Decisions
from toko_core.state.groups.store import Groups
from toko_core.state.quotations.store import Quotations
from toko_core.state.usage import Usage
from toko_core.state.watching.deliveries import Deliveries
from toko_core.state.watching.watches import Watches

log = logging.getLogger(__name__)

KEY = "services"
MOST_ANSWERS = 5000
PHOTOS_AT_ONCE = 2
"""How many photos are downloaded and decoded at once. Each takes up to 20 MB here, and a core for some tenths of a
second."""
MARKING_THREADS = 4

NOTHING_MUCH = View(stock=False, level=ORDINARY_LEVEL)
"""What somebody is shown whose access ended while their update was processed."""
_sender: ContextVar[tuple[Update, Person | None] | None] = ContextVar("sender", default=None)
"""The update that is processed, and who sent it."""

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


class Answers:
    """The bot's answer to each message, so that an edited one edits its answer. They are forgotten at a restart."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int], tuple[int, int]] = OrderedDict()
        """The number of each answer, and the hash of the text that was answered."""

    def note(self, asked: Message, answer: int) -> None:
        self._known[asked.chat.id, asked.message_id] = answer, _hash(asked)
        if len(self._known) > MOST_ANSWERS:
            self._known.popitem(last=False)

    def find(self, chat_id: int, asked: int) -> int | None:
        """Return the number of the answer."""
        known = self._known.get((chat_id, asked))
        return None if known is None else known[0]

    def has_answered(self, message: Message) -> bool:
        """Return whether the message was answered with this text: Telegram also reports edits of other things."""
        known = self._known.get((message.chat.id, message.message_id))
        return known is not None and known[1] == _hash(message)


def _hash(message: Message) -> int:
    return hash(message.text or message.caption or "")


_answers: ContextVar[Answers | None] = ContextVar("answers", default=None)


def answers_here() -> Answers:
    """Return the answers of the bot that processes the update."""
    answers = _answers.get()
    if answers is None:
        answers = Answers()
        _answers.set(answers)
    return answers


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
    pixels: PhotoDecoder = field(default_factory=lambda: PhotoDecoder("pixels", 1))
    """Decodes the photos of products for pictures that are shared."""
    marking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MARKING_THREADS, "marks"))
    """Reads and stores marks. While the state database is locked, these threads wait, and those of the pages do not."""

    state: StateDatabase = field(init=False)
    people: People = field(init=False)
    requests: Requests = field(init=False)
    links: SignInLinks = field(init=False)
    audit: Audit = field(init=False)
    quotations: Quotations = field(init=False)
    decisions: Decisions = field(init=False)
    usage: Usage = field(init=False)
    watches: Watches = field(init=False)
    deliveries: Deliveries = field(init=False)
    groups: Groups = field(init=False)
    reports: OwnerReports | None = None
    """The reports to the owners, once the bot has started."""

    def __post_init__(self) -> None:
        self.state = StateDatabase(state_url(self.settings))
        self.people = People(self.state, self.settings.owners, self.settings.staff)
        self.requests = Requests(self.state)
        self.links = SignInLinks(self.state)
        self.audit = Audit(self.state)
        self.quotations = Quotations(self.state, self.settings.zone)
        self.decisions = Decisions(self.state)
        self.usage = Usage(self.state, self.settings.zone, self.settings.owners | self.settings.staff)
        self.watches = Watches(self.state, self.settings.zone)
        self.deliveries = Deliveries(self.state, self.settings.zone)
        self.groups = Groups(self.state, self.settings.allowed_chats)

    def begin(self) -> None:
        """Begin the processing of an update: `answers_here` returns the answers of this bot from here on."""
        _answers.set(self.answers)

    def sender(self, update: Update) -> Person | None:
        """Return who sent the update, or None if they have no access. They are looked up once for each update."""
        known = _sender.get()
        if known is not None and known[0] is update:
            return known[1]
        user = update.effective_user
        person = None if user is None or user.is_bot else self.people.find(user.id)
        _sender.set((update, person))
        return person

    def view(self, update: Update) -> View:
        """Return what the sender is shown here. All members of a group see what staff see."""
        chat = update.effective_chat
        if chat is not None and chat.type != Chat.PRIVATE:
            return View()
        person = self.sender(update)
        return NOTHING_MUCH if person is None else person.view(private=chat is not None)

    def is_owner(self, update: Update) -> bool:
        """Return whether cost may be shown here: only to an owner, in the private chat with the bot."""
        chat, person = update.effective_chat, self.sender(update)
        return chat is not None and chat.type == Chat.PRIVATE and person is not None and person.role is Role.OWNER

    def owners(self) -> tuple[frozenset[int], bool]:
        """Return the ids of the owners, and whether these are all: those of the settings, if the others cannot be read.

        It may read the disk: do not call it in the event loop.
        """
        try:
            return frozenset(person.user_id for person in self.people.owners()), True
        except StateError:
            return self.settings.owners, False

    def close(self) -> None:
        """Close what the services opened."""
        self.barcodes.close()
        self.pixels.close()
        self.marking.shutdown()
        self.live.close()
        self.state.close()


def services(context: Context) -> Services:
    """Return the services of the bot that received the update."""
    return cast(Services, context.application.bot_data[KEY])


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("Unexpected error in a background task", exc_info=error)
