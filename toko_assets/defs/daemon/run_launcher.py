"""Starts each run as a fork of a warm process, in which Dagster and the libraries of the chain are imported already.

Dagster's own launcher has the code server start an interpreter for each run, and most of the time until the first asset
goes into imports. Here `multiprocessing`'s fork server imports once. It never does anything else, so that no run can
leave anything to the next one. A run still loads the code location, with the settings of that moment.
"""

import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, Self

import dagster as dg
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from toko_assets.common.process import is_running, start_time
from toko_assets.defs.daemon.fork_server import ensure_fork_server, forks
from toko_assets.defs.daemon.run_process import execute_run
from toko_assets.defs.daemon.watching_launcher import WatchingLauncher
from toko_assets.defs.recovery import PROCESS, process_of

POLL_SECONDS = 0.5


class WarmRunLauncher(WatchingLauncher, RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """The run launcher that `dagster.yaml` names. The daemon launches all runs, because they are queued."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inst_data = inst_data

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Return what `dagster.yaml` says."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return no options."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Create the launcher, as Dagster does."""
        return cls(inst_data=inst_data, **config_value)

    def prepare(self) -> None:
        """Start the fork server, which imports for some seconds. A run that comes earlier waits for it."""
        ensure_fork_server()

    def launch_run(self, context: LaunchRunContext) -> None:
        """Fork a process for the run, and watch it to its end."""
        run_id = context.dagster_run.run_id
        self.prepare()
        process = forks.Process(target=execute_run, args=(run_id, self._instance.get_ref()))
        process.start()
        pid = process.pid or 0
        identity = (pid, start_time(pid))
        self._instance.add_run_tags(run_id, {PROCESS: json.dumps(identity)})
        Thread(target=self._watch, args=(run_id, process, identity), daemon=True).start()

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's process, whoever asks. Return whether there was one."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        process = process_of(run)
        if process is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGINT)
        return True

    def _watch(self, run_id: str, process: BaseProcess, identity: tuple[int, str | None]) -> None:
        """Wait for the end of the process, then report the end of the run if the process did not."""
        process.join()
        while is_running(*identity):  # the fork server died, and not the run
            time.sleep(POLL_SECONDS)
        self.report_end(self._instance, run_id, process.exitcode)
