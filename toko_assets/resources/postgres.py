"""PostgreSQL for the chain: started when an asset first asks for it, stopped at the end of the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from toko_assets.postgres.embedded import RESTORER, EmbeddedPostgres
from toko_assets.postgres.server import PostgresServer


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """The embedded PostgreSQL, as the role that restores: no superuser, it may create databases."""

    folder: str
    database_prefix: str

    _embedded: EmbeddedPostgres | None = PrivateAttr(None)
    _server: PostgresServer | None = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:  # noqa: ARG002
        """Dagster's bracket around a run."""
        try:
            yield self
        finally:
            self.stop()

    def server(self) -> PostgresServer:
        """The running server."""
        if self._server is None:
            self._embedded = EmbeddedPostgres(Path(self.folder), user=RESTORER)
            self._server = self._embedded.__enter__()
        return self._server

    def stop(self) -> None:
        """Stop the server if this run started it."""
        if self._embedded is not None:
            self._embedded.stop()
        self._embedded = self._server = None

    def database_name(self, backup_id: str) -> str:
        """The database that a backup is restored into."""
        return f"{self.database_prefix}_{backup_id}"
