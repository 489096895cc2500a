"""Sends requests to Telegram's Bot API from the chain, which is installed without python-telegram-bot.

No error contains the token.
"""

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import PoolManager, ProxyManager, Retry
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError
from urllib3.exceptions import TimeoutError as NoAnswerError

from toko_core.log import hush
from toko_core.settings import TelegramSettings

ANSWER_SECONDS = 5.0
REJECTIONS = frozenset({400, 403})
"""Statuses for an owner who never wrote to the bot, or blocked it. A retry gives the same response."""
TOO_MANY_REQUESTS = 429
ELSEWHERE = "the connection broke, or TELEGRAM_BASE_URL leads nowhere"
RETRIED = frozenset(range(401, 600)) - REJECTIONS - {TOO_MANY_REQUESTS}


class TelegramError(Exception):
    """A request was rejected (`status` is the HTTP status), or got no response from Telegram (`status` is 0).

    `retry_after` is the number of seconds for which Telegram wants no further request; 0 if it does not say.
    """

    def __init__(self, message: str, status: int = 0, retry_after: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class BotApi:
    """The Bot API for one bot. `retries` is the number of retries after a transient error."""

    def __init__(self, settings: TelegramSettings, *, retries: int = 0, seconds: float = ANSWER_SECONDS) -> None:
        self._base = f"{settings.telegram_base_url}/bot{settings.token}"
        self._seconds = seconds
        self._retry = Retry(
            total=retries, redirect=0, allowed_methods=None, status_forcelist=RETRIED, raise_on_status=False,
            respect_retry_after_header=False,
        )  # fmt: skip

    def call(self, method: str, waits: float = 0, **params: Any) -> Any:
        """Return the result of a method. `waits` is the number of seconds that it may block. Raises TelegramError."""
        url, seconds = f"{self._base}/{method}", self._seconds + waits
        try:
            with open_pool(url) as pool:
                answer = pool.request("POST", url, json=params, timeout=seconds, retries=self._retry)
        except (HTTPError, OSError, ValueError) as error:  # ValueError: an invalid host name
            raise TelegramError(failure_reason(error, seconds, ELSEWHERE)) from None
        rejected, wait = answer.status >= 400, 0.0
        try:
            content = answer.json()
            if not rejected:
                return content["result"]
            reason = str(content["description"])
            wait = float(content.get("parameters", {}).get("retry_after", 0))
        except (AttributeError, KeyError, TypeError, ValueError):
            reason = "the response is not from Telegram"
        raise TelegramError(reason, answer.status if rejected else 0, wait)


def open_pool(url: str) -> PoolManager:
    """Return a connection pool, through the proxy that the environment names for this address, if any."""
    hush("urllib3.connectionpool")  # it logs URLs, which contain a secret
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return ProxyManager(proxy) if proxy and not proxy_bypass(parts.hostname or "") else PoolManager()


def failure_reason(error: BaseException, seconds: float, otherwise: str) -> str:
    """Return why a request with this timeout failed: the system's message, or else `otherwise`.

    The library's message contains the URL, and thus the secret in it.
    """
    if isinstance(error, MaxRetryError) and error.reason is not None:
        error = error.reason
    # In urllib3 the error of a refused connection is a subclass of a timeout.
    if isinstance(error, NoAnswerError) and not isinstance(error, NewConnectionError):
        return f"no answer within {seconds:.0f} s"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__ or getattr(cause, "reason", None)
    return otherwise
