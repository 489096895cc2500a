"""The bot's heartbeat, for a health check in another process: a small file that the running bot keeps up to date."""

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from toko_bot.settings import BotSettings
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file
from toko_core.errors import CatalogError

WRITE_EVERY = 5.0
OLDEST = 60.0
"""The most seconds since the last poll, or the last iteration of the webhook's loop. A poll waits at most ten."""


class Heartbeat:
    """Records that updates were polled, and which catalogue is served."""

    def __init__(self, settings: BotSettings) -> None:
        self._file = _file(settings)
        self._written = 0.0

    def beat(self, catalog: str | None) -> None:
        now = time.time()
        if now - self._written < WRITE_EVERY and catalog:
            return
        self._written = now if catalog else 0.0
        temporary = self._file.with_suffix(f".{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({"time": now, "catalog": catalog, "pid": os.getpid()}, file)
        temporary.replace(self._file)

    def stop(self) -> None:
        self._file.unlink(missing_ok=True)


def find_problem(settings: BotSettings) -> str | None:
    """Return in one line what is wrong with the running bot, or None if nothing is."""
    try:
        beat = json.loads(_file(settings).read_text())
        age, catalog = time.time() - float(beat["time"]), beat["catalog"]
    except (OSError, ValueError, KeyError, TypeError):
        return "The bot is not running, or has not polled yet."
    if not -OLDEST < age < OLDEST:
        return f"The bot has not polled for {age:,.0f} s."
    if not catalog:
        return "The bot serves no catalogue: run `toko sync`."
    try:
        file = current_file(settings.catalog_folder)
        if file is None:
            return "No catalogue is published: run `toko sync`."
        read_info(file)
    except (CatalogError, OSError) as error:
        return str(error)
    return None


def seconds_since_beat(settings: BotSettings) -> float | None:
    """Return the seconds since the last heartbeat of a bot with these settings on this machine.

    Returns None if there is no such bot.
    """
    try:
        return time.time() - float(json.loads(_file(settings).read_text())["time"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(settings: BotSettings) -> Path:
    """Return the path of the heartbeat file. Each bot of a machine has its own. The name does not reveal the token."""
    key = f"{settings.token} {settings.data_folder} {settings.webhook_listen if settings.webhook_url else ''}"
    name = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir(), f"toko-bot-{os.getuid()}-{name}.json")
