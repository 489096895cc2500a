"""The few errors that people see: what happened, to which file or setting, and what to do about it."""


class TokoError(Exception):
    """Shown as one line, without a traceback."""


class PermanentError(TokoError):
    """Trying again changes nothing until a file or a setting changes: never retried."""


class PassingError(TokoError):
    """May well be gone in a minute: a file still being written, a server that does not answer."""
