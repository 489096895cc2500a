"""A run that somebody ends is at its end."""

import dagster as dg

from toko_assets.defs.failures import first_failure
from toko_assets.defs.reporting import RETRIES, one_line_failures


def test_an_interrupted_asset_is_not_tried_again_and_nobody_is_told() -> None:
    @dg.asset(retry_policy=RETRIES)
    def endless() -> None:
        with one_line_failures():
            raise dg.DagsterExecutionInterruptedError

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([endless], instance=instance, raise_on_error=False)
        events = [entry.dagster_event for entry in instance.all_logs(result.run_id) if entry.dagster_event]
    assert dg.DagsterEventType.STEP_UP_FOR_RETRY not in {event.event_type for event in events}
    failure = first_failure(events)
    assert failure is not None
    assert (failure.said, failure.final, failure.ordered) == ("Interrupted: nothing was published.", False, True)
