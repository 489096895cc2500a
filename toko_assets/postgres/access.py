"""Gives the chain its PostgreSQL server: an external one, or the embedded one, which starts on first use."""

from collections.abc import Callable

from toko_assets.common.settings import Settings
from toko_assets.postgres.embedded import RESTORER, EmbeddedPostgres
from toko_assets.postgres.external import ExternalServer, open_external
from toko_assets.postgres.server import PostgresServer


class PostgresAccess:
    """The server that the settings choose, with the role that restores backups, which may only create databases."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedded: EmbeddedPostgres | None = None
        self._server: PostgresServer | None = None

    @property
    def database_prefix(self) -> str:
        """The prefix of the names of all restored databases."""
        return self._settings.db_name

    def server(self, warn: Callable[[str], None] = lambda _: None) -> PostgresServer:
        """Return the running server. Raises TransientError or PermanentError with a one-line message.

        An embedded server that died is started again, without the databases that it had.
        """
        if self._embedded is not None and not self._embedded.is_running:
            self.stop()
        if self._server is None:
            self._server = self._start() if self._settings.db_host is None else self._open(self._settings.db_host, warn)
        return self._server

    def stop(self) -> None:
        """Stop the embedded server if this object started it."""
        if self._embedded is not None:
            self._embedded.stop()
        self._embedded = self._server = None

    def database_name(self, backup_id: str) -> str:
        """Return the name of the database that a backup is restored into."""
        return f"{self.database_prefix}_{backup_id}"

    def _start(self) -> PostgresServer:
        self._embedded = EmbeddedPostgres(self._settings.folder.postgres, user=RESTORER)
        return self._embedded.__enter__()

    def _open(self, host: str, warn: Callable[[str], None]) -> PostgresServer:
        settings = self._settings
        return open_external(ExternalServer(host, settings.db_port, settings.db_user, settings.db_password), warn)
