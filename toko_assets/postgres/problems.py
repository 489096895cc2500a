"""What an external PostgreSQL's errors mean to the person who runs the shop: one line, and whether to try again.

SQLSTATEs tell errors apart, but libpq has none for a refused connection. There the form tells who speaks: the server's
own words follow its severity and two blanks, in its language; anything else is the network.
"""

import re

import psycopg

from toko_assets.postgres.server import PostgresError
from toko_core.errors import PermanentError, TokoError, TransientError

SERVER_SAID = re.compile(r"failed: (?P<severity>\w+):  (?P<said>.*)")
NOT_NOW = re.compile(r"starting up|shutting down|recovery mode|not yet accepting|too many|connection slots", re.I)
NETWORK_SAID = re.compile(r"^connection failed: (connection to server (at|on) .* failed: )?")


class NoEntryError(PermanentError):
    """The server does not let the role into this database, or has none of that name."""


def on_connecting(error: psycopg.Error, place: str, user: str, database: str) -> TokoError:
    """The error of an attempt to connect."""
    answers = list(SERVER_SAID.finditer(str(error)))
    if error.pgconn is not None and error.pgconn.needs_password:
        return PermanentError(f"PostgreSQL at {place} asks role {user} for a password: set DB_PASSWORD.")
    if not answers:
        reason = NETWORK_SAID.sub("", str(error).strip().splitlines()[0]).rstrip(".")
        return TransientError(
            f"PostgreSQL at {place} cannot be reached: {reason}. Is it running, and are DB_HOST and DB_PORT right?"
        )
    said = answers[-1]["said"].rstrip(".")
    if NOT_NOW.search(said):
        return TransientError(f"PostgreSQL at {place} takes no connection now: {said}. Try again in a minute.")
    if f'database "{database}"' in said:
        return NoEntryError(f"PostgreSQL at {place} does not let role {user} into database {database}: {said}.")
    return PermanentError(f"PostgreSQL at {place} refuses role {user}: {said}. Check DB_USER and DB_PASSWORD.")


def during_work(error: psycopg.Error, place: str) -> TokoError:
    """The error of a statement, or of the connection while one ran."""
    said = (error.diag.message_primary or str(error).strip().splitlines()[0]).rstrip(".")
    if isinstance(error, psycopg.errors.DiskFull) or "No space left on device" in said:
        return TransientError(f"PostgreSQL at {place} has no disk space left: {said}. Make room there, sync again.")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return PermanentError(
            f"PostgreSQL at {place} does not allow what is needed: {said}. As its administrator: "
            "ALTER ROLE … CREATEDB for the role that DB_USER names."
        )
    if isinstance(error, psycopg.OperationalError):
        if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
            return TransientError(
                f"The connection to PostgreSQL at {place} was lost: {said}. Sync again when it is back."
            )
        return TransientError(f"PostgreSQL at {place} says: {said}. Try again later.")
    return PostgresError(f"PostgreSQL at {place} says: {said}")
