"""The code that all packages share: the published catalogue, the search, prices, settings, errors and logs.

It imports none of the other packages: no Dagster, no Telegram, no web.

The errors below are what people see. A message says what happened, to which file or setting, and what to do about it.
"""


class TokoError(Exception):
    """The base of all errors that are shown as one line, without a traceback."""


class PermanentError(TokoError):
    """A permanent error. It is never retried, because it stays until a file or a setting changes."""


class BackupError(PermanentError):
    """The backup itself is wrong or not wanted. Syncing it again gives the same result."""


class TransientError(TokoError):
    """A transient error, which may be gone in a minute: a file still being written, a server that does not respond."""


class CatalogError(PermanentError):
    """There is no catalogue to read, or none that this version can read."""


class SettingError(PermanentError):
    """Settings are missing or wrong. The message names each of them in its own sentence."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems
