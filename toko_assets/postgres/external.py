"""An external PostgreSQL, 15 to 18, with a password and a role that may create databases.

Only psycopg connects to it, not PostgreSQL's programs: the bundled ones are built without TLS, which a server may
require. Errors are raised as TransientError or PermanentError with a one-line message (`problems.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import psycopg
from pydantic import SecretStr

from toko_assets.postgres.problems import NoEntryError, during_work, on_connecting
from toko_assets.postgres.server import MAINTENANCE_DATABASE, PostgresServer
from toko_core import PermanentError

OLDEST, NEWEST = 15, 18
"""Major versions. 15 is the first with LOCALE_PROVIDER; 18 is the newest that was tested."""

CONNECT_SECONDS = 10
LOST_AFTER: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""TCP options in seconds; the last is in milliseconds. With them, a lost server is detected after a minute; by default,
after two hours."""

SECOND_MAINTENANCE_DATABASE = "template1"
"""Used only if MAINTENANCE_DATABASE does not exist or rejects us: a connection to a template blocks its copying."""


@dataclass(frozen=True, slots=True)
class ExternalServer(PostgresServer):
    """The server at DB_HOST."""

    password: SecretStr | None = field(default=None, repr=False)
    maintenance_database: str = MAINTENANCE_DATABASE

    @property
    def place(self) -> str:
        """The server's name in messages."""
        return f"{self.host}:{self.port}"

    def connect(self, database: str, **options: Any) -> psycopg.Connection[Any]:
        """Connect to one of the server's databases."""
        try:
            connection = _Connection.connect(
                host=self.host, port=self.port, user=self.user, dbname=database,
                password=self.password.get_secret_value() if self.password else None,
                connect_timeout=CONNECT_SECONDS, application_name="toko", **LOST_AFTER, **options,
            )  # fmt: skip
        except psycopg.Error as error:
            raise on_connecting(error, self.place, self.user, database) from None  # the traceback holds the password
        connection.place = self.place
        return connection

    def administer(self) -> psycopg.Connection[Any]:
        """Connect with autocommit to the maintenance database, to create, rename and drop databases."""
        return self.connect(self.maintenance_database, autocommit=True)


class _Connection(psycopg.Connection[Any]):
    """A connection that turns errors inside its `with` block into TokoErrors."""

    place = ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        except psycopg.Error as at_commit:
            error = at_commit
        if isinstance(error, psycopg.Error):
            raise during_work(error, self.place) from error


def open_external(server: ExternalServer, warn: Callable[[str], None]) -> ExternalServer:
    """Check that the server responds, accepts the role and has a supported version. Return the server to use.

    Raises TransientError (unreachable, starting, full) or PermanentError (password, role, rights, version).
    """
    try:
        version = _version(server)
    except NoEntryError as error:
        server = ExternalServer(server.host, server.port, server.user, server.password, SECOND_MAINTENANCE_DATABASE)
        try:
            version = _version(server)
        except NoEntryError:
            raise PermanentError(
                f"{error} The role needs such a database to create others: GRANT CONNECT ON DATABASE "
                f"{MAINTENANCE_DATABASE} (or {SECOND_MAINTENANCE_DATABASE}) TO {server.user}."
            ) from None
    if version // 10_000 < OLDEST:
        raise PermanentError(
            f"PostgreSQL at {server.place} is version {_format_version(version)}; {OLDEST} to {NEWEST} are supported. "
            "Upgrade it, or unset DB_HOST to use the embedded one."
        )
    if version // 10_000 > NEWEST:
        number = _format_version(version)
        warn(f"PostgreSQL at {server.place} is version {number}; only {OLDEST} to {NEWEST} were tested.")
    return server


def _version(server: ExternalServer) -> int:
    with server.administer() as connection:
        return connection.info.server_version


def _format_version(version: int) -> str:
    """Format a version number: 150018 is 15.18. Versions before 10 have three parts: 90525 is 9.5.25."""
    major, minor = divmod(version, 10_000)
    return f"{major}.{minor}" if major >= 10 else f"{major}.{minor // 100}.{minor % 100}"
