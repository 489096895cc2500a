"""What a run's process does. In containers: `python -m toko_assets.defs.daemon.run_process RUN_ID`.

It imports our code location. Dagster's own command, `api execute_run`, imports what the run's row in Dagster's storage
names, which may be any file and any function. Here the row only chooses one of our jobs, its config and its selection.

Dagster is imported when a run begins: the fork server imports this module first.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun
    from dagster._core.instance import InstanceRef

CODE_LOCATION = ("toko_assets.definitions", "defs")
"""The module, and the name in it, that every run loads."""


def execute_run(run_id: str, ref: "InstanceRef | None" = None) -> None:
    """Execute a run of an instance, by default of DAGSTER_HOME's. End the process, with status 1 unless it succeeds."""
    from dagster import DagsterInstance
    from dagster._utils.interrupts import capture_interrupts

    with capture_interrupts(), DagsterInstance.from_ref(ref) if ref else DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if run is None:
            sys.exit(f"Dagster's storage has no run {run_id}.")
        with _watch_for_cancellation(instance, run_id):
            succeeded = _execute(instance, run)
        instance.report_engine_event(f"Process for run exited (pid: {os.getpid()}).", run)
    sys.exit(not succeeded)


def _execute(instance: "DagsterInstance", run: "DagsterRun") -> bool:
    """Execute a run and record its events. Return whether it succeeds."""
    from dagster import DagsterEventType
    from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
    from dagster._core.events import EngineEventData
    from dagster._grpc.impl import core_execute_run

    job = ReconstructableJob(ReconstructableRepository.for_module(*CODE_LOCATION), run.job_name)
    pid = os.getpid()
    instance.report_engine_event(f"Started process for run (pid: {pid}).", run, EngineEventData.in_process(pid))
    succeeded = False
    try:
        for event in core_execute_run(job, run, instance, inject_env_vars=True):
            succeeded |= event.event_type is DagsterEventType.PIPELINE_SUCCESS
    except BaseException:  # an interrupt as well; core_execute_run has recorded it
        return False
    return succeeded


@contextmanager
def _watch_for_cancellation(instance: "DagsterInstance", run_id: str) -> Iterator[None]:
    """Interrupt this process when the run is cancelled, if the instance says that runs do so, as in containers."""
    from dagster._core.execution.run_cancellation_thread import start_run_cancellation_thread

    if not instance.should_start_background_run_thread:
        yield
        return
    thread, end = start_run_cancellation_thread(instance, run_id)
    try:
        yield
    finally:
        end.set()
        if thread.is_alive():
            thread.join(timeout=15)


if __name__ == "__main__":
    execute_run(sys.argv[1])
