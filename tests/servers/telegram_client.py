"""The real python-telegram-bot as a client of the tests' server."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from tests.servers.telegram import Person, TelegramServer

BUDI = 101

Result = TypeVar("Result")


@dataclass(frozen=True)
class Client:
    """A bot, and the event loop in which its methods run."""

    bot: Bot = field(repr=False)  # it would show the token
    server: TelegramServer
    budi: Person
    runner: asyncio.Runner

    def do(self, call: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(call)

    def error_of(self, call: Coroutine[Any, Any, object]) -> str:
        """Make a request that Telegram must reject. Returns the description of the error."""
        with pytest.raises(TelegramError):
            self.do(call)
        return self.server.requests[-1].description

    def post(self, method: str, **params: object) -> str:
        """Make a request as JSON that python-telegram-bot would not send.

        Returns the description of the error, which is empty if the server accepts the request.
        """
        url = f"{self.server.url}/bot{self.server.token}/{method}"
        answer = httpx.post(url, json=params, trust_env=False).json()
        return str(answer.get("description", ""))


def bot_of(server: TelegramServer, token: str = "") -> Bot:
    """Return a bot, which the caller must initialize and shut down."""
    quick: dict[str, Any] = {"verify": False, "trust_env": False}  # reading certificates takes a tenth of a second
    return Bot(
        token or server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot",
        request=HTTPXRequest(read_timeout=2, httpx_kwargs=quick),
        get_updates_request=HTTPXRequest(read_timeout=2, httpx_kwargs=quick),
    )  # fmt: skip


@contextmanager
def telegram_client() -> Iterator[Client]:
    """Yield a client with its own server and with Budi, who has started the bot."""
    with TelegramServer() as server, asyncio.Runner() as runner:
        bot = bot_of(server)
        runner.run(bot.initialize())
        yield Client(bot, server, server.user(BUDI, "Budi"), runner)
        runner.run(bot.shutdown())


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    """Return a keyboard with one row of buttons."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"data {label}") for label in labels]])
