"""Connections to PostgreSQL that do not wait forever for a server, or a network, that has stopped.

The server ends slow statements by itself, unless it has stopped. The time limits of TCP do not help: the kernel of its
machine goes on confirming what arrives. Only programs that use PostgreSQL import this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection

ANSWER_SECONDS = 6.0
"""How long an answer may take. The server ends a statement after 5 seconds."""
Value = TypeVar("Value")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed if the server does not answer in time."""

    patience: float | None = ANSWER_SECONDS
    """Seconds; None waits forever."""

    def wait(self, gen: PQGen[Value], interval: float = 0.1, timeout: float | None = None) -> Value:
        """Wait for an answer. Raises OperationalError."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not from the server: nobody knows what a later answer would belong to
                self.pgconn.finish()
            raise


def connect_patiently(_dialect: object, _record: object, arguments: Any, options: Any) -> PatientConnection:
    """Connect; a listener for SQLAlchemy's `do_connect`."""
    return PatientConnection.connect(*arguments, **options)


@contextmanager
def waiting_longer(connection: Connection) -> Iterator[None]:
    """Let a connection wait forever: to change large tables may take long, also in another process."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, PatientConnection)  # noqa: S101 - for mypy
    driver.patience = None
    try:
        yield
    finally:
        driver.patience = ANSWER_SECONDS
