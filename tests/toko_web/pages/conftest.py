"""A server of a shop to search in, in the open mode."""

from collections.abc import Iterator

import httpx
import pytest

from tests.toko_web.here import app_of, serving_here
from tests.toko_web.search_shop import publish_search_shop


@pytest.fixture(scope="session")
def search_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("search")
    publish_search_shop(data)
    with serving_here(app_of(data)) as here:
        yield here.url


@pytest.fixture
def client(search_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=search_url, timeout=20) as client:
        yield client
