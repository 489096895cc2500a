"""The two roles of PostgreSQL in containers, on a server as an earlier version left it."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from tests.deploy.stack import CHECKOUT
from tests.servers.postgres import VERSIONS, RealServer, real_server
from toko_assets.common.settings import Settings
from toko_assets.postgres.access import PostgresAccess
from toko_assets.postgres.restoring_role import derive_password

RESTORER = "toko_restore"
OLD = "i5bu_0123456789ab"


@pytest.fixture(scope="module")
def earlier() -> Iterator[RealServer]:
    """One role restored backups and owned Dagster's storage."""
    with real_server(VERSIONS[0]) as server:
        server.do("CREATE DATABASE dagster OWNER toko", "REVOKE CONNECT ON DATABASE dagster FROM PUBLIC",
                  f"CREATE DATABASE {OLD} OWNER toko", "CREATE DATABASE postgres_of_others")  # fmt: skip
        with connect(server, "toko", server.password, "dagster") as connection:
            connection.execute("CREATE TABLE runs AS SELECT 'secret' AS body")
        yield server


@pytest.fixture
def settings(earlier: RealServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the containers, with the old `.env`."""
    given = {**earlier.settings, "DB_RESTORE_USER": RESTORER, "DB_RESTORE_PASSWORD": ""}
    for name, value in {**given, "POSTGRES_PASSWORD": earlier.admin_password, "PGPORT": str(earlier.port)}.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def roles(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that the service `migrate` runs."""
    monkeypatch.syspath_prepend(CHECKOUT / "deploy")
    return import_module("toko_deploy.roles")


def connect(server: RealServer, user: str, password: str, database: str) -> psycopg.Connection[tuple[str]]:
    return psycopg.connect(host="127.0.0.1", port=server.port, user=user, password=password, dbname=database)


def rights(server: RealServer, role: str) -> tuple[bool, ...]:
    columns = "rolcreatedb, rolsuper, rolcreaterole, rolreplication, rolbypassrls"
    with server.admin() as connection:
        (row,) = connection.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = %s".encode(), [role]).fetchall()
    return tuple(row)


@pytest.mark.usefixtures("settings")
def test_if_the_superuser_cannot_log_in_everything_goes_on_as_before_and_a_line_says_so(
    roles: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "another")
    roles.main()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is POSTGRES_PASSWORD right?" in said
    warnings: list[str] = []
    server = PostgresAccess(Settings()).server(warnings.append)
    assert server.user == "toko"
    (warning,) = warnings
    assert "rejects role toko_restore" in warning
    assert "correct POSTGRES_PASSWORD in .env" in warning
    assert "\n" not in warning


@pytest.mark.usefixtures("settings")
def test_an_earlier_installation_gets_two_roles_with_the_least_rights(roles: Any, earlier: RealServer) -> None:
    for _ in range(2):  # at every start
        roles.main()
        assert rights(earlier, RESTORER) == (True, False, False, False, False)
        assert rights(earlier, "toko") == (False, False, False, False, False)
    warnings: list[str] = []
    server = PostgresAccess(Settings()).server(warnings.append)
    assert (server.user, warnings) == (RESTORER, [])
    with server.administer() as connection:
        connection.execute("CREATE DATABASE i5bu_ba9876543210")
        connection.execute("DROP DATABASE i5bu_ba9876543210")
    with connect(earlier, "toko", earlier.password, "dagster") as connection:
        assert connection.execute("SELECT body FROM runs").fetchall() == [("secret",)]
        connection.execute("CREATE TABLE of_a_new_version ()")
    assert earlier.databases() == ["dagster", "postgres_of_others"]  # the old restored one would never be dropped


@pytest.mark.usefixtures("settings")
def test_who_restores_backups_cannot_enter_dagsters_storage(roles: Any, earlier: RealServer) -> None:
    roles.main()
    with pytest.raises(Exception, match="does not let role toko_restore into database dagster"):
        PostgresAccess(Settings()).server().connect("dagster")
    with (
        PostgresAccess(Settings()).server().administer() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("ALTER DATABASE dagster OWNER TO toko_restore")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(earlier, RESTORER, earlier.password, "postgres")


def test_a_password_of_its_own_is_used_if_it_is_set(
    roles: Any, earlier: RealServer, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_RESTORE_PASSWORD", "sandi sendiri")
    roles.main()
    with connect(earlier, settings["DB_RESTORE_USER"], "sandi sendiri", "postgres") as connection:
        assert connection.execute("SELECT current_user::text").fetchall() == [(RESTORER,)]
    assert PostgresAccess(Settings()).server().user == RESTORER


def test_a_new_volume_gets_dagsters_storage_and_a_wrong_env_is_one_line(
    roles: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with real_server(VERSIONS[0]) as server:
        server.do("DROP ROLE toko")
        given = {**server.settings, "DB_RESTORE_USER": RESTORER, "POSTGRES_PASSWORD": server.admin_password}
        for name, value in {**given, "PGPORT": str(server.port), "DB_RESTORE_PASSWORD": ""}.items():
            monkeypatch.setenv(name, value)
        for password in (server.password, "the next one of .env"):
            monkeypatch.setenv("DB_PASSWORD", password)
            roles.main()
            assert rights(server, "toko") == (False, False, False, False, False)
            with connect(server, "toko", password, "dagster") as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS runs ()")
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                connect(server, RESTORER, derive_password(SecretStr(password)).get_secret_value(), "dagster")
        monkeypatch.setenv("DB_PASSWORD", "of another .env")
        monkeypatch.setenv("POSTGRES_PASSWORD", "of another .env")
        with pytest.raises(SystemExit) as end:
            roles.main()
        line = str(end.value)
        assert line.startswith(
            "PostgreSQL accepts neither DB_PASSWORD nor POSTGRES_PASSWORD: take the .env with which "
        )
        assert "\n" not in line
        assert capsys.readouterr() == ("", "")
