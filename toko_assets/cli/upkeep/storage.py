"""Dagster's own storage, which a backup copies while Dagster uses it: SQLite files, or a database in PostgreSQL."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml  # type: ignore[import-untyped]

from toko_assets.postgres.server import run_program
from toko_core import PermanentError, TransientError

SQLITE, POSTGRES, NONE = "sqlite", "postgres", "none"
FOLDERS = ("history", "schedules")
"""The folders of DAGSTER_HOME that hold SQLite files."""
CONFIG = "dagster.yaml"
DUMP = "dagster.dump"
BUSY_SECONDS = 60
CONNECT_SECONDS = 10
LOCK_WAIT = "-c lock_timeout=60s"


@dataclass(frozen=True, slots=True)
class DagsterDatabase:
    """The PostgreSQL database that a dagster.yaml names."""

    host: str
    port: str
    user: str
    database: str
    password: str = field(repr=False)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of PostgreSQL's programs. A password on a command line would be in the list of processes."""
        return {
            "PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGDATABASE": self.database,
            "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": str(CONNECT_SECONDS),
        }  # fmt: skip

    def dump(self, target: Path) -> None:
        """Write all of it to a file, in the custom format of pg_dump."""
        run_program(
            "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}",
            environment=self.environment, version=self._programs(),
        )  # fmt: skip

    def check(self, dump: Path) -> None:
        """Read a dump to its end. Raises PostgresError if it is damaged or of a newer version."""
        run_program("pg_restore", "--file=/dev/null", dump, version=self._programs())

    def restore(self, dump: Path) -> None:
        """Replace the tables by those of a dump, in one transaction."""
        run_program(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction",
            f"--dbname={self.database}", dump,
            environment={**self.environment, "PGOPTIONS": LOCK_WAIT}, version=self._programs(),
        )  # fmt: skip

    def _programs(self) -> int:
        """Return the version of the programs to use: those of 17 and later set what older servers do not know."""
        try:
            with psycopg.connect(
                host=self.host, port=self.port, user=self.user, password=self.password, dbname=self.database,
                connect_timeout=CONNECT_SECONDS,
            ) as connection:  # fmt: skip
                version = connection.info.server_version // 10_000
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise TransientError(
                f"Dagster's storage at {self.host}:{self.port} cannot be reached: {reason}"
            ) from None  # the traceback holds the password
        return 16 if version <= 16 else 18


def find_database(home: Path) -> DagsterDatabase | None:
    """Return the PostgreSQL database that DAGSTER_HOME/dagster.yaml stores Dagster's history in; None for SQLite.

    Raises PermanentError if the file names a storage that a backup cannot copy.
    """
    try:
        storage = (yaml.safe_load((home / CONFIG).read_text()) or {}).get("storage", {})
    except FileNotFoundError:
        return None
    except (yaml.YAMLError, AttributeError):
        raise PermanentError(f"{home / CONFIG} cannot be read: correct it first.") from None
    if "postgres" not in storage:
        return None
    named = storage["postgres"].get("postgres_db")
    if not isinstance(named, dict):
        raise PermanentError(f"{home / CONFIG} must name its database as postgres_db, not as a URL.")
    value = {key: _value(given) for key, given in named.items()}
    return DagsterDatabase(
        value["hostname"], value.get("port", "5432"), value["username"], value["db_name"], value.get("password", "")
    )


def sqlite_files(home: Path) -> Iterator[Path]:
    """Yield Dagster's SQLite files, without the empty ones that are copied for new runs."""
    for folder in FOLDERS:
        for file in sorted((home / folder).rglob("*.db")):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("empty-"):
                yield file


def copy_sqlite(file: Path, target: Path) -> bool:
    """Copy an SQLite file as it is between two transactions. Return False if it is gone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a second one beside it
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        if file.exists():
            raise PermanentError(f"{file} cannot be copied: {error}") from error
        return False  # an old run, which Dagster has removed meanwhile
    return True


def _value(given: Any) -> str:
    """Return a value of dagster.yaml: itself, or that of the variable that it names."""
    return os.environ.get(given["env"], "") if isinstance(given, dict) else str(given)
