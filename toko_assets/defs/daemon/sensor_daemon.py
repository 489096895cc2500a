"""Dagster's sensor daemon, which evaluates new_backup at once when its bell is rung.

Dagster looks at its sensors every 5 seconds, and evaluates each one after its interval. The ring ends that pause and
makes new_backup due. The daemon then evaluates it like any tick, in the same thread: the same decision, cursor and run
key, one after the other, and not at all if somebody has stopped the sensor. Nothing else asks for runs.

It gives Dagster's loop another event to wait for, which is one reason why `dagster` is pinned to a minor version.
"""

import time
from threading import Event
from typing import Any

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import SensorInstigatorData
from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster._daemon.daemon import DaemonIterator, SensorDaemon

from toko_assets.defs.sensors import NEW_BACKUP

SHUTDOWN_SECONDS = 0.5
"""How often a pause looks whether the daemon is to end."""


class PromptSensorDaemon(SensorDaemon):
    """Evaluates new_backup when `bell` is set, besides its regular ticks."""

    def __init__(self, instance: dg.DagsterInstance, bell: Event) -> None:
        super().__init__(instance.get_sensor_settings())
        self._bell = bell

    @classmethod
    def daemon_type(cls) -> str:
        """Return the type under which Dagster knows the daemon's heartbeats."""
        return SensorDaemon.daemon_type()

    def core_loop(
        self, workspace_process_context: IWorkspaceProcessContext[Any], shutdown_event: Event
    ) -> DaemonIterator:
        """Run Dagster's loop with pauses that the bell ends."""
        pauses = _Pauses(workspace_process_context.instance, shutdown_event, self._bell)
        yield from super().core_loop(workspace_process_context, pauses)


class _Pauses(Event):
    """What Dagster's loop waits for between two rounds: the end of the daemon, or the bell."""

    def __init__(self, instance: dg.DagsterInstance, shutdown: Event, bell: Event) -> None:
        super().__init__()
        self._instance = instance
        self._shutdown = shutdown
        self._bell = bell

    def is_set(self) -> bool:
        return self._shutdown.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for so many seconds at most. Return whether the daemon is to end."""
        end = time.monotonic() + (timeout or 0.0)
        while not self._shutdown.is_set():
            left = max(0.0, end - time.monotonic())
            if self._bell.wait(min(left, SHUTDOWN_SECONDS)):
                self._bell.clear()  # first: what changes from now on rings again
                make_due(self._instance)
                return False
            if not left:
                return False
        return True


def make_due(instance: dg.DagsterInstance) -> None:
    """Forget when new_backup was evaluated last, unless it is stopped. A sensor without a state is due anyway."""
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        data = state.instigator_data
        if state.instigator_name == NEW_BACKUP and state.is_running and isinstance(data, SensorInstigatorData):
            due = data._replace(last_tick_timestamp=None, last_tick_start_timestamp=None)
            instance.update_instigator_state(state.with_data(due))
