"""The web interface below /dagster, as in containers: its pages, links of before, and a bot of the version before."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.toko_assets.defs.webserver.serving import MUTATION, Served, web_server
from toko_core.state.dagster_client import Dagster

LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with web_server(tmp_path_factory.mktemp("web"), "--path-prefix", "/dagster") as served:
        yield served


@pytest.fixture
def client(web: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.address, timeout=60) as client:
        yield client


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/", "/dagster/"),
        ("/dagster", "/dagster/"),
        ("/runs/1b2c-3d", "/dagster/runs/1b2c-3d"),
        ("/assets/a%2Fb%20c?view=lineage&x=%C3%A9", "/dagster/assets/a%2Fb%20c?view=lineage&x=%C3%A9"),
        ("//evil.example/x", "/dagster//evil.example/x"),
        ("/dagsters", "/dagster/dagsters"),
        ("/server_info", "/dagster/server_info"),
    ],
)
def test_an_old_link_leads_below_the_prefix_with_its_path_and_query(client: httpx.Client, old: str, new: str) -> None:
    response = client.get(httpx.URL(client.base_url, raw_path=old.encode()), headers={**LINK, "Accept": "text/html"})
    assert (response.status_code, response.headers["Location"]) == (308, new)
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_followed_link_shows_the_interface_which_knows_where_it_is(client: httpx.Client) -> None:
    page = client.get("/runs", headers={"Accept": "text/html"}, follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/dagster/runs")
    assert '"/dagster' in page.text
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_bot_reaches_it_with_the_prefix_and_without(web: Served) -> None:
    for address in (web.address, f"{web.address}/dagster"):
        assert asyncio.run(Dagster(address).last_runs(1)) == []


@pytest.mark.parametrize("path", ["/graphql", "/dagster/graphql"])
def test_the_guard_stands_before_both_paths(web: Served, client: httpx.Client, path: str) -> None:
    assert client.post(path, json={"query": MUTATION}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post(path, json={"query": MUTATION}, headers={"Host": "evil.example"}).status_code == 421
    assert client.post(path, content=json.dumps({"query": MUTATION})).status_code == 415
    assert client.get(path, params={"query": MUTATION}).status_code == 405
    assert not web.was_commanded()
    assert client.post(path, json={"query": MUTATION}).status_code == 200
    assert web.was_commanded()


def test_a_tab_that_was_open_before_the_upgrade_still_has_its_websocket(web: Served) -> None:
    for path in ("/graphql", "/dagster/graphql"):
        address = f"ws://127.0.0.1:{web.port}{path}"
        with connect(address, subprotocols=[Subprotocol("graphql-ws")]) as socket:
            socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(socket.recv(timeout=60)) == {"type": "connection_ack"}
