"""Helpers for tests of the whole bot: a bot process, its shop, people who search, a proxy, and a conversation."""
