"""How requests to Telegram are sent: within its limits, and again where it or the network fails."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import NetworkError, TelegramError, TimedOut
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


class Outgoing(AIORateLimiter):
    """Waits out 429, and tries again what a 5xx, a timeout or a broken connection kept from being answered.

    A message may then come twice, where only the answer was lost: better than a search that nothing answers.
    """

    def __init__(self, a_second: int) -> None:
        """`a_second` messages at most; 0: as many as there are."""
        super().__init__(overall_max_rate=a_second, group_max_rate=20 if a_second else 0, max_retries=RETRIES_OF_429)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        for pause in PAUSES:
            try:
                return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
            except TelegramError as error:
                if type(error) not in PASSING or endpoint in NOT_AGAIN:
                    raise
                log.warning("%s failed, once more in %g s: %s", endpoint, pause, short(error))
            await asyncio.sleep(pause)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)


class Polling(HTTPXRequest):
    """The connection that updates are polled through; `on_answer` is called whenever Telegram has answered a poll."""

    def __init__(self, on_answer: Callable[[], None], **more: Any) -> None:
        super().__init__(connection_pool_size=2, **more)
        self._on_answer = on_answer

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status == 200:
            self._on_answer()
        return status, body


def short(error: BaseException) -> str:
    """In one line, without the HTML page that a proxy answered."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text.split(". Parsing the server response")[0][:200]
