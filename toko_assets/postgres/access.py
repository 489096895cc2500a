"""Gives the chain its PostgreSQL server: an external one, or the embedded one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from toko_assets.common.settings import Settings
from toko_assets.postgres.embedded import RESTORER, EmbeddedPostgres
from toko_assets.postgres.external import ExternalServer, open_external
from toko_assets.postgres.server import PostgresServer
from toko_core import PermanentError

SET_UP = "correct POSTGRES_PASSWORD in .env, then run `docker compose up -d`."


class PostgresAccess:
    """The server that the settings choose, with the role that restores backups, which may only create databases."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._external: PostgresServer | None = None
        self._embedded: _Starting | None = None

    @property
    def database_prefix(self) -> str:
        """The prefix of the names of all restored databases."""
        return self._settings.db_name

    def start_ahead(self) -> None:
        """Begin to start the embedded server, for which `server` then waits. This raises no error; `server` does."""
        if self._settings.db_host is None:
            self._start()

    def server(self, warn: Callable[[str], None] = lambda _: None) -> PostgresServer:
        """Return the running server. Raises TransientError or PermanentError with a one-line message.

        An embedded server that died is started again, without the databases that it had.
        """
        if self._settings.db_host is not None:
            self._external = self._external or self._open(self._settings.db_host, warn)
            return self._external
        if self._embedded is not None and self._embedded.has_died:
            self.stop()
        try:
            return self._start().wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the embedded server if this object started it."""
        if self._embedded is not None:
            self._embedded.stop()
        self._embedded = self._external = None

    def database_name(self, backup_id: str) -> str:
        """Return the name of the database that a backup is restored into."""
        return f"{self.database_prefix}_{backup_id}"

    def _start(self) -> "_Starting":
        if self._embedded is None:
            self._embedded = _Starting(EmbeddedPostgres(self._settings.folder.postgres, user=RESTORER))
        return self._embedded

    def _open(self, host: str, warn: Callable[[str], None]) -> PostgresServer:
        settings = self._settings
        server = ExternalServer(host, settings.db_port, settings.db_user, settings.db_password)
        if settings.db_restore_user is None or settings.db_restore_user == settings.db_user:
            return open_external(server, warn)
        password = settings.db_restore_password
        if password is None and settings.db_password is not None:
            from toko_assets.postgres.restoring_role import derive_password

            password = derive_password(settings.db_password)
        try:
            return open_external(replace(server, user=settings.db_restore_user, password=password), warn)
        except PermanentError as error:
            server = open_external(server, warn)
            warn(f"{error} {server.user} restores instead, which can also read what others keep there: {SET_UP}")
            return server


class _Starting:
    """An embedded server that a thread starts.

    The thread lives as long as the server: the kernel stops the server when the thread that started it ends.
    """

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres
        self._thread = ThreadPoolExecutor(1, "postgres")
        self._started = self._thread.submit(postgres.start)

    @property
    def has_died(self) -> bool:
        """Whether it was started and does not run any more."""
        return self._started.done() and self._started.exception() is None and not self._postgres.is_running

    def wait(self) -> PostgresServer:
        """Wait until it accepts connections. Raises what `EmbeddedPostgres.start` raises."""
        return self._started.result()

    def stop(self) -> None:
        """Stop it when it has started, or has failed to."""
        wait([self._started])
        self._postgres.stop()
        self._thread.shutdown()
