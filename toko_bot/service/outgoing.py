"""How requests to Telegram are sent: within its limits, and again where it or the network fails."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from telegram.constants import FloodLimit
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import AIORateLimiter
from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)

PAUSES = (0.5, 2.0, 5.0)
"""Seconds before each further try."""
PASSING = (NetworkError, TimedOut, TelegramError)
"""Exactly these, not what derives from them: 5xx, no answer, and an answer that is not Telegram's."""
NOT_AGAIN = {"sendChatAction"}
"""Not worth it."""
RETRIES_OF_429 = 5
CONNECTIONS = 16
"""Telegram answers in a tenth of a second: enough for 160 requests a second, and it accepts 30."""
SLACK = 0.1
"""Seconds that are waited beyond what Telegram says."""


class Outgoing(AIORateLimiter):
    """Waits out 429, and tries again what a 5xx, a timeout or a broken connection kept from being answered.

    A message may then come twice, where only the answer was lost: better than a search that nothing answers.
    """

    def __init__(self, a_second: int) -> None:
        """`a_second` messages at most; 0: as many as there are."""
        a_group = FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP if a_second else 0
        super().__init__(overall_max_rate=a_second, group_max_rate=a_group, max_retries=RETRIES_OF_429)
        self._silent_until = 0.0

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        async def send(*args: Any, **kwargs: Any) -> Any:
            await self._wait()
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._be_silent(error)
                raise

        for pause in PAUSES:
            try:
                return await super().process_request(send, args, kwargs, endpoint, data, rate_limit_args)
            except TelegramError as error:
                if type(error) not in PASSING or endpoint in NOT_AGAIN:
                    raise
                log.warning("%s failed, once more in %g s: %s", endpoint, pause, short(error))
            await asyncio.sleep(pause)
        return await super().process_request(send, args, kwargs, endpoint, data, rate_limit_args)

    async def _wait(self) -> None:
        """The limiter's own wait ends as soon as any request that was under way has been answered."""
        while (left := self._silent_until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def _be_silent(self, error: RetryAfter) -> None:
        said = error.retry_after  # a number or a timedelta, by the library's version
        seconds = (said.total_seconds() if isinstance(said, timedelta) else said) + SLACK
        now = time.monotonic()
        if now >= self._silent_until:
            log.warning("Telegram says to send less: nothing is sent for %.1f s", seconds)
        self._silent_until = max(self._silent_until, now + seconds)


class Sending(HTTPXRequest):
    """The connections that all but polls go through; `on_request` is told the address of each request.

    Who waits for a connection waits here: httpcore looks through its connections, and all that wait for one, whenever a
    request begins or ends. With 64 connections and 500 who wait that took half of the bot's time.
    """

    def __init__(self, on_request: Callable[[str], None], **more: Any) -> None:
        super().__init__(connection_pool_size=CONNECTIONS, **more)
        self._on_request = on_request
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self._on_request(url)
        async with self._free:
            return await super().do_request(url, *args, **kwargs)


class Polling(HTTPXRequest):
    """The connection that updates are polled through; `on_answer` is called whenever Telegram has answered a poll."""

    def __init__(self, on_answer: Callable[[], None], **more: Any) -> None:
        super().__init__(connection_pool_size=2, **more)
        self._on_answer = on_answer

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(*args, **kwargs)
        except TimedOut as error:  # the library polls again without a word
            log.warning("A poll was not answered, polling again: %s", short(error))
            raise
        if status == HTTPStatus.OK:
            self._on_answer()
        elif status == HTTPStatus.TOO_MANY_REQUESTS:
            log.warning("Telegram says to poll less, and the bot waits as long as it says")
        return status, body


def short(error: BaseException) -> str:
    """In one line, without the HTML page that a proxy answered."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text.split(". Parsing the server response")[0][:200]
