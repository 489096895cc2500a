"""The worker as a resource: a second Python process for the run."""

from collections.abc import Iterator

import dagster as dg

from toko_assets.publishing.index.worker import Worker


@dg.resource(
    required_resource_keys={"sync_lock"},  # so that it ends before the lock is released
    description="Another process, which builds the search index and tries it beside the run's own.",
)
def worker(_: dg.InitResourceContext) -> Iterator[Worker]:
    """Provide the worker. It ends with the run, whatever it is doing."""
    process = Worker()
    try:
        yield process
    finally:
        process.stop()
