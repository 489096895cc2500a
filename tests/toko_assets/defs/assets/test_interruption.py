"""A run that somebody ends is at its end, and one that loses its storage is not."""

import dagster as dg

from toko_assets.defs.failures import asset_failure, first_failure
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


def test_a_run_that_loses_dagsters_storage_may_begin_again_at_once() -> None:
    @dg.asset
    def materialised(context: dg.AssetExecutionContext) -> None:
        lose_materializations(context.instance)

    @dg.asset
    def asking(context: dg.AssetExecutionContext) -> None:
        lose_materializations(context.instance)
        with one_line_failures():
            context.instance.get_latest_materialization_event(dg.AssetKey("any"))

    for asset, died in ((materialised, True), (asking, False)):
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize([asset], instance=instance, raise_on_error=False)
            failure = asset_failure(instance, result.run_id)
        assert failure is not None
        assert "Dagster's storage" in failure.said
        assert (failure.final, failure.died) == (False, died)


def lose_materializations(instance: dg.DagsterInstance) -> None:
    with instance.event_log_storage.index_connection() as connection:  # type: ignore[attr-defined] # it is SQL
        connection.exec_driver_sql("DROP TABLE asset_keys")
