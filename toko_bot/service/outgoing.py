"""Sends requests to Telegram within its limits, and retries them if Telegram or the network fails."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpx
from telegram.constants import FloodLimit
from telegram.error import ChatMigrated, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import AIORateLimiter
from telegram.request import HTTPXRequest

from toko_core.state.certificates import trusted_certificates

log = logging.getLogger(__name__)

PAUSES = (0.5, 2.0, 5.0)
"""Seconds before each retry."""
TRANSIENT = (NetworkError, TimedOut, TelegramError)
"""Transient errors: a 5xx, no response, and a response that is not Telegram's. Their subclasses do not count."""
NOT_RETRIED = {"sendChatAction"}
"""Methods that are not worth a retry."""
RETRIES_OF_429 = 5
LONGEST_WAIT_IN_GROUP = 60.0
"""If a group has to wait for longer, the answer is dropped: slow mode goes up to an hour between two messages."""
CONNECTIONS = 16
"""Telegram responds in a tenth of a second, so these are enough for 160 requests a second. Telegram accepts 30."""
SLACK = 0.1
"""Seconds that are added to the wait that Telegram asks for."""
BEFORE_BODY = "http11.send_request_body.started"
"""What httpcore reports after a request's headers and before its body."""


class TakenError(TelegramError):
    """Another process has begun the message."""


class Attempt:
    """The sending of a message that only one of several processes may send, perhaps with several requests.

    The message begins right before the bytes leave the process. Whatever comes before, such as waiting for Telegram's
    limits or for a connection, happens while other processes may send it if this one is killed.
    """

    def __init__(self, begin: Callable[[], Awaitable[bool]], release: Callable[[], Awaitable[None]]) -> None:
        """`begin` returns False if another process has begun the message. `release` frees it: the request failed."""
        self._begin = begin
        self._release = release
        self.is_begun = False

    async def begin(self) -> None:
        """Take the message, unless this process has it. Raises TakenError if another process was faster."""
        if not self.is_begun:
            if not await self._begin():
                raise TakenError("Another process has begun this message")
            self.is_begun = True

    async def release(self) -> None:
        """Free the message, unless it is free."""
        if self.is_begun:
            await self._release()
            self.is_begun = False


ATTEMPT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)
"""The message that the current task sends, if only one process may send it."""


class Outgoing(AIORateLimiter):
    """Waits after a 429, and retries a request after a 5xx, a timeout or a broken connection.

    If only the response was lost, the person receives the message twice. That is better than a search without an
    answer. After a 429 in a group, which may be in slow mode, only this answer waits. A message to a group that has
    just become a supergroup is sent to the supergroup.
    """

    def __init__(self, a_second: int, on_moved: Callable[[int, int], None]) -> None:
        """Send at most `a_second` messages a second; 0 means no limit.

        `on_moved` is called with the old and the new id of a group that became a supergroup.
        """
        a_group = FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP if a_second else 0
        super().__init__(overall_max_rate=a_second, group_max_rate=a_group, max_retries=RETRIES_OF_429)
        self._paused_until = 0.0
        self._on_moved = on_moved

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        for left in reversed(range(RETRIES_OF_429 + 1)):
            try:
                return await self._process(callback, args, kwargs, endpoint, data, rate_limit_args)
            except _LimitOfGroupError as limit:
                seconds = seconds_to_wait(limit.error)
                if not left or seconds > LONGEST_WAIT_IN_GROUP:
                    raise limit.error from None
                log.info("Telegram limits the bot in chat %s: the answer waits %.1f s", data.get("chat_id"), seconds)
                await asyncio.sleep(seconds + SLACK)
            except ChatMigrated as error:
                if not left or not endpoint.startswith("send"):
                    raise
                self._on_moved(int(data["chat_id"]), error.new_chat_id)
                data["chat_id"] = error.new_chat_id
                for of_old_group in ("reply_parameters", "message_thread_id"):
                    data.pop(of_old_group, None)
        raise AssertionError  # the last attempt returns or raises

    async def _process(
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
            except TelegramError as error:
                if (attempt := ATTEMPT.get()) is not None:
                    await attempt.release()
                if isinstance(error, RetryAfter):
                    if is_group:
                        raise _LimitOfGroupError(error) from None
                    self._pause(error)
                raise

        chat_id = data.get("chat_id")
        is_group = isinstance(chat_id, int) and chat_id < 0

        for pause in PAUSES:
            try:
                return await super().process_request(send, args, kwargs, endpoint, data, rate_limit_args)
            except TelegramError as error:
                if type(error) not in TRANSIENT or endpoint in NOT_RETRIED:
                    raise
                log.warning("%s failed, retrying in %g s: %s", endpoint, pause, short(error))
            await asyncio.sleep(pause)
        return await super().process_request(send, args, kwargs, endpoint, data, rate_limit_args)

    async def _wait(self) -> None:
        """Wait until the pause is over.

        The limiter's own wait is too short: it ends as soon as any request that was already under way gets a response.
        """
        while (left := self._paused_until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def _pause(self, error: RetryAfter) -> None:
        seconds = seconds_to_wait(error) + SLACK
        now = time.monotonic()
        if now >= self._paused_until:
            log.warning("Telegram limits the bot: nothing is sent for %.1f s", seconds)
        self._paused_until = max(self._paused_until, now + seconds)


class _LimitOfGroupError(Exception):
    """A 429 in a group. It is none of the library's errors: after those, the library stops all other requests too."""

    def __init__(self, error: RetryAfter) -> None:
        super().__init__(str(error))
        self.error = error


class Sending(HTTPXRequest):
    """The connections for all requests except polls. `on_request` is called with the URL of each request.

    Requests wait for a free connection here, not in httpcore. Whenever a request starts or ends, httpcore scans all its
    connections and all requests that wait for one: with 64 connections and 500 waiting requests, that took half of the
    bot's time.
    """

    def __init__(self, on_request: Callable[[str], None], **more: Any) -> None:
        options = {"event_hooks": {"request": [_announce]}, "verify": trusted_certificates()}
        super().__init__(connection_pool_size=CONNECTIONS, httpx_kwargs=options, **more)
        self._on_request = on_request
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self._on_request(url)
        async with self._free:
            return await super().do_request(url, *args, **kwargs)


async def _announce(request: httpx.Request) -> None:
    """Let the task's message begin right before the body of the request is sent. Handles httpx's event of a request."""
    if (attempt := ATTEMPT.get()) is not None:

        async def trace(event: str, _: dict[str, Any]) -> None:
            if event == BEFORE_BODY:
                await attempt.begin()

        request.extensions = {**request.extensions, "trace": trace}


def seconds_to_wait(error: RetryAfter) -> float:
    """Return the seconds for which Telegram wants no request."""
    delay = error.retry_after  # a number or a timedelta, depending on the library's version
    return delay.total_seconds() if isinstance(delay, timedelta) else delay


def short(error: BaseException) -> str:
    """Return the error in one line, without the HTML page of a proxy."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text.split(". Parsing the server response")[0][:200]
