"""Who may read the metrics. The health check's own tests are those of the process."""

from pathlib import Path

import pytest

from tests.toko_web.here import app_of, serving_here


@pytest.mark.parametrize(
    ("listen", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("0.0.0.0", {}, 200),  # noqa: S104
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("0.0.0.0", {"X-Forwarded-For": "203.0.113.9"}, 404),  # noqa: S104
        ("0.0.0.0", {"Forwarded": "for=203.0.113.9"}, 404),  # noqa: S104
        ("0.0.0.0", {"Via": "1.1 proxy"}, 404),  # noqa: S104
    ],
)
def test_no_proxy_shows_the_metrics(tmp_path: Path, listen: str, headers: dict[str, str], status: int) -> None:
    with serving_here(app_of(tmp_path, metrics_listen=listen)) as here:
        response = here.get("/metrics", headers=headers)
    assert response.status_code == status
    assert ("toko_web_healthy 0.0" in response.text) == (status == 200)
