"""Logs as plain text or JSON. Secrets are removed from every record, wherever in it they are.

Characters that command a terminal or reorder text are escaped in every record, also in those of libraries.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from toko_core.text import escape_controls

PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
ANY_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}|(?:\btoko_|/masuk/tautan/)[A-Za-z0-9_-]{43}")
"""The tokens of bots, the keys of the API, and the links that sign in."""


class SafeRecord(logging.LogRecord):
    """A record whose message commands no terminal. Line ends stay, because Dagster's messages have several lines."""

    def getMessage(self) -> str:  # noqa: N802 -- logging's name
        """Return the message with its arguments, escaped."""
        return escape_controls(super().getMessage(), keep="\n")


def escape_records() -> None:
    """Have all loggers of this process, also those of libraries, make escaped records."""
    logging.setLogRecordFactory(SafeRecord)


class Redacting(logging.Formatter):
    """Formats a record with its traceback, and then removes secrets from the text. Its message is one line."""

    def __init__(self, form: str, *secrets: str) -> None:
        super().__init__(form)
        self.converter = time.gmtime
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03dZ"
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        record.message = escape_controls(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's name
        return escape_controls(super().formatException(ei), keep="\n")

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return ANY_TOKEN.sub("<token>", text)


class Json(Redacting):
    """Formats a record as one JSON object on one line: time, level, logger, message, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return self.redact(escape_controls(json.dumps(entry, ensure_ascii=False)))


def set_up_logging(level: str, form: str, secrets: Sequence[str]) -> logging.Handler:
    """Send all logs to standard error. Returns the handler. `form` is `plain`, `json` or a %-format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Json(PLAIN, *secrets) if form == "json" else Redacting(PLAIN if form == "plain" else form, *secrets)
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    return handler


def hush(name: str) -> None:
    """Limit a library's logger to errors, unless somebody set its level explicitly."""
    logger = logging.getLogger(name)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.ERROR)
