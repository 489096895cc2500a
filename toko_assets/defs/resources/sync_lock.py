"""The sync lock as a resource. A run acquires it before its first asset and releases it after its last."""

from collections.abc import Iterator

import dagster as dg

from toko_assets.common.data_disk import check_data_disk
from toko_assets.common.lock import run_mark, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.defs.queues import runs_beside_syncs
from toko_assets.defs.recovery import recover


def sync_lock_resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the resource that allows one sync at a time. The run that gets the lock cleans up after a crashed run.

    A run whose data folder is on an unusable disk fails here, before any work. A run that only reads the sales holds no
    lock: it is marked as alive, so that a sync does not take it for a dead one.
    """
    folder = settings.folder

    @dg.resource(description="The lock by which only one sync runs. A second run waits; recent_sales needs no lock.")
    def held(context: dg.InitResourceContext) -> Iterator[None]:
        run, instance, log = context.run, context.instance, context.log
        if run is None or instance is None or log is None:  # not in a run
            yield
            return

        def waiting() -> None:
            log.info("Another sync is running: waiting until it is done")

        check_data_disk(settings)
        if runs_beside_syncs(run):
            with run_mark(folder.root, run.run_id):
                yield
            return
        with run_mark(folder.root, run.run_id), sync_lock(folder.root, waiting) as first:
            if first:
                for line in recover(instance, folder, run.run_id):
                    log.warning(line)
            yield

    return held
