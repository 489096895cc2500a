"""What a run's process does. Dagster is imported when it is called: the fork server imports this module first."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster._core.instance import InstanceRef


def execute_run(run_id: str, instance: "InstanceRef") -> None:
    """Execute a run as `dagster api execute_run` does, which Dagster's launchers for containers call."""
    from dagster import DagsterInstance
    from dagster._cli.api import _execute_run_command_body
    from dagster._utils.interrupts import capture_interrupts

    with capture_interrupts(), DagsterInstance.from_ref(instance) as opened:
        status = _execute_run_command_body(run_id, opened, lambda _: None, set_exit_code_on_failure=True)
    sys.exit(status)
