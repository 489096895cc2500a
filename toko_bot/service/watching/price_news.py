"""Notifies people of changed prices: of what they watch after each new catalogue, and of all in the morning.

Every replica does all of this. The state database says who was notified of what (`toko_core.state.watching`), so each
message is sent by one of them, and by another one if that is killed.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from toko_bot.replies.buttons import ChangedList
from toko_bot.replies.layout import Page
from toko_bot.replies.watching.pages import changed_page
from toko_bot.service.outgoing import ATTEMPT, Attempt, TakenError, short
from toko_bot.settings import BotSettings
from toko_core.catalog.live import LiveCatalog, Served
from toko_core.people.store import People
from toko_core.state.database import StateError
from toko_core.state.outbox import dated_if_late
from toko_core.state.watching.deliveries import Deliveries, Delivery
from toko_core.state.watching.watches import Watches

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
CHECK_SECONDS = 5.0
"""How often the database is asked for messages that wait, unless a new catalogue comes: in between, one dies."""
TIDY_SECONDS = 600.0
RETRY_SECONDS = 5.0
PAUSE_SECONDS = 0.03
"""The pause after each message, so that answers to searches are not sent late for hundreds of them."""
BROKEN_SECONDS = 30.0
"""How long to wait if the state database cannot be used."""
STOP_SECONDS, STOP_POLL_SECONDS = 10.0, 0.05
FUTURE = timedelta(days=1)
"""A catalogue from so far in the future has a wrong clock: nobody is notified of it."""


class PriceNews:
    """Sends messages about changed prices."""

    def __init__(
        self,
        bot: ExtBot[Any],
        settings: BotSettings,
        live: LiveCatalog,
        people: People,
        watches: Watches,
        deliveries: Deliveries,
    ) -> None:
        self._bot = bot
        self._settings = settings
        self._live = live
        self._people = people
        self._watches = watches
        self._deliveries = deliveries
        self._planned: str | None = None
        self._check_at = self._tidy_at = 0.0

    async def keep_sending(self) -> None:
        """Work forever: at once after a new catalogue, and every few seconds."""
        while True:
            try:
                if self._is_due():
                    await self.notify()
            except StateError as error:
                log.error("People cannot be notified of prices: %s", error)
                await asyncio.sleep(BROKEN_SECONDS)
            except Exception:
                log.exception("Notifying people of prices failed")
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(POLL_SECONDS)

    async def notify(self, now: datetime | None = None) -> None:
        """Do what is due `now`: plan messages, and send those that wait. Raises StateError."""
        served = self._live.served
        if served is None:
            return
        if served.name != self._planned or time.monotonic() >= self._tidy_at:
            await self._tidy()
        await asyncio.to_thread(self._plan, served, now or datetime.now(UTC))
        self._planned, self._check_at = served.name, time.monotonic() + CHECK_SECONDS
        await self._send_waiting(served)

    def _is_due(self) -> bool:
        """Return whether there is a new catalogue, or the last check was some seconds ago."""
        served = self._live.served
        return served is not None and (served.name != self._planned or time.monotonic() >= self._check_at)

    async def _tidy(self) -> None:
        """Remove what is old, and all of people who lost access."""
        people = {person.user_id for person in await asyncio.to_thread(self._people.everybody)}
        if unclear := await asyncio.to_thread(self._deliveries.tidy, people, datetime.now(UTC)):
            log.warning(
                "%d messages about prices were being sent when a bot was killed: it is not known whether they arrived",
                unclear,
            )
        self._tidy_at = time.monotonic() + TIDY_SECONDS

    def _plan(self, served: Served, now: datetime) -> None:
        """Store which messages are due. It reads the catalogue and the state database."""
        until = served.data_time
        if until > now + FUTURE:
            return
        since = None if served.name == self._planned else self._deliveries.notified_until(until)
        if since is not None:
            changed = served.details.price_changes.changed(since, until)
            if number := self._deliveries.plan_watched(changed, since, until, now):
                log.info("%d people watch prices that changed until %s", number, until)
        if number := self._deliveries.plan_mornings(until, now):
            log.info("%d people get the morning message", number)

    async def _send_waiting(self, served: Served) -> None:
        """Send what waits, one message after the other. Somebody for whom it fails is left out until the next time."""
        failed: set[int] = set()
        while delivery := await asyncio.to_thread(self._deliveries.pick, served.data_time, failed):
            attempt = self._attempt_at(delivery)
            sending = asyncio.create_task(self._send(served, delivery, attempt))
            try:
                is_done = await asyncio.shield(sending)
            except asyncio.CancelledError:
                await _end(sending, attempt)
                raise
            if not is_done:
                failed.add(delivery.person_id)
            await asyncio.sleep(PAUSE_SECONDS)

    def _attempt_at(self, delivery: Delivery) -> Attempt:
        async def begin() -> bool:
            return await asyncio.to_thread(self._deliveries.begin, delivery, datetime.now(UTC))

        return Attempt(begin, partial(_surely, partial(self._deliveries.release, delivery)))

    async def _send(self, served: Served, delivery: Delivery, attempt: Attempt) -> bool:
        """Send a message. Returns False if it still waits."""
        page = await self._page(served, delivery)
        if isinstance(page, bool):
            return page
        using = ATTEMPT.set(attempt)
        text = dated_if_late(page.text, delivery.written_at, datetime.now(UTC), self._settings.zone)
        try:
            await self._bot.send_message(delivery.person_id, text, parse_mode=ParseMode.HTML, reply_markup=page.markup)
        except TakenError:
            return True
        except (BadRequest, Forbidden) as error:  # who never started the bot, or blocked it
            log.info("User %d cannot be notified of prices: %s", delivery.person_id, short(error))
        except TelegramError as error:
            log.warning("User %d could not be notified of prices yet: %s", delivery.person_id, short(error))
            return False
        finally:
            ATTEMPT.reset(using)
        await _surely(partial(self._deliveries.finish, delivery, datetime.now(UTC)))
        return True

    async def _page(self, served: Served, delivery: Delivery) -> Page | bool:
        """Return what the person may see now, or whether the message is done without being sent."""
        person = self._people.find(delivery.person_id)
        if person is None:
            return False
        wanted = ChangedList(delivery.kind, delivery.since, delivery.until, 1)

        def build() -> Page | None:
            watches = self._watches.of(delivery.person_id)
            return changed_page(served, self._settings, watches, wanted, person.view(private=True))

        page = await asyncio.to_thread(build)
        if page is None:
            await asyncio.to_thread(self._deliveries.finish, delivery, datetime.now(UTC))
            return True
        return page


async def _end(sending: asyncio.Task[bool], attempt: Attempt) -> None:
    """End a sending because the bot stops. What is on its way to Telegram is waited for, so that it is not unclear."""
    until = time.monotonic() + STOP_SECONDS
    while attempt.is_begun and not sending.done() and time.monotonic() < until:
        await asyncio.wait({sending}, timeout=STOP_POLL_SECONDS)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def _surely(work: Callable[[], None]) -> None:
    """Store something about a message that was sent or not, however long the database does not work."""
    while True:
        try:
            await asyncio.to_thread(work)
        except StateError as error:
            log.error("What was sent cannot be stored yet: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return
