"""PostgreSQL for the chain: the embedded one, started when an asset first asks for it, or an external one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from toko_assets.common.settings import Settings, load_settings
from toko_assets.postgres.embedded import RESTORER, EmbeddedPostgres
from toko_assets.postgres.external import ExternalServer, open_external
from toko_assets.postgres.server import PostgresServer
from toko_core.files import DataFolder


class PostgresResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """As the role that restores: no superuser, it may create databases.

    The password is none of its fields, which Dagster shows: it is read from the settings when a server is opened.
    (Not dg.EnvVar: of a password in `.env`, `toko` has no environment variable.)
    """

    folder: str
    database_prefix: str
    host: str | None = None
    """Of an external server; None is the embedded one."""
    port: int = 5432
    user: str = RESTORER

    _embedded: EmbeddedPostgres | None = PrivateAttr(None)
    _server: PostgresServer | None = PrivateAttr(None)

    @classmethod
    def configured(cls, settings: Settings) -> Self:
        """The server that the settings choose."""
        return cls(
            folder=str(DataFolder(settings.data_folder).postgres),
            database_prefix=settings.db_name,
            host=settings.db_host,
            port=settings.db_port,
            user=settings.db_user,
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:  # noqa: ARG002 - Dagster's signature
        """Dagster's bracket around a run."""
        try:
            yield self
        finally:
            self.stop()

    def server(self, warn: Callable[[str], None] = lambda _: None) -> PostgresServer:
        """The running server. Raises TransientError or PermanentError, one line that says what to do."""
        if self._server is None:
            self._server = self._start() if self.host is None else self._open(self.host, warn)
        return self._server

    def stop(self) -> None:
        """Stop the server if this run started it."""
        if self._embedded is not None:
            self._embedded.stop()
        self._embedded = self._server = None

    def database_name(self, backup_id: str) -> str:
        """The database that a backup is restored into."""
        return f"{self.database_prefix}_{backup_id}"

    def _start(self) -> PostgresServer:
        self._embedded = EmbeddedPostgres(Path(self.folder), user=RESTORER)
        return self._embedded.__enter__()

    def _open(self, host: str, warn: Callable[[str], None]) -> PostgresServer:
        return open_external(ExternalServer(host, self.port, self.user, load_settings().db_password), warn)
