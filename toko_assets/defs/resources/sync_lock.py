"""The lock as a run holds it: from before its first asset to after its last."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from toko_assets.common.lock import run_mark, sync_lock
from toko_assets.defs.recovery import recover
from toko_core.files import DataFolder


@contextmanager
def locked_run(context: dg.InitResourceContext, root: Path) -> Iterator[None]:
    """One sync at a time in a data folder. Who gets the lock first puts right what a dead run left."""
    if context.run is None or context.instance is None or context.log is None:  # not in a run
        yield
        return
    run_id, log = context.run.run_id, context.log

    def waiting() -> None:
        log.info("Another sync is running: waiting until it is done")

    with run_mark(root, run_id), sync_lock(root, waiting) as first:
        if first:
            for line in recover(context.instance, DataFolder(root), run_id):
                log.warning(line)
        yield
