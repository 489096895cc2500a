"""A source that is watched in a thread, as the daemon does it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread

import pytest

from toko_assets.backups.source import BackupSource
from toko_assets.backups.watch.watcher import watch

SECONDS = 60
LOG = logging.getLogger("watching")


class Watched:
    """What the watcher reports."""

    def __init__(self) -> None:
        self._reports: Queue[None] = Queue()

    def report(self) -> None:
        self._reports.put(None)

    def wait(self, reports: int = 1) -> None:
        """Wait for so many reports, and take all that have come."""
        for _ in range(reports):
            self._reports.get(timeout=SECONDS)
        self.forget()

    def forget(self) -> None:
        while not self._reports.empty():
            self._reports.get()

    def settle(self, seconds: float) -> None:
        """Wait until there was no report for so long."""
        while not self.is_quiet(seconds):
            pass

    def is_quiet(self, seconds: float) -> bool:
        """Whether there is no report for so long."""
        try:
            self._reports.get(timeout=seconds)
        except Empty:
            return True
        return False


@contextmanager
def watched(source: BackupSource) -> Iterator[Watched]:
    """Watch until the block ends."""
    found, stop = Watched(), Event()
    thread = Thread(target=watch, args=(source, found.report, LOG, stop))
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join(SECONDS)
        assert not thread.is_alive()


@contextmanager
def short_pauses() -> Iterator[None]:
    """A failed watch is repeated soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toko_assets.backups.watch.watcher.FIRST_PAUSE", 0.1)
        patch.setattr("toko_assets.backups.watch.watcher.LONGEST_PAUSE", 0.4)
        yield
