"""State databases for tests: an SQLite file, and a database of the session's PostgreSQL."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


on_both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
"""Runs a test with each kind of database. The others run with SQLite."""


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield sqlite_url(tmp_path)
    else:
        with postgres_url(request.getfixturevalue("postgres")) as address:
            yield address


@pytest.fixture
def state(url: str) -> Iterator[StateDatabase]:
    database = StateDatabase(url)
    yield database
    database.close()
