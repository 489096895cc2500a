"""State databases for tests: an SQLite file, and a database of the session's PostgreSQL."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from toko_assets.postgres.server import PostgresServer
from toko_core.state.database import StateDatabase


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/state/state.db"


@contextmanager
def postgres_url(server: PostgresServer) -> Iterator[str]:
    """The address of a new database."""
    name = f"state_{secrets.token_hex(4)}"
    with server.administer() as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"postgresql://{server.user}@/{name}?host={server.host}&port={server.port}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    try:
        with postgres_url(request.getfixturevalue("postgres")) as address:
            yield address
    except psycopg.Error as error:
        pytest.fail(str(error))


@pytest.fixture
def state(url: str) -> Iterator[StateDatabase]:
    database = StateDatabase(url)
    yield database
    database.close()
