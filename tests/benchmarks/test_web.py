"""`toko bench web` from end to end on a tiny shop: its report, and no leftovers. No test asserts times."""

import json
from pathlib import Path

import pytest

from tests.installation import Installation

TINY = ["--requests", "20", "--rate", "50", "--products", "150"]


def test_every_request_is_answered_and_nothing_is_left_behind(
    toko: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("CATALOG_LISTEN", "192.0.2.1:80")  # the settings of a shop must not affect the measurement

    answer = toko.run("bench", "web", *TINY, "--json", capsys=capsys)

    assert answer.status == 0, answer.error
    report = json.loads(answer.output)
    assert report["plan"] == {"requests": 20, "rate": 50, "products": 150, "swaps": 0}
    routes = ["/hasil", "/barang/{product}", "/", "/v1/search", "all of them"]
    assert [figures["route"] for figures in report["routes"]] == routes
    for figures in report["routes"]:
        assert (figures["answers"], figures["wrong"]) == (20, 0)
        assert figures["body"] > 0
        for side in ("inside", "outside"):
            times = figures[side]
            assert times["count"] == 20
            assert 0 < times["p50_ms"] <= times["p99_ms"] <= times["max_ms"]
    assert report["complaints"] == []
    assert report["memory_bytes"]["start"] > 0
    assert list(temporary.iterdir()) == []
    assert not toko.data.exists()
