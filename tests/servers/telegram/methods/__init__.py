"""The Bot API's methods, but for getUpdates, which waits."""

from tests.servers.telegram.methods import accounts, answers, messages
from tests.servers.telegram.methods.registry import METHODS

__all__ = ["METHODS", "accounts", "answers", "messages"]
