"""What both run launchers share: the daemon knows at once that a run's process, or its container, has ended."""

from collections.abc import Callable

import dagster as dg


class WatchingLauncher:
    """A run launcher that watches each run to its end."""

    when_run_ends: Callable[[], object] = staticmethod(lambda: None)
    """Called after the end of each run that is watched."""

    def prepare(self) -> None:
        """Get ready for the first run. The daemon calls this when it starts."""
        raise NotImplementedError

    def report_end(self, instance: dg.DagsterInstance, run_id: str, exit_code: int | None) -> None:
        """Report the end of a run that its process has left unfinished: it was cancelled, or has failed."""
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            if run.status == dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run)
            else:
                instance.report_engine_event(f"The run's process ended with exit code {exit_code}.", run)
                instance.report_run_failed(run)
        self.when_run_ends()
