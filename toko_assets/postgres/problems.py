"""Turns errors of an external PostgreSQL into one-line messages for the operator, transient or permanent.

SQLSTATEs distinguish errors, but libpq has none for a failed connection. There the form of the message decides: text
after a severity and two spaces is from the server, in its language; anything else is a network error.
"""

import re

import psycopg

from toko_assets.postgres.server import PostgresError
from toko_core import PermanentError, TokoError, TransientError

SERVER_MESSAGE = re.compile(r"failed: (?P<severity>\w+):  (?P<message>.*)")
NOT_NOW = re.compile(r"starting up|shutting down|recovery mode|not yet accepting|too many|connection slots", re.I)
NETWORK_MESSAGE = re.compile(r"^connection failed: (connection to server (at|on) .* failed: )?")


class NoEntryError(PermanentError):
    """The server does not let the role into this database, or has no database with that name."""


def on_connecting(error: psycopg.Error, place: str, user: str, database: str) -> TokoError:
    """Translate the error of a connection attempt."""
    answers = list(SERVER_MESSAGE.finditer(str(error)))
    if error.pgconn is not None and error.pgconn.needs_password:
        return PermanentError(f"PostgreSQL at {place} requires a password for role {user}: set DB_PASSWORD.")
    if not answers:
        reason = NETWORK_MESSAGE.sub("", str(error).strip().splitlines()[0]).rstrip(".")
        return TransientError(
            f"PostgreSQL at {place} cannot be reached: {reason}. Is it running, and are DB_HOST and DB_PORT right?"
        )
    message = answers[-1]["message"].rstrip(".")
    if NOT_NOW.search(message):
        return TransientError(f"PostgreSQL at {place} accepts no connection now: {message}. Try again in a minute.")
    if f'database "{database}"' in message:
        return NoEntryError(f"PostgreSQL at {place} does not let role {user} into database {database}: {message}.")
    return PermanentError(f"PostgreSQL at {place} rejects role {user}: {message}. Check DB_USER and DB_PASSWORD.")


def during_work(error: psycopg.Error, place: str) -> TokoError:
    """Translate the error of a statement, or of the connection while one ran."""
    message = (error.diag.message_primary or str(error).strip().splitlines()[0]).rstrip(".")
    if isinstance(error, psycopg.errors.DiskFull) or "No space left on device" in message:
        return TransientError(f"PostgreSQL at {place} has no disk space left: {message}. Free some, then sync again.")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return PermanentError(
            f"PostgreSQL at {place} denies a required permission: {message}. Run as its administrator: "
            "ALTER ROLE … CREATEDB for the role that DB_USER names."
        )
    if isinstance(error, psycopg.OperationalError):
        if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
            return TransientError(
                f"The connection to PostgreSQL at {place} was lost: {message}. Sync again when it is back."
            )
        return TransientError(f"PostgreSQL at {place} reports: {message}. Try again later.")
    return PostgresError(f"PostgreSQL at {place} reports: {message}")
