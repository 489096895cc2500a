"""Who the API answers: keys, their scopes, the open mode, limits and counts."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.toko_web.api.conftest import Api, Get
from tests.toko_web.api.driving import Answer, InProcess, in_process
from tests.toko_web.api.shop import OIL, keys_of
from tests.toko_web.serving import OWNER, RunningWeb
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.keys import Scope
from toko_web.api.cursors import write_cursor
from toko_web.api.limits import BURST, PER_SECOND, RateLimits
from toko_web.api.problems import MEDIA_TYPE, ProblemError

STOCK = f"/products/{product_hash(OIL.kodeitem)}/stock"


def problem_of(response: httpx.Response, status: int, kind: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == MEDIA_TYPE
    problem: dict[str, object] = response.json()
    assert (problem["status"], problem["type"]) == (status, f"/v1/docs#{kind}")
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_a_request_without_a_key_is_rejected_and_learns_nothing(get: Get) -> None:
    for path in ("/search?q=oli", "/catalog", "/catalog.csv", "/products/AAAAAAAA", "/search"):
        response = get(path, None)
        problem_of(response, 401, "key-required")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="toko"'


HALF_A_CHARACTER = write_cursor("c", "2026-01-01T00:00:00+00:00", "\ud800", "PCS", 1, "1")
"""JSON can hold it, and UTF-8, in which the catalogue is read, cannot."""


@pytest.mark.parametrize("given", ["Bearer", "Bearer x", "Basic eDp5", "toko_x", "Bearer toko_" + "a" * 43])
def test_what_is_no_key_is_rejected(get: Get, given: str) -> None:
    response = get("/catalog", None, Authorization=given)
    problem_of(response, 401, "key-required")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_key_is_not_taken_from_a_cookie_or_an_address(api: Api, get: Get) -> None:
    secret = api.secrets["all"]
    for name in ("session", "key", "Authorization", "toko"):
        problem_of(get("/catalog", None, Cookie=f"{name}={secret}"), 401, "key-required")
        problem_of(get(f"/catalog?{name}={secret}", None), 401, "key-required")


def test_two_keys_in_one_request_are_none(api: Api) -> None:
    headers = [("Authorization", f"Bearer {api.secrets[name]}") for name in ("prices", "all")]
    with api.web.client() as client:
        problem_of(client.get("/v1/catalog", headers=headers), 401, "key-required")


def test_a_key_without_a_scope_is_rejected_where_it_is_needed(get: Get) -> None:
    response = get(STOCK, "cost")
    assert "stock" in str(problem_of(response, 403, "scope-required")["detail"])
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    problem_of(get("/search?q=oli&in_stock=true", "prices"), 403, "scope-required")
    assert get("/search?q=oli&in_stock=true", "stock").status_code == 200


def test_a_revoked_key_ends_at_once(api: Api) -> None:
    keys = keys_of(api.data)
    _, secret = keys.add("short-lived", {Scope.PRICES})
    with api.web.client(headers={"Authorization": f"Bearer {secret}"}) as client:
        assert client.get("/v1/catalog").json()["scopes"] == ["prices"]
        keys.revoke("short-lived")
        problem_of(client.get("/v1/catalog"), 401, "key-required")


def test_the_open_mode_needs_no_key_and_no_proxy(web: RunningWeb) -> None:
    with web.client() as client:
        assert client.get("/v1/catalog").json()["scopes"] == ["cost", "prices", "stock"]
        assert client.get("/v1/catalog", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 403
        assert client.get("/v1/catalog", headers={"Host": "catalog.example"}).status_code == 421
        problem_of(client.get("/v1/catalog", headers={"Forwarded": "for=10.0.0.1"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "not-found"), ("GET", "/products/..%2F..", 404, "not-found"),
        ("POST", "/search?q=oli", 405, "method-not-allowed"),
        ("DELETE", "/products/AAAAAAAA", 405, "method-not-allowed"),
        ("GET", "/search", 422, "invalid-request"), ("GET", "/search?q=oli&limit=101", 422, "invalid-request"),
        ("GET", "/products?cursor=x", 422, "unknown-cursor"),
        ("GET", "/search?q=oli&cursor=W10", 422, "unknown-cursor"),
        ("GET", "/price-changes?cursor=W10", 422, "unknown-cursor"),
        ("GET", f"/price-changes?cursor={HALF_A_CHARACTER}", 422, "unknown-cursor"),
        ("GET", "/price-changes?since=2026-01-01", 422, "invalid-request"),
        ("GET", "/barcodes/4006381333931", 404, "not-found"),
    ],
)  # fmt: skip
def test_every_error_is_a_problem_document(api: Api, method: str, path: str, status: int, kind: str) -> None:
    with api.client() as client:
        problem_of(client.request(method, f"/v1{path}"), status, kind)


def test_errors_of_the_server_before_the_api_are_problem_documents_as_well(api: Api) -> None:
    with api.client() as client:
        responses = [client.post("/v1/search", content=b"x" * 100_000), client.get(f"/v1/search?q={'x' * 9000}")]
    assert [response.status_code for response in responses] == [413, 414]
    assert {response.headers["Content-Type"] for response in responses} == {MEDIA_TYPE}


def test_a_wrong_parameter_is_named(get: Get) -> None:
    errors = problem_of(get("/search?q=oli&limit=0"), 422, "invalid-request")["errors"]
    assert [(error["in"], error["name"]) for error in errors] == [("query", "limit")]  # type: ignore[attr-defined]


def test_only_the_media_type_of_the_response_is_acceptable(get: Get) -> None:
    problem_of(get("/catalog", Accept="text/html"), 406, "not-acceptable")
    problem_of(get("/catalog", Accept="application/json;q=0"), 406, "not-acceptable")
    problem_of(get("/catalog.csv", Accept="application/json"), 406, "not-acceptable")
    for accepted in ("*/*", "application/*", "text/html, application/json;q=0.5"):
        assert get("/catalog", Accept=accepted).status_code == 200


def test_a_key_that_asks_too_often_is_told_how_long_to_wait(inside: InProcess) -> None:
    _, secret = keys_of(inside.shop.settings.data_folder).add("often", {Scope.PRICES})
    answers = list(itertools.takewhile(lambda each: each.status == 200, iter_answers(inside, secret)))
    assert BURST <= len(answers) < 5 * BURST
    rejected = inside.get("/v1/catalog", secret)
    assert rejected.status == 429
    assert int(rejected.headers["retry-after"]) >= 1
    assert rejected.headers["ratelimit"].startswith('"key";r=0;')
    assert inside.get("/v1/catalog").status == 200


def iter_answers(inside: InProcess, secret: str) -> Iterator[Answer]:
    return (inside.get("/v1/catalog", secret) for _ in range(5 * BURST))


def test_a_bucket_fills_again_with_time() -> None:
    clock = iter([0.0] * (BURST + 1) + [0.5] * (PER_SECOND // 2 + 1) + [1000.0] * (BURST + 1))
    limits = RateLimits(lambda: next(clock))
    for allowed in (BURST, PER_SECOND // 2, BURST):
        for _ in range(allowed):
            limits.take("one")
        with pytest.raises(ProblemError):
            limits.take("one")


def test_requests_are_counted_by_key_and_day_when_the_server_ends(api: Api, tmp_path: Path) -> None:
    shutil.copytree(api.data, tmp_path / "data")
    keys = keys_of(tmp_path / "data")
    _, secret = keys.add("counted", {Scope.PRICES})
    today = datetime.now(UTC).date()
    keys.count({"counted": 7}, today - timedelta(days=200))
    with in_process(tmp_path / "data", owners=frozenset({OWNER})) as server:
        for path in ("/v1/catalog", "/v1/search", "/v1/products?limit=1"):
            server.get(path, secret)
        server.get("/v1/catalog")
    assert keys.uses(today - timedelta(days=1))["counted"] == 3
    assert keys.uses(today - timedelta(days=400))["counted"] == 3


def test_no_catalogue_is_a_problem_that_passes(tmp_path: Path) -> None:
    with in_process(tmp_path) as server:
        answer = server.get("/v1/catalog")
    assert (answer.status, answer.headers["content-type"]) == (503, MEDIA_TYPE)
    assert int(answer.headers["retry-after"]) > 0
