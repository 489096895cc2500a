"""One stack for all tests that need Docker."""

from collections.abc import Iterator

import pytest

from tests.deploy.stack import Stack, stack
from toko_assets.postgres.server import PostgresServer


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Stack]:
    """The stack, up and healthy, the first backup served."""
    with stack(tmp_path_factory.mktemp("deploy"), postgres) as running:
        running.put_backup(1000)
        running.make("up")
        running.wait_for_price(1000)
        running.wait_for_health()
        yield running
