"""The security headers of all responses."""

from pathlib import Path

import pytest

from tests.toko_web.here import app_of, serving_here
from tests.toko_web.serving import RunningWeb

PATHS = ("/", "/nothing", "/healthz", "/static/toko.css", "/v1/nothing", "/" + "x" * 5000)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:20])
def test_every_response_has_the_security_headers(web: RunningWeb, path: str) -> None:
    with web.client() as client:
        headers = client.get(path).headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"), ("/hasil", "text/html; charset=utf-8"),
        ("/masuk", "text/html; charset=utf-8"), ("/healthz", "text/plain; charset=utf-8"),
        ("/static/toko.js", "text/javascript; charset=utf-8"),
        ("/nothing", "text/plain; charset=utf-8"),
        ("/v1/nothing", "application/problem+json"), ("/v1/catalog", "application/json"),
    ],
)  # fmt: skip
def test_every_response_says_what_it_is(web: RunningWeb, path: str, kind: str) -> None:
    with web.client() as client:
        assert client.get(path, follow_redirects=True).headers["Content-Type"] == kind


def test_what_depends_on_who_asks_is_kept_nowhere(web: RunningWeb) -> None:
    with web.client() as client:
        assert [client.get(path).headers["Cache-Control"] for path in ("/", "/nothing")] == ["private, no-store"] * 2


def test_browsers_are_told_to_use_https_where_the_pages_have_it(data_here: Path) -> None:
    app = app_of(data_here, catalog_url="https://harga.example.com", owner_users=frozenset({1}))
    with serving_here(app) as here:
        told = here.get("/healthz").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000"
