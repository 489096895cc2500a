"""What gets through the guard to Dagster's own web server: its own page and programs, no other site's page."""

import asyncio
import json
from collections.abc import Iterator, Mapping

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.toko_assets.defs.webserver.serving import MUTATION, REPORT, Served, web_server
from toko_core.state.dagster_client import Dagster, DagsterError

SETTINGS = {
    "WEB_URL": "https://web.example:8443/",
    "SITE_ADDRESS": "http://site.example, *.wild.example, :80",
    "DAGSTER_URL": "http://webserver:3000",
    "ALLOWED_HOSTS": "Toko.example, 192.168.1.7",
}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EVIL = "http://evil.example"
FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost.evil.example:3000"},
    {"Origin": "https://web.example:9443"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"},
)
"""Headers of a page of another site, or of another port of this machine."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with web_server(tmp_path_factory.mktemp("web"), **SETTINGS) as served:
        yield served


@pytest.fixture
def client(web: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.address, timeout=60) as client:
        yield client


def command(client: httpx.Client, headers: Mapping[str, str]) -> httpx.Response:
    return client.post("/graphql", json={"query": MUTATION}, headers=headers)


def test_programs_and_its_own_page_command_it(web: Served, client: httpx.Client) -> None:
    own = f"http://127.0.0.1:{web.port}"
    for headers in (
        {},
        {"Host": "webserver:3000"},
        {"Origin": own, "Sec-Fetch-Site": "same-origin"},
        {"Host": "localhost:9999", "Origin": "http://localhost:9999"},  # a tunnel
        {"Host": "[::1]:3000", "Origin": "http://[::1]:3000"},
        {"Host": "site.example", "Origin": "https://site.example"},  # a proxy
        {"Host": "WEB.example:8443", "Origin": "https://web.example:8443"},
        {"Origin": "https://web.example:8443"},  # a proxy that changes the host
        {"Origin": "http://toko.example:81"},
        {"Host": "192.168.1.7:3000"},
    ):
        answer = command(client, headers)
        assert (answer.status_code, web.was_commanded()) == (200, True), (headers, answer.text)
    assert client.post(REPORT, json={}).status_code == 200
    assert web.was_commanded()


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "a.wild.example", "0.0.0.0:3000", "10.0.0.1",
     "127.0.0.1@evil.example", "evil.example:80:80", ""],
)  # fmt: skip
def test_another_host_is_one_line_that_names_the_setting(web: Served, client: httpx.Client, host: str) -> None:
    for answer in (command(client, {"Host": host}), client.get("/", headers={"Host": host})):
        assert answer.status_code == 421
        (line,) = answer.text.splitlines()
        assert line.endswith(" is not a name of this server: if it is, add it to ALLOWED_HOSTS.")
        assert "@" not in line
    assert not web.was_commanded()


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_site_commands_nothing(web: Served, client: httpx.Client, headers: Mapping[str, str]) -> None:
    for path in ("/graphql", REPORT, "/report_asset_observation/product_catalog", "/report_asset_check/a", "/upload"):
        answer = client.post(path, json={"query": MUTATION}, headers=headers)
        assert (answer.status_code, "ALLOWED_HOSTS" in answer.text) == (403, True), path
        assert len(answer.text.splitlines()) == 1
    assert client.get("/server_info", headers=headers).status_code == 403
    assert not web.was_commanded()


@pytest.mark.parametrize(
    "query",
    [MUTATION, f"# a query\n{MUTATION}", f"query A {{ version }} {MUTATION}",
     f"fragment F on Query {{ version }} {MUTATION}", "{ version }"],
)  # fmt: skip
def test_a_get_runs_no_query(web: Served, client: httpx.Client, query: str) -> None:
    params = {"query": query, "operationName": "Steal"}
    for path in ("/graphql", "/graph%71l"):
        for accept in ("*/*", "image/avif,image/webp,*/*", "application/json"):
            answer = client.get(path, params=params, headers={"Accept": accept})
            assert answer.status_code == 405
    graphiql = client.get("/graphql", params=params, headers={"Accept": "text/html"})
    assert "GraphiQL" in graphiql.text  # which runs nothing by itself
    assert not web.was_commanded()


@pytest.mark.parametrize(
    "headers",
    [FORM, {"Content-Type": "text/plain;application/json"}, {"Content-Type": "multipart/form-data"}, {}],
    ids=str,
)
def test_what_a_form_can_send_runs_no_query(web: Served, client: httpx.Client, headers: Mapping[str, str]) -> None:
    body = json.dumps({"query": MUTATION}).encode()
    for path in ("/graphql", REPORT):
        answer = client.post(path, params={"query": MUTATION}, content=body, headers=headers)
        assert answer.status_code == 415
        assert client.post(path, params={"query": MUTATION}, headers=headers).status_code == 415
    assert not web.was_commanded()


def test_a_link_from_elsewhere_opens_a_page_but_not_in_a_frame(client: httpx.Client) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    page = client.get("/runs", headers={**link, "Sec-Fetch-Dest": "document", "Accept": "text/html"})
    assert (page.status_code, page.headers["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert client.get("/runs", headers={**link, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert client.get("/runs", headers={**link, "Sec-Fetch-Mode": "no-cors"}).status_code == 403


def test_a_websocket_is_opened_for_its_own_page_only(web: Served) -> None:
    address, protocol = f"ws://127.0.0.1:{web.port}/graphql", [Subprotocol("graphql-ws")]
    for origin in (None, f"http://127.0.0.1:{web.port}", "https://web.example:8443"):
        headers = {"Origin": origin} if origin else {}
        with connect(address, subprotocols=protocol, additional_headers=headers) as socket:
            socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(socket.recv(timeout=60)) == {"type": "connection_ack"}
    for foreign in FOREIGN:
        with pytest.raises(InvalidStatus) as rejected:
            connect(address, subprotocols=protocol, additional_headers=foreign)
        assert rejected.value.response.status_code == 403


def test_the_bot_is_answered_or_learns_what_to_set(web: Served) -> None:
    assert asyncio.run(Dagster(web.address).last_runs(1)) == []
    another_name = Dagster(f"http://127.1:{web.port}")
    with pytest.raises(
        DagsterError, match=r"^127\.1 is not a name of this server: if it is, add it to ALLOWED_HOSTS\.$"
    ):
        asyncio.run(another_name.last_runs(1))
