"""The bot's log. Network errors that python-telegram-bot and its HTTP library log become one line, or nothing."""

import logging

from toko_bot.settings import BotSettings
from toko_core import log

NOISY = ("httpx", "httpcore", "apscheduler", "tornado.access", "tornado.general", "asyncio")
"""These loggers log each request, with the token in its URL, or each malformed one."""


def set_up_logging(settings: BotSettings) -> None:
    """Send all logs to standard error, without secrets."""
    secrets = [settings.token, settings.token.replace(":", "%3A")]
    if settings.webhook_secret is not None:
        secrets.append(settings.webhook_secret.get_secret_value())
    if settings.bot_heartbeat_url is not None:
        secrets.append(settings.bot_heartbeat_url.get_secret_value())
    handler = log.set_up_logging(settings.log_level, settings.log_format, secrets)
    handler.addFilter(_without_traceback)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.Application").setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)  # service/outgoing.py logs it once
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)  # a proxy's whole HTML page
    if settings.log_level == "DEBUG":  # PTB's DEBUG lines contain whole messages
        logging.getLogger("telegram").setLevel(logging.INFO)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Replace the traceback of a Telegram error by one line. Its message contains the cause."""
    if (
        record.exc_info
        and isinstance(error := record.exc_info[1], Exception)
        and type(error).__module__ == "telegram.error"
    ):
        record.msg = f"{record.getMessage()} {type(error).__name__}: {error}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True
