"""Checks that the webhook works: the listener answers the bot's own request, and Telegram delivers updates to it."""

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from telegram import WebhookInfo
from telegram.error import TelegramError

from toko_bot.service.health import Heartbeat
from toko_bot.service.listeners.webhook import HEALTH_CHECK, SECRET_HEADER, WebhookUpdater
from toko_bot.service.outgoing import short
from toko_bot.settings import BotSettings

log = logging.getLogger(__name__)

START_EVERY = 0.2
"""Seconds between two looks whether the bot listens already."""
CHECK_EVERY = 10.0
ANSWER_SECONDS = 20.0
"""The longest wait for the bot's own listener and queue, or for Telegram."""
ASK_EVERY = 60.0
"""Seconds between two requests for getWebhookInfo."""
UNANSWERED_FOR = 600.0
"""Seconds for which getWebhookInfo may fail."""
GROWING = 3
"""The number of times in a row that more updates are pending than before, which makes a growing queue."""
FAILING = 2
"""The number of times in a row that a delivery has failed and no update was received since."""
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass
class Deliveries:
    """Judges what getWebhookInfo returns, one response after the other."""

    url: str
    _pending: int = 0
    _grown: int = 0
    _failed: int = 0

    def find_problem(self, info: WebhookInfo, received_at: datetime) -> str | None:
        """Return in one line what is wrong. `received_at` is when this bot received its last update."""
        pending = info.pending_update_count
        if pending != self._pending:
            self._grown = self._grown + 1 if pending > self._pending else 0
        self._pending = pending
        has_failed = pending > 0 and info.last_error_date is not None and info.last_error_date > received_at
        self._failed = self._failed + 1 if has_failed else 0
        if info.url != self.url:
            place = f"a webhook at {urlsplit(info.url).hostname}, not at" if info.url else "no webhook, instead of"
            return f"Telegram has {place} WEBHOOK_URL: stop the program that changed it, then start the bot again."
        if self._failed >= FAILING:
            why = " ".join((info.last_error_message or "").split())
            return f"Telegram cannot deliver updates to WEBHOOK_URL ({why}), {pending} are pending."
        if self._grown >= GROWING:
            return f"Telegram delivers too few updates to WEBHOOK_URL: {pending} are pending, and ever more."
        return None


class WebhookHealth:
    """Keeps the heartbeat going while the webhook works."""

    def __init__(self, settings: BotSettings, updater: WebhookUpdater, heartbeat: Heartbeat) -> None:
        url, (host, port) = settings.webhook_url or "", settings.webhook_place
        self._place = settings.webhook_listen
        self._address = httpx.URL(
            scheme="http", host=ANY_ADDRESS.get(host, host), port=port, path=urlsplit(url).path or "/"
        )
        self._updater = updater
        self._heartbeat = heartbeat
        self._deliveries = Deliveries(url)
        self._problem: str | None = None
        self._asked_at = self._answered_at = 0.0

    async def watch(self) -> None:
        """Check the webhook from when the bot listens until the task is cancelled."""
        while not self._updater.is_listening:
            await asyncio.sleep(START_EVERY)
        self._answered_at = time.monotonic()
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, verify=False) as client:  # noqa: S501
            while True:
                problem = await self._ask_listener(client)
                if problem is None:
                    self._heartbeat.beat(await self._ask_telegram())
                elif self._updater.is_listening:  # otherwise the bot is stopping
                    self._heartbeat.report(problem)
                await asyncio.sleep(CHECK_EVERY)

    async def _ask_listener(self, client: httpx.AsyncClient) -> str | None:
        """Send a request like Telegram's to this bot. Returns in one line what is wrong."""
        number = secrets.token_hex(8)
        headers = {SECRET_HEADER: self._updater.secret, "Connection": "close"}  # each check opens a connection
        try:
            response = await client.post(self._address, json={HEALTH_CHECK: number}, headers=headers)
        except httpx.ReadTimeout:
            return "The bot receives updates and does not process them: start it again."
        except httpx.HTTPError as error:
            return f"The bot cannot be reached at WEBHOOK_LISTEN ({self._place}): {type(error).__name__}."
        if response.status_code != HTTPStatus.OK or response.text != number:
            return f"Another program answers at WEBHOOK_LISTEN ({self._place}), with status {response.status_code}."
        return None

    async def _ask_telegram(self) -> str | None:
        """Ask Telegram about the webhook now and then. Returns in one line what is wrong."""
        now = time.monotonic()
        if self._asked_at and now - self._asked_at < ASK_EVERY:
            return self._problem
        self._asked_at = now
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                info = await self._updater.bot.get_webhook_info()
        except (TelegramError, TimeoutError) as error:
            log.info("Telegram does not answer getWebhookInfo: %s", short(error))
            if now - self._answered_at > UNANSWERED_FOR:
                self._problem = "Telegram has not answered for ten minutes: is there a network? See the bot's log."
            return self._problem
        self._answered_at = now
        self._problem = self._deliveries.find_problem(info, self._updater.received_at)
        return self._problem
