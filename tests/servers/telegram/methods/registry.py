"""Methods by their names, which Telegram takes in any case."""

from collections.abc import Callable
from typing import Any

from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

Method = Callable[[World, Params], Any]

METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """`send_message` is sendMessage."""
    METHODS[function.__name__.replace("_", "")] = function
    return function
