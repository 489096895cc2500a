"""Gives each of the two tasks of PostgreSQL a role with the least rights: `python -m toko_deploy.roles`.

DB_USER owns Dagster's storage, and every process of Dagster has its password. DB_RESTORE_USER may create databases, and
cannot enter Dagster's. Before 0.2.0 one role did both. The service `migrate` runs this at each start, with the
superuser's password: a new volume gets both roles and Dagster's database, and an old one what it should have.
"""

import os
import sys

import psycopg
from psycopg import sql
from pydantic import SecretStr

from toko_assets.postgres.restoring_role import derive_password

ADMIN, DAGSTER = "postgres", "dagster"
SECONDS = 10
RESTORED = r"^[a-z_][a-z0-9_]{0,30}_[0-9a-f]{12}(_unfinished)?$"
"""The names of restored databases, whatever DB_NAME is or was."""


def create_storage(admin: psycopg.Connection[object], owner: str, password: SecretStr) -> None:
    """Create the owner and Dagster's database if they are missing, and set the owner's password."""
    name, secret = sql.Identifier(owner), sql.Literal(password.get_secret_value())
    if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [owner]).fetchone() is None:
        admin.execute(sql.SQL("CREATE ROLE {}").format(name))
    admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, secret))
    if admin.execute("SELECT FROM pg_database WHERE datname = %s", [DAGSTER]).fetchone() is None:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DAGSTER), name))


def separate_roles(admin: psycopg.Connection[object], owner: str, restorer: str, password: SecretStr) -> list[str]:
    """Create or correct both roles' rights. Return the restored databases of the owner, which this drops.

    A sync restores them again, as the other role, from the backup that is kept.
    """
    names = {"owner": sql.Identifier(owner), "restorer": sql.Identifier(restorer), "dagster": sql.Identifier(DAGSTER)}
    if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [restorer]).fetchone() is None:
        admin.execute(sql.SQL("CREATE ROLE {restorer}").format(**names))
    rights = sql.SQL("LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}")
    secret = sql.Literal(password.get_secret_value())
    admin.execute(sql.SQL("ALTER ROLE {restorer} ").format(**names) + rights.format(secret))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {dagster} FROM PUBLIC, {restorer}").format(**names))
    admin.execute(sql.SQL("ALTER ROLE {owner} NOCREATEDB").format(**names))
    found = admin.execute(
        "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE r.rolname = %s AND datname ~ %s",
        [owner, RESTORED],
    ).fetchall()
    databases = [str(name) for (name,) in found]  # type: ignore[misc]
    for name in databases:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return databases


def main() -> None:
    """Set up the storage and separate the roles.

    If the superuser cannot log in, say so: syncs then go on with DB_USER, and say it too. If DB_USER cannot log in
    either, exit with status 1 and one line.
    """
    owner = os.environ["DB_USER"]
    password = SecretStr(os.environ["DB_PASSWORD"])
    restore_password = os.environ.get("DB_RESTORE_PASSWORD")
    try:
        with psycopg.connect(
            host=os.environ["DB_HOST"], user=ADMIN, password=os.environ["POSTGRES_PASSWORD"], dbname=ADMIN,
            connect_timeout=SECONDS, autocommit=True,
        ) as admin:  # fmt: skip
            create_storage(admin, owner, password)
            dropped = separate_roles(
                admin,
                owner,
                os.environ["DB_RESTORE_USER"],
                SecretStr(restore_password) if restore_password else derive_password(password),
            )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        if not _can_log_in(owner, password):
            sys.exit(
                "PostgreSQL accepts neither DB_PASSWORD nor POSTGRES_PASSWORD: take the .env with which the volume "
                f"toko_postgres was made. {reason}"
            )
        print(f"The role that restores backups is not set up; is POSTGRES_PASSWORD right? {reason}", file=sys.stderr)
        return
    for name in dropped:
        print(f"{name} is dropped; the next sync restores it again if it needs it", file=sys.stderr)


def _can_log_in(owner: str, password: SecretStr) -> bool:
    try:
        psycopg.connect(
            host=os.environ["DB_HOST"], user=owner, password=password.get_secret_value(), dbname=DAGSTER,
            connect_timeout=SECONDS,
        ).close()  # fmt: skip
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    main()
