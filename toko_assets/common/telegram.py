"""Requests to Telegram's Bot API from the chain's side, where python-telegram-bot is not installed.

The token is in no error.
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
REFUSALS = frozenset({400, 403})
"""Statuses of an owner who never wrote to the bot, or blocked it: the answer is the same the next time."""
AGAIN = frozenset(range(401, 600)) - REFUSALS


class TelegramError(Exception):
    """A request was refused (with its status), or not answered by Telegram at all (0)."""

    def __init__(self, said: str, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


class BotApi:
    """The Bot API for one bot. `retries` says how often a request that may well succeed is repeated."""

    def __init__(self, settings: TelegramSettings, *, retries: int = 0, seconds: float = ANSWER_SECONDS) -> None:
        self._base = f"{settings.telegram_base_url}/bot{settings.token}"
        self._seconds = seconds
        self._retry = Retry(
            total=retries, redirect=0, allowed_methods=None, status_forcelist=AGAIN, raise_on_status=False,
            respect_retry_after_header=False,
        )  # fmt: skip

    def call(self, method: str, waits: float = 0, **params: Any) -> Any:
        """The result of a method, which may wait so many seconds before it answers. Raises TelegramError."""
        url, seconds = f"{self._base}/{method}", self._seconds + waits
        try:
            with _pool(url) as pool:
                answer = pool.request("POST", url, json=params, timeout=seconds, retries=self._retry)
        except MaxRetryError as error:
            # A refused connection derives from a timeout in this library.
            silent = isinstance(error.reason, NoAnswerError) and not isinstance(error.reason, NewConnectionError)
            raise TelegramError(f"no answer within {seconds:.0f} s" if silent else _reason(error)) from None
        except (HTTPError, OSError, ValueError) as error:  # ValueError: a host that cannot be the name of one
            raise TelegramError(_reason(error)) from None
        refused = answer.status >= 400
        try:
            content = answer.json()
            if not refused:
                return content["result"]
            said = str(content["description"])
        except (KeyError, TypeError, ValueError):
            said = "what answers is not Telegram"
        raise TelegramError(said, answer.status if refused else 0)


def _pool(url: str) -> PoolManager:
    """Through the proxy that the environment names, if it names one for this address."""
    hush("urllib3.connectionpool")  # it logs addresses, with the token
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return ProxyManager(proxy) if proxy and not proxy_bypass(parts.hostname or "") else PoolManager()


def _reason(error: BaseException) -> str:
    """What the system says. The library's own words hold the address, and that the token."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__ or getattr(cause, "reason", None)
    return "the connection broke, or TELEGRAM_BASE_URL leads nowhere"
