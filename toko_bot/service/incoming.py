"""Receives updates from Telegram: skips those that cannot be read, and notices when polling has ended."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from telegram import Bot, Update
from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest

from toko_bot.service.outgoing import short
from toko_core.state.certificates import trusted_certificates

log = logging.getLogger(__name__)

POLLING_TASK = "Updater:start_polling:polling_task"
"""The name of python-telegram-bot's task that polls."""
LOOK_EVERY = 1.0
REJECTED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
"""Telegram does not know the token. python-telegram-bot would stop polling at once, while the process lives on."""
REJECTED_FOR = 15.0
"""Seconds for which polls that Telegram rejects are repeated. A single one may be Telegram's mistake."""


class Polling(HTTPXRequest):
    """The connection for polling updates. `on_answer` is called whenever Telegram has answered a poll.

    `on_unreadable` is called for each update that cannot be read.
    """

    def __init__(self, on_answer: Callable[[], None], on_unreadable: Callable[[], None], **more: Any) -> None:
        super().__init__(connection_pool_size=2, httpx_kwargs={"verify": trusted_certificates()}, **more)
        self._on_answer = on_answer
        self._on_unreadable = on_unreadable
        self._rejected_since: float | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether Telegram has rejected all polls for so long that the token is no longer valid."""
        return self._rejected_since is not None and time.monotonic() - self._rejected_since > REJECTED_FOR

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(*args, **kwargs)
        except TimedOut as error:  # the library polls again and logs nothing
            log.warning("Telegram did not answer a poll, polling again: %s", short(error))
            raise
        if status in REJECTED:
            self._rejected_since = self._rejected_since or time.monotonic()
            raise NetworkError(f"Telegram rejects polls with status {status}")  # the library waits and polls again
        self._rejected_since = None
        if status == HTTPStatus.OK:
            body = readable(body, self._on_unreadable)
            self._on_answer()
        elif status == HTTPStatus.TOO_MANY_REQUESTS:
            log.warning("Telegram limits polling, and the bot waits as long as Telegram asks")
        return status, body


def readable(body: bytes, on_unreadable: Callable[[], None]) -> bytes:
    """Return the response of a poll without the content of the updates that cannot be read.

    Only their number stays, so that the next poll acknowledges them; otherwise Telegram would send them forever.
    Raises NetworkError if the response is not one of Telegram's.
    """
    try:
        response = json.loads(body)
        updates = response["result"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NetworkError(f"Telegram's response to a poll cannot be read: {type(error).__name__}") from None
    if updates is True:  # the response to another method
        return body
    if not isinstance(updates, list):
        raise NetworkError("Telegram's response to a poll has no updates")
    kept = [update if is_readable(update) else {"update_id": _number(update)} for update in updates]
    unreadable = [update for update, old in zip(kept, updates, strict=True) if update is not old]
    if not unreadable:
        return body
    for update in unreadable:
        skip_unreadable(update, on_unreadable)
    return json.dumps({**response, "result": [update for update in kept if update["update_id"] is not None]}).encode()


def is_readable(update: Any) -> bool:
    """Return whether the library can make an Update of this JSON."""
    return read_update(update, None) is not None


def read_update(update: Any, bot: Bot | None) -> Update | None:
    """Make an Update of this JSON. Returns None if the library cannot."""
    if _number(update) is None:
        return None
    try:
        return Update.de_json(update, bot)
    except Exception:  # whatever the library raises for JSON that it does not expect
        return None


def skip_unreadable(update: Any, on_unreadable: Callable[[], None]) -> None:
    """Count and log an update that cannot be read, without its content."""
    on_unreadable()
    log.warning("Update %s cannot be read and is skipped", _number(update))


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


async def wait_for_end_of_polling(polling: Polling, is_running: Callable[[], bool]) -> str:
    """Wait until all polls are rejected, or until polling has ended although the updater is running. Return which.

    The updater runs before polling begins: it first removes a webhook, for as long as Telegram does not answer.
    """
    has_begun = False
    while True:
        await asyncio.sleep(LOOK_EVERY)
        is_polling = any(task.get_name() == POLLING_TASK for task in asyncio.all_tasks())
        if is_running() and polling.is_rejected:
            return "Telegram rejects every poll: is TELEGRAM_BOT_TOKEN still valid?"
        if is_running() and has_begun and not is_polling:
            return "Polling has ended: the log says why."
        has_begun = has_begun or is_polling
