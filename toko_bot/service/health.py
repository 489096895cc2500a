"""The bot's heartbeat, for a health check in another process: a small file that the running bot keeps up to date."""

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from toko_bot.settings import BotSettings
from toko_core import CatalogError
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file

log = logging.getLogger(__name__)

WRITE_EVERY = 5.0
OLDEST = 60.0
"""The most seconds since the bot last processed something. A poll waits at most ten."""
NOT_RUNNING = "The bot is not running, or has not received anything yet."


@dataclass(frozen=True, slots=True)
class Beat:
    """The state of a running bot."""

    time: float
    """The Unix time at which the bot last showed that it processes updates."""
    catalog: str | None
    """The name of the served catalogue."""
    problem: str | None
    """What is wrong with the bot, in one line."""
    pid: int

    def problem_at(self, now: float) -> str | None:
        """Return in one line why the bot does not process updates at this Unix time, or None if it does."""
        if self.problem:
            return self.problem
        if not abs(now - self.time) < OLDEST:
            return f"The bot has not processed an update or an empty poll for {now - self.time:,.0f} s: see its log."
        return None


class Heartbeat:
    """Records that updates are processed, and what is wrong. `catalog` returns the name of the served catalogue."""

    def __init__(self, settings: BotSettings, catalog: Callable[[], str | None]) -> None:
        self._file = _file(settings)
        self._catalog = catalog
        self._last: Beat | None = None
        self._written = 0.0

    def beat(self, problem: str | None = None) -> None:
        """Record that updates are processed now. `problem` is what is wrong nevertheless."""
        self._record(Beat(time.time(), self._catalog(), problem, os.getpid()))

    def report(self, problem: str) -> None:
        """Record that updates are not processed."""
        last = self._last or Beat(time.time(), self._catalog(), None, os.getpid())
        self._record(replace(last, problem=problem))

    def find_problem(self) -> str | None:
        """Return in one line what is wrong with this bot, or None if nothing is."""
        return _problem(self._last)

    def stop(self) -> None:
        self._file.unlink(missing_ok=True)

    def _record(self, beat: Beat) -> None:
        before, self._last = self._last, beat
        problem_before = before.problem if before else None
        if beat.problem != problem_before:
            log.log(logging.ERROR if beat.problem else logging.INFO, "%s", beat.problem or "The bot is healthy again")
        elif beat.catalog and beat.time - self._written < WRITE_EVERY:
            return
        try:
            self._write(beat)
        except OSError as error:
            log.warning("The file for the health check cannot be written: %s", error)

    def _write(self, beat: Beat) -> None:
        self._written = beat.time if beat.catalog else 0.0
        temporary = self._file.with_suffix(f".{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(beat), file)
        temporary.replace(self._file)


def find_problem(settings: BotSettings) -> str | None:
    """Return in one line what is wrong with the bot that runs with these settings, or None if nothing is."""
    if (problem := _problem(read_beat(settings))) is not None:
        return problem
    try:
        file = current_file(settings.catalog_folder)
        if file is None:
            return "No catalogue is published: run `toko sync`."
        read_info(file)
    except (CatalogError, OSError) as error:
        return str(error)
    return None


def read_beat(settings: BotSettings) -> Beat | None:
    """Return the last heartbeat of a bot with these settings, or None if no such bot runs on this machine."""
    try:
        beat = Beat(**json.loads(_file(settings).read_text()))
        os.kill(beat.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return beat


def _problem(beat: Beat | None) -> str | None:
    if beat is None:
        return NOT_RUNNING
    return beat.problem_at(time.time()) or (None if beat.catalog else "The bot serves no catalogue: run `toko sync`.")


def _file(settings: BotSettings) -> Path:
    """Return the path of the heartbeat file. Each bot of a machine has its own. The name does not reveal the token."""
    key = f"{settings.token} {settings.data_folder} {settings.webhook_listen if settings.webhook_url else ''}"
    name = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir(), f"toko-bot-{os.getuid()}-{name}.json")
