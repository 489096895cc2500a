"""A shop's catalogue, and a server of it in the open mode."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toko_bot.bot.shop import publish_shop
from tests.toko_web.serving import RunningWeb, running_web


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published catalogue, for tests that only read it."""
    folder = tmp_path_factory.mktemp("shop")
    publish_shop(folder)
    return folder


@pytest.fixture(scope="session")
def web(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    """A server without people: everything is shown as to an owner."""
    with running_web(data, tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture(scope="module")
def data_here(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for servers in the tests' process: DuckDB opens a file in one way only in a process."""
    return Path(shutil.copytree(data, tmp_path_factory.mktemp("shop") / "data"))
