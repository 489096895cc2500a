"""The sync lock as a resource: a run holds it from before its first asset to after its last."""

from collections.abc import Iterator

import dagster as dg

from toko_assets.common.data_disk import check_data_disk
from toko_assets.common.lock import run_mark, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.defs.recovery import recover


def sync_lock_resource(settings: Settings) -> dg.ResourceDefinition:
    """One sync at a time in a data folder. Whoever gets the lock first cleans up after a crashed run.

    A run whose data folder is on a disk that cannot be used ends here, before any work.
    """
    folder = settings.folder

    @dg.resource(description="Held by every run: one sync at a time. Waits while another run holds it.")
    def held(context: dg.InitResourceContext) -> Iterator[None]:
        run, instance, log = context.run, context.instance, context.log
        if run is None or instance is None or log is None:  # not in a run
            yield
            return

        def waiting() -> None:
            log.info("Another sync is running: waiting until it is done")

        check_data_disk(settings)
        with run_mark(folder.root, run.run_id), sync_lock(folder.root, waiting) as first:
            if first:
                for line in recover(instance, folder, run.run_id):
                    log.warning(line)
            yield

    return held
