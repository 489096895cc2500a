"""Logs, plain or JSON, from which the bot's token is taken out in whatever way it got in."""

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime

from toko_bot.settings import BotSettings

PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
ANY_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}")
NOISY = ("httpx", "httpcore", "apscheduler", "tornado.access", "asyncio")
"""They log each request, with the token in its address."""


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


def set_up_logging(settings: BotSettings) -> None:
    """All logs go to standard error."""
    secrets = [settings.token, settings.token.replace(":", "%3A")]
    if settings.webhook_secret is not None:
        secrets.append(settings.webhook_secret.get_secret_value())
    form = PLAIN if settings.log_format in {"plain", "json"} else settings.log_format
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json(PLAIN, *secrets) if settings.log_format == "json" else Redacting(form, *secrets))
    handler.addFilter(_without_traceback)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.Application").setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)  # toko_bot.outgoing says it, once
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)  # a proxy's whole HTML page
    if settings.log_level == "DEBUG":  # PTB's DEBUG lines hold whole messages
        logging.getLogger("telegram").setLevel(logging.INFO)


def _without_traceback(record: logging.LogRecord) -> bool:
    """What the library logs of the network is one line; the cause is in its message."""
    if (
        record.exc_info
        and isinstance(error := record.exc_info[1], Exception)
        and type(error).__module__ == "telegram.error"
    ):
        record.msg = f"{record.getMessage()} {type(error).__name__}: {error}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True
