"""Logs, plain or JSON, from which secrets are taken out in whatever way they got in."""

import json
import logging
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
ANY_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}")


class Redacting(logging.Formatter):
    """Formats a record, tracebacks and all, on one subject; then takes secrets out."""

    def __init__(self, form: str, *secrets: str) -> None:
        super().__init__(form)
        self.converter = time.gmtime
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03dZ"
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return ANY_TOKEN.sub("<token>", text)


class Json(Redacting):
    """One object a line: time, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return self.redact(json.dumps(entry, ensure_ascii=False))


def set_up_logging(level: str, form: str, secrets: Sequence[str]) -> logging.Handler:
    """Send all logs to standard error; answers the handler. `form` is `plain`, `json` or a %-format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Json(PLAIN, *secrets) if form == "json" else Redacting(PLAIN if form == "plain" else form, *secrets)
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    return handler


def hush(name: str) -> None:
    """Let a library's logger say errors only, unless its level was set on purpose."""
    logger = logging.getLogger(name)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.ERROR)
