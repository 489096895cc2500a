"""A server with people and keys, for tests that only read."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.toko_web.api.driving import InProcess, in_process
from tests.toko_web.api.shop import add_keys, publish_api_shop
from tests.toko_web.serving import PEOPLE, RunningWeb, running_web


@dataclass
class Api:
    """A running server, and the secrets of its keys by name."""

    web: RunningWeb
    data: Path
    secrets: dict[str, str]

    def client(self, key: str | None = "all") -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {self.secrets[key]}"}
        return self.web.client(headers=headers)


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    data = tmp_path_factory.mktemp("api")
    publish_api_shop(data)
    secrets = add_keys(data)
    with running_web(data, tmp_path_factory.mktemp("web"), **PEOPLE) as web:
        yield Api(web, data, secrets)


@pytest.fixture(scope="session")
def inside(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """The same shop in the process of the tests, in the open mode."""
    data = tmp_path_factory.mktemp("inside")
    shutil.copytree(api.data / "catalog", data / "catalog")
    with in_process(data) as running:
        yield running


Get = Callable[..., httpx.Response]


@pytest.fixture
def get(api: Api) -> Iterator[Get]:
    """Get an address below /v1, with a key."""
    with api.web.client() as client:

        def get(path: str, key: str | None = "all", **headers: str) -> httpx.Response:
            given = {} if key is None else {"Authorization": f"Bearer {api.secrets[key]}"}
            return client.get(f"/v1{path}", headers={**given, **headers})

        yield get
