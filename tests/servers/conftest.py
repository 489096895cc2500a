"""Fixtures: a bot, the Bot API server that it uses, and a person in a chat with the bot."""

from collections.abc import Iterator

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.servers.telegram_client import Client, telegram_client


@pytest.fixture
def client() -> Iterator[Client]:
    with telegram_client() as client:
        yield client


@pytest.fixture
def server(client: Client) -> TelegramServer:
    return client.server


@pytest.fixture
def budi(client: Client) -> Person:
    return client.budi
