"""One installation for the modules that only look at what a sync made of their backup."""

import pytest

from tests.acceptance.places import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Setting up a database cluster and a Dagster instance costs more than a sync: these modules share them."""
    return House(tmp_path_factory.mktemp("house"))
