"""No response holds what the key's scopes and level do not show. `leaks.py` measures the same with more requests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.toko_web.api.driving import InProcess, in_process
from tests.toko_web.api.leaks import CALLERS, COST, ROUTES, STOCK, Caller, ask_all, publish_secrets, without_limits
from tests.toko_web.api.shop import keys_of
from tests.toko_web.serving import OWNER

REQUESTS = {"/catalog.csv": 1, "/catalog.parquet": 1, "/docs": 1, "/openapi.json": 1}


@dataclass
class Secretive:
    """A running shop with secrets, and a key of each caller."""

    server: InProcess
    secrets: dict[Caller, str]


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secretive]:
    data = tmp_path_factory.mktemp("secrets")
    publish_secrets(data)
    keys = keys_of(data)
    secrets = {caller: keys.add(caller.name, caller.scopes, caller.level)[1] for caller in CALLERS}
    with in_process(data, owners=frozenset({OWNER})) as server:
        server.api.limits = without_limits()
        yield Secretive(server, secrets)


@pytest.mark.parametrize("route", ROUTES)
def test_no_response_holds_what_the_key_may_not_see(secretive: Secretive, route: str) -> None:
    for caller, secret in secretive.secrets.items():
        result = ask_all(secretive.server, secret, caller, route, REQUESTS.get(route, 12))
        assert result.leaks == []
        assert result.statuses.keys() <= {200, 403, 404, 422}
        assert result.statuses[200] or route.endswith("/stock")


def test_every_route_of_the_api_is_asked(secretive: Secretive) -> None:
    described = json.loads(secretive.server.get("/v1/openapi.json").body)
    assert {*described["paths"], "/openapi.json", "/docs"} == set(ROUTES)


def test_the_secrets_are_shown_to_a_key_that_may_see_them(secretive: Secretive) -> None:
    (everything,) = (key for caller, key in secretive.secrets.items() if len(caller.scopes) == 3 and not caller.level)
    text = secretive.server.get("/v1/products?limit=100", everything).body.decode()
    assert COST in text
    assert STOCK in text
