"""Notifies the owners of a rejected catalogue and of old data: each owner once, late if Telegram does not respond."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import ExtBot

from toko_bot.replies import messages
from toko_bot.replies.decisions.pages import markup_of
from toko_bot.replies.groups import texts
from toko_bot.replies.layout import is_stale
from toko_bot.service.outgoing import seconds_to_wait, short
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog
from toko_core.state.database import StateDatabase, StateError
from toko_core.state.decisions import Decisions, Kind, Question, buttons_of
from toko_core.state.groups.store import Groups
from toko_core.state.outbox import Message, Notified, Outbox, Waiting
from toko_core.state.quiet import read_quiet
from toko_core.text import ago, moment

log = logging.getLogger(__name__)

SEND_EVERY = 30.0
REJECTED, STALE, MOVED = "refused", "stale", "moved"
"""Kinds of messages."""


class OwnerReports:
    """The bot's own outbox (`toko_core.state.outbox`), in the folder `bot` of the data folder.

    Replicas with the same data folder, or a restarted bot, do not notify an owner again. If the bot may not write
    there, as in a container, it forgets at its end what is in the outbox.
    """

    def __init__(
        self,
        bot: ExtBot[Any],
        settings: BotSettings,
        live: LiveCatalog,
        owners: Callable[[], tuple[frozenset[int], bool]],
        state: StateDatabase,
    ) -> None:
        """`owners` returns the ids of the owners as they are now, and whether these are all. It may read the disk.

        `state` has the quiet hours, and the questions that some messages ask.
        """
        self._bot = bot
        self._settings = settings
        self._live = live
        self._owners = owners
        self._state = state
        self._decisions = Decisions(state)
        folder = settings.folder.bot
        self._outbox = Outbox(folder / "outbox.json", lambda: _earlier_reports(folder, settings.owners))
        self._added = asyncio.Event()

    async def report_rejected_catalog(self, problem: str) -> None:
        """Notify the owners once for each rejected file."""
        await self._add(Message(f"{REJECTED}:{self._live.newest}", messages.catalog_rejected(problem)))

    async def report_stale_data(self) -> None:
        """Notify the owners once a day if the data is old."""
        served, zone = self._live.served, self._settings.zone
        if served is None or not is_stale(served, self._settings):
            return
        text = messages.stale_report(moment(served.data_time, zone), ago(_now() - served.data_time))
        await self._add(Message(f"{STALE}:{datetime.now(zone).date().isoformat()}", text), Kind.SYNC)

    async def report_moved_groups(self, groups: Groups) -> None:
        """Notify the owners once of each group that became a supergroup. Raises StateError."""
        for move in await asyncio.to_thread(groups.take_unreported):
            await self._add(Message(f"{MOVED}:{move.new}", texts.moved(move)))

    async def keep_sending(self) -> None:
        """Send what waits, forever: at once after a report, and again every 30 seconds."""
        while True:
            try:
                await self.send_waiting()
            except Exception:
                log.exception("Notifying the owners failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._added.wait(), SEND_EVERY)
            self._added.clear()

    async def send_waiting(self) -> None:
        """Send what waits, the oldest message first. Log a line about each owner who cannot be notified."""
        known, are_all = await asyncio.to_thread(self._owners)
        with self._outbox.sending(known if are_all else None, _now()) as alone:
            owners = set(known) if alone else set[int]()
            quiet = alone and await asyncio.to_thread(self._is_quiet)
            while due := await asyncio.to_thread(self._outbox.pick, owners, _now(), quiet=quiet):
                message, owner = due
                if await self._send(message, owner):
                    await asyncio.to_thread(self._outbox.settle, message, owner)
                else:
                    owners.discard(owner)  # the next messages wait, so that they keep their order

    def _with_buttons(self, message: Message, asks: Kind) -> Message:
        """Add the buttons of a question, which is the same one for all owners."""
        question = Question(message.key, asks, message.text, {"job": "sync", "runs": [{}]})
        try:
            return replace(message, buttons=buttons_of(self._decisions.ask(question)))
        except StateError as error:
            log.info("A message has no button: %s", error)
            return message

    def _is_quiet(self) -> bool:
        try:
            hours = read_quiet(self._state)
        except StateError:
            return False
        return hours is not None and hours.covers(_now(), self._settings.zone)

    async def _add(self, message: Message, asks: Kind | None = None) -> None:
        owners, _ = await asyncio.to_thread(self._owners)
        if asks is not None and await asyncio.to_thread(self._outbox.lacks, message.key, owners):
            message = await asyncio.to_thread(self._with_buttons, message, asks)
        if await asyncio.to_thread(self._outbox.add, [message], owners, _now()):
            self._added.set()

    async def _send(self, message: Waiting, owner: int) -> bool:
        """Return whether the owner has the message, or cannot get it."""
        try:
            text = message.text_at(_now(), self._settings.zone)
            markup = markup_of(message.buttons)
            sent = await self._bot.send_message(owner, text, parse_mode=ParseMode.HTML, reply_markup=markup)
        except TelegramError as error:
            log.warning("Owner %d could not be notified: %s", owner, short(error))
            if isinstance(error, RetryAfter):  # the bot has waited several times already
                until = _now() + timedelta(seconds=seconds_to_wait(error))
                await asyncio.to_thread(self._outbox.pause, until)
            return isinstance(error, (BadRequest, Forbidden))  # who never started the bot, or blocked it
        if message.buttons:
            await self._note(message, owner, sent.message_id)
        return True

    async def _note(self, message: Waiting, owner: int, message_id: int) -> None:
        """Store which message asks an owner, so that it is edited after the decision."""
        try:
            await asyncio.to_thread(self._decisions.note_message, message.key, owner, message_id)
        except StateError as error:
            log.info("The message to owner %d will not be edited: %s", owner, error)


def _now() -> datetime:
    return datetime.now(UTC)


def _earlier_reports(folder: Path, owners: frozenset[int]) -> Notified:
    """Return what versions up to 0.3.0 recorded: the last occasion of each kind of report. They find it again."""
    notes = {kind: folder / f"told-{kind}" for kind in (REJECTED, STALE)}
    return {f"{kind}:{note.read_text()}": tuple(sorted(owners)) for kind, note in notes.items() if note.exists()}
