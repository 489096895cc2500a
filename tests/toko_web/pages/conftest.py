"""Servers: one of a shop whose goods have everything, with browsers of its people, and one of a shop to search in."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.servers.dagster import FakeDagster, dagster
from tests.toko_web.full_shop import publish_full_shop
from tests.toko_web.here import app_of, serving_here
from tests.toko_web.search_shop import publish_search_shop
from tests.toko_web.serving import OWNER, PEOPLE, STAFF, RunningWeb, running_web
from tests.toko_web.sign_in.browsers import Browser
from toko_core.people.sign_in_links import PATH, SignInLinks
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_core.state.demand.counts import Count
from toko_core.state.demand.store import Demand

RETAIL, WHOLESALE = 201, 202
"""Customers of the first and of the second level. The second one sees stock."""
WEB_URL = "https://toko.example.com/dagster"


@dataclass
class Shop:
    """A running server, its data folder, and a browser of each of its people."""

    web: RunningWeb
    data: Path
    state: StateDatabase
    dagster: FakeDagster
    owner: Browser
    staff: Browser
    retail: Browser
    wholesale: Browser


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("pages")
    data = folder / "data"
    publish_full_shop(data)
    url = f"sqlite:///{folder}/state.db"
    with ExitStack() as stack:
        state, runs = stack.enter_context(closing(StateDatabase(url))), stack.enter_context(dagster())
        people, today = People(state, {OWNER}, {OWNER, STAFF}), datetime.now(UTC).date()
        people.add(RETAIL, None, Role.CUSTOMER, level=1, name="Warung Sari")
        people.add(WHOLESALE, None, Role.CUSTOMER, level=2, stock=True, name="Agen Jaya")
        Demand(state).add([
            Count(today, "indomie rendang <b>", 5, 5), Count(today, "kopi tubruk", 2, 2), Count(today, "teh", 3),
        ])  # fmt: skip
        settings = {"STATE_URL": url, "DAGSTER_URL": runs.url, "WEB_URL": WEB_URL, **PEOPLE}
        web = stack.enter_context(running_web(data, folder, **settings))
        browsers = []
        for person in (OWNER, STAFF, RETAIL, WHOLESALE):
            browsers.append(stack.enter_context(Browser(web.url)))
            browsers[-1].use(PATH + SignInLinks(state).make(person, "Nama"))
        yield Shop(web, data, state, runs, *browsers)


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
