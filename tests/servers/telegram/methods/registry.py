"""The registry of methods by name. Telegram ignores the case of names."""

from collections.abc import Callable
from typing import Any

from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

Method = Callable[[World, Params], Any]

METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Register a method: the function `send_message` is sendMessage."""
    METHODS[function.__name__.replace("_", "")] = function
    return function
