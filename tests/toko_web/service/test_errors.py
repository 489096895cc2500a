"""What clients are shown of errors, and what the log holds of them."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.toko_web.here import Here, app_of, serving_here
from tests.waiting import wait_until

HTML = {"Accept": "text/html,application/xhtml+xml"}
SECRET = "kata-rahasia"  # noqa: S105


@pytest.fixture(scope="module")
def here(data_here: Path) -> Iterator[Here]:
    app = app_of(data_here)

    @app.get("/broken/{part}")
    async def broken(part: str) -> None:
        raise ValueError(f"a reason with {part} and {SECRET}")

    api: FastAPI = app.state.api

    @api.get("/broken")
    async def broken_api() -> None:
        raise ValueError(SECRET)

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    with serving_here(app) as running:
        yield running


@pytest.fixture
def client(here: Here) -> Iterator[httpx.Client]:
    with here.client() as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "Halaman tidak ditemukan"),
        ("POST", "/", 405, "Permintaan tidak dikenali"),
        ("GET", "/number/x", 422, "Permintaan tidak dikenali"),
        ("GET", "/broken/x", 500, "Ada gangguan"),
    ],
)
def test_people_get_a_page_and_programs_one_line(
    client: httpx.Client, method: str, path: str, status: int, title: str
) -> None:
    page = client.request(method, path, headers=HTML)
    assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert f"<h1>{title}</h1>" in page.text
    line = client.request(method, path)
    assert (line.status_code, line.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert line.text.count("\n") == 1
    assert SECRET not in page.text + line.text


def test_a_wrong_method_is_told_which_ones_there_are(client: httpx.Client) -> None:
    assert client.post("/").headers["Allow"] == "GET"


def test_head_is_answered_as_get_without_the_body(client: httpx.Client) -> None:
    for path in ("/", "/nothing", "/healthz", "/static/toko.css"):
        got, head = client.get(path, headers=HTML), client.head(path, headers=HTML)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert client.get("/healthz").text == "ok\n"  # on the same connection


def test_programs_of_the_api_get_a_problem(client: httpx.Client) -> None:
    response = client.get("/v1/broken", headers=HTML)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.status_code == response.json()["status"] == 500
    assert SECRET not in response.text


def test_a_traceback_reaches_the_log_once_and_no_client(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/broken/x", headers=HTML)
    assert "Traceback" not in response.text
    wait_until(lambda: any(record.exc_info for record in caplog.records), 60)  # it is logged after the response
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == "Unexpected error in GET /broken/{part}"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == f"a reason with x and {SECRET}"
    assert "toko_web_errors_total" in client.get("/metrics").text


def test_an_error_page_repeats_nothing_of_the_address(client: httpx.Client) -> None:
    for sent in ("/<script>alert(1)</script>", "/%3Cscript%3E", "/number/<b>", "/?q=x&<i>"):
        assert "<b>" not in (text := client.get(sent, headers=HTML).text)
        assert "alert(1)" not in text
        assert "<script>" not in text


def test_the_log_and_the_metrics_hold_no_address_only_its_pattern(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.get("/", params={"q": SECRET})
    client.get(
        f"/number/{SECRET}", headers={"Cookie": SECRET, "Authorization": f"Bearer {SECRET}", "Referer": f"/{SECRET}"}
    )
    client.get(f"/{SECRET}")
    client.get(f"/static/{SECRET}")
    client.get("/", headers={"Host": SECRET})
    metrics = client.get("/metrics").text
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("toko_web")]
    assert SECRET not in "".join(lines) + metrics
    patterns = [line.rsplit(" ", 2)[0] for line in lines]
    expected = ["GET / 200", "GET /number/{number} 422", "GET - 404", "GET /static/{name:path} 404", "GET - 421"]
    assert patterns[:5] == expected
    assert 'toko_web_requests_total{route="/number/{number}",status="422"}' in metrics
    assert 'toko_web_request_seconds_count{route="/"}' in metrics
