"""Reports every change of a source of backups, whatever fails meanwhile."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from toko_assets.backups.listing import QuietError
from toko_assets.backups.source import BackupSource
from toko_core import TokoError

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds until the source is watched again after a failure. The pause doubles with every failure."""
HEALTHY_SECONDS = 60.0
"""After it was watched for so long, a failure counts as the first one again."""


def watch(source: BackupSource, report: Callable[[], None], log: logging.Logger, stop: Event) -> None:
    """Call `report` whenever the source has changed, until `stop` is set. Raises nothing.

    `report` is also called when the watch begins and begins again, because of what changed before. An error is logged
    once, as long as it stays the same. The sensor's ticks find backups meanwhile.
    """
    pause, logged = FIRST_PAUSE, ""
    while not stop.is_set():
        begun = time.monotonic()
        try:
            for _ in source.changes(stop):
                report()
            wait, problem = timedelta(), logged  # it ended because `stop` is set
        except QuietError as error:
            wait, problem = error.quiet, str(error)
        except TokoError as error:
            wait, problem = timedelta(), str(error)
        except Exception as error:  # a watcher that ends would be noticed by nobody
            wait, problem = timedelta(), f"{type(error).__name__}: {error}"
        if time.monotonic() - begun >= HEALTHY_SECONDS:
            pause, logged = FIRST_PAUSE, ""
        if problem != logged:
            log.warning("Backups cannot be watched, so they are found by polling: %s", problem)
            logged = problem
        stop.wait(max(pause, wait.total_seconds()))
        pause = min(pause * 2, LONGEST_PAUSE)
