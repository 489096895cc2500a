"""Requests to Telegram's Bot API from the chain's side, where python-telegram-bot is not installed.

The token is in no error.
"""

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from toko_bot.settings import BotSettings

ANSWER_SECONDS = 5.0


class TelegramError(Exception):
    """A request was refused (with its status), or not answered by Telegram at all (0)."""

    def __init__(self, said: str, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


def ask(settings: BotSettings, method: str, seconds: float = ANSWER_SECONDS, **params: Any) -> Any:
    """The result of a method of the Bot API. Raises TelegramError."""
    request = Request(  # noqa: S310 -- the setting was checked to be http or https
        f"{settings.telegram_base_url}/bot{settings.token}/{method}", json.dumps(params).encode(),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    try:
        with urlopen(request, timeout=seconds) as answer:  # noqa: S310
            return json.load(answer)["result"]
    except HTTPError as error:
        with error:
            raise TelegramError(_description(error), error.code) from None
    except TimeoutError:
        raise TelegramError(f"no answer within {seconds:.0f} s") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise TelegramError(str(getattr(reason, "strerror", None) or reason)) from None
    except (ValueError, KeyError, TypeError):
        raise TelegramError("what answers is not Telegram") from None


def _description(refusal: HTTPError) -> str:
    """A proxy in between answers with a page of HTML, or with less than it announced."""
    try:
        return str(json.load(refusal)["description"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return "what answers is not Telegram"
