"""Shows that updates are processed: a probe waits in the update queue like an update, and no handler receives it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from toko_bot.service.health import OLDEST, Heartbeat


@dataclass(frozen=True, slots=True)
class Probe:
    """Is put into the update queue. When its turn comes, `on_processed` is called in place of all handlers."""

    on_processed: Callable[[], None]


class ProbedPolling:
    """Keeps the heartbeat going while polls are answered and what they bring is processed."""

    def __init__(self, queue: asyncio.Queue[object], heartbeat: Heartbeat) -> None:
        self._queue = queue
        self._heartbeat = heartbeat
        self._probed_at: float | None = None

    def polled(self) -> None:
        """Put a probe behind the updates that were received so far, unless one still waits."""
        now = time.monotonic()
        if self._probed_at is None:
            self._probed_at = now
            self._queue.put_nowait(Probe(self._processed))
        elif now - self._probed_at > OLDEST:
            self._heartbeat.report("The bot receives updates and does not process them: start it again.")

    def _processed(self) -> None:
        self._probed_at = None
        self._heartbeat.beat()
