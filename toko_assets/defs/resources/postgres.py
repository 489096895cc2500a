"""PostgreSQL as a resource: the server stops when the run ends."""

from collections.abc import Iterator

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.ipos.sandbox.archives import start_sandbox
from toko_assets.postgres.access import PostgresAccess


def postgres_resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the resource for the server that the settings choose.

    The resource has no configuration, because Dagster would display it, including the password.
    """

    @dg.resource(
        required_resource_keys={"sync_lock"},  # so that it stops before the lock is released
        description="The PostgreSQL server that backups are restored into: embedded, or at DB_HOST.",
    )
    def postgres(_: dg.InitResourceContext) -> Iterator[PostgresAccess]:
        access = PostgresAccess(settings)
        access.start_ahead()  # while the backup is copied and read
        start_sandbox()
        try:
            yield access
        finally:
            access.stop()

    return postgres
