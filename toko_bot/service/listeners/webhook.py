"""Receives updates that Telegram sends to the webhook."""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from re import escape
from typing import Any

from telegram import Bot
from telegram.ext import Updater
from telegram.ext._utils.webhookhandler import WebhookServer
from tornado.web import Application, HTTPError, RequestHandler

from toko_bot.service.incoming import read_update, skip_unreadable
from toko_bot.service.listeners.server import EarlyHandler, LimitedServer, NotFound
from toko_bot.service.probe import Probe

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a name
HEALTH_CHECK = "toko_health_check"
"""The key of a request of the bot's own. Its value is returned once what was received before has its turn."""


class WebhookUpdater(Updater):
    """Listens for updates, in place of python-telegram-bot's listener.

    The library's listener (22.8, telegram/ext/_utils/webhookhandler.py) rejects an update that it cannot parse, so that
    Telegram sends it again and again, and logs its content. It also compares the secret with `!=`, which returns at the
    first wrong character, so an attacker could guess the secret character by character. And it has no limits: it reads
    bodies of 100 MB before it looks at the secret, and keeps slow connections for an hour.
    """

    def __init__(self, bot: Bot, queue: asyncio.Queue[object], on_unreadable: Callable[[], None]) -> None:
        super().__init__(bot, queue)
        self._on_unreadable = on_unreadable
        self.secret = ""
        """The secret that Telegram's requests carry."""
        self.received_at = datetime.now(UTC)
        """When Telegram sent the last update, or when the bot began to listen."""

    @property
    def is_listening(self) -> bool:
        return self._httpd is not None and self._httpd.is_running

    async def _start_webhook(
        self, listen: str, port: int, url_path: str, bootstrap_retries: int, allowed_updates: Sequence[str] | None,
        *_: Any, webhook_url: str | None = None, ready: asyncio.Event | None = None, secret_token: str | None = None,
        **__: Any,
    ) -> None:  # fmt: skip
        """Set the webhook, then listen. `start_webhook` calls this."""
        self.secret = secret_token or ""
        receivers = [(f"/{escape(url_path)}/?", Receiver, {"updater": self})]
        application = Application(receivers, default_handler_class=NotFound, log_function=_log_nothing)
        self._httpd = WebhookServer(listen, port, application, None)  # type: ignore[arg-type]
        self._httpd._http_server = LimitedServer(application)
        await self._bootstrap(
            bootstrap_retries, webhook_url=webhook_url, allowed_updates=allowed_updates, secret_token=secret_token
        )
        self.received_at = datetime.now(UTC)
        await self._httpd.serve_forever(ready)

    def knows(self, secret: str) -> bool:
        """Return whether this is the webhook's secret. Takes the same time, no matter how many characters match."""
        return bool(self.secret) and hmac.compare_digest(secret.encode(errors="replace"), self.secret.encode())

    def receive(self, content: Any) -> None:
        """Queue an update, or skip one that cannot be read."""
        self.received_at = datetime.now(UTC)
        update = read_update(content, self.bot)
        if update is None:
            skip_unreadable(content, self._on_unreadable)
        else:
            self.update_queue.put_nowait(update)

    async def wait_for_turn(self) -> None:
        """Wait until everything that was received before has its turn."""
        processed = asyncio.Event()
        self.update_queue.put_nowait(Probe(processed.set))
        await processed.wait()


class Receiver(EarlyHandler):
    """Accepts requests with the secret. Telegram sends an update again unless the response is a 200."""

    SUPPORTED_METHODS = ("POST",)

    def initialize(self, updater: WebhookUpdater) -> None:
        self._updater = updater
        self._body = bytearray()

    def prepare(self) -> None:
        """Reject a request without the secret, before its body is received."""
        if not self._updater.knows(self.request.headers.get(SECRET_HEADER, "")):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    def data_received(self, chunk: bytes) -> None:
        self._body += chunk

    async def post(self) -> None:
        try:
            content = json.loads(self._body)
        except (ValueError, RecursionError):  # Telegram would send it again and again if it were rejected
            content = None
        if isinstance(content, dict) and HEALTH_CHECK in content:
            await self._updater.wait_for_turn()
            self.finish(str(content[HEALTH_CHECK]))
        else:
            self._updater.receive(content)


def _log_nothing(_: RequestHandler) -> None:
    """Log no request."""
