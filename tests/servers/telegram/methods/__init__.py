"""The methods of the Bot API, except getUpdates, which waits."""

from tests.servers.telegram.methods import accounts, answers, messages
from tests.servers.telegram.methods.registry import METHODS

__all__ = ["METHODS", "accounts", "answers", "messages"]
