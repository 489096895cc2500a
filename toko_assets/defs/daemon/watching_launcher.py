"""What both run launchers share: the daemon knows at once that a run's process, or its container, has ended."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import dagster as dg

LOG = logging.getLogger("dagster.daemon.RunLauncher")
TRIES, RETRY_SECONDS = 300, 1.0
"""How often, and how long, Dagster's storage is waited for: whatever ended a run may have stopped that as well."""


class WatchingLauncher(ABC):
    """A run launcher that watches each run to its end."""

    when_run_ends: Callable[[], object] = staticmethod(lambda: None)
    """Called after the end of each run that is watched."""

    @abstractmethod
    def prepare(self) -> None:
        """Get ready for the first run. The daemon calls this when it starts."""

    def report_end(self, instance: dg.DagsterInstance, run_id: str, exit_code: int | None) -> None:
        """Report the end of a run that its process has left unfinished: it was cancelled, or has failed."""
        for _ in range(TRIES):
            try:
                _report_end(instance, run_id, exit_code)
                break
            except Exception as error:  # each storage has its own
                LOG.warning("The end of run %s cannot be recorded yet: %s", run_id, error)
                time.sleep(RETRY_SECONDS)
        self.when_run_ends()


def _report_end(instance: dg.DagsterInstance, run_id: str, exit_code: int | None) -> None:
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    if run.status == dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run)
    else:
        instance.report_engine_event(f"The run's process ended with exit code {exit_code}.", run)
        instance.report_run_failed(run)
