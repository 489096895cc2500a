"""The few errors that people see: what happened, to which file or setting, and what to do about it."""


class TokoError(Exception):
    """Shown as one line, without a traceback."""


class PermanentError(TokoError):
    """Trying again changes nothing until a file or a setting changes: never retried."""


class TransientError(TokoError):
    """May well be gone in a minute: a file still being written, a server that does not answer."""


class CatalogError(PermanentError):
    """There is no catalogue to read, or not one that this version understands."""


class SettingError(PermanentError):
    """Settings are missing or wrong; the message names them, each in a sentence of its own."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems
