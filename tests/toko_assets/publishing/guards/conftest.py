"""The sample shop's prices, for all tests of the folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toko_assets.publishing.guards.sample_shop import Prices, Shop, sample_prices
from toko_assets.postgres.server import PostgresServer
from toko_core.files import DataFolder

PRODUCTS = 1500


@pytest.fixture(scope="package")
def prices(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prices]:
    with sample_prices(postgres, tmp_path_factory.mktemp("sample"), PRODUCTS) as prices:
        yield prices


@pytest.fixture(scope="package")
def ordinary(prices: Prices) -> Path:
    """The export of an ordinary day."""
    return prices.export()


@pytest.fixture(scope="package")
def first_day(ordinary: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that serves it; to be copied."""
    shop = Shop(DataFolder(tmp_path_factory.mktemp("first day")))
    assert shop.publish(ordinary, 0).catalog
    return shop


@pytest.fixture
def shop(first_day: Shop, tmp_path: Path) -> Shop:
    return first_day.copy(tmp_path / "shop")
