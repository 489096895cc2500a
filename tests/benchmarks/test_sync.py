"""`toko bench sync` from end to end on the smallest shop: its report, and no leftovers. No test asserts times."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from benchmarks.sync.results import Case, Measured, Memory, Step, growths
from tests.installation import Installation

SIZES = ["--products", "60", "--history", "100", "--repeat", "1"]
OURS = {
    "raw_backup": {"fetch", "verify_and_hash"},
    "restored_database": {"restore", "check"},
    "exported_products": {"read", "price", "check", "write", "photos"},
    "product_catalog": {"build", "verify"},
}
THEIRS = {"start_server", "restore", "read", "write"}
FIRST_VERSIONS = ("first_version_as_it_was", "first_version_at_its_best")
SIZE_OF_PYTHON = 20 * 2**20


@pytest.fixture
def temporary() -> Iterator[Path]:
    """An empty folder. Its path is short enough for the sockets of PostgreSQL."""
    with TemporaryDirectory(prefix="toko-") as folder:
        yield Path(folder)


def test_both_versions_are_measured_on_the_same_backups_and_nothing_is_left_behind(
    toko: Installation,
    tmp_path: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("os.sync", lambda: None)  # would wait for what other tests write; no times are asserted
    monkeypatch.setenv("BACKUP_FOLDER", "/nonexistent/shop")  # the settings of a shop must not affect the measurement
    picture = tmp_path / "docs" / "picture.png"

    answer = toko.run("bench", "sync", *SIZES, "--json", "--picture", picture, capsys=capsys)

    assert answer.status == 0, answer.error
    report = json.loads(answer.output)
    assert {"processor", "cores", "memory", "python", "packages", "measured_at", "load"} <= report["machine"].keys()
    (case,) = report["cases"]
    assert (case["products"], case["history"]) == (60, 100)
    assert case["backup_bytes"] > 0
    assert case["ratios"].keys() == set(FIRST_VERSIONS)
    assert {"restore_alone", "file_to_published"} <= case["ratios"]["first_version_as_it_was"].keys()
    for way in ("ours_first_sync", "ours_next_sync"):
        _is_consistent(case[way])
        for asset, steps in OURS.items():
            assert steps <= {step["step"] for step in case[way]["steps"] if step["asset"] == asset}
    for way in FIRST_VERSIONS:
        _is_consistent(case[way])
        assert {step["step"] for step in case[way]["steps"]} == THEIRS
    assert {name: len(runs) for name, runs in case["runs"].items()} == {
        "ours_first_sync": 1, "ours_next_sync": 1, **dict.fromkeys(FIRST_VERSIONS, 1)
    }  # fmt: skip
    assert report["growth"] == []
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert list(temporary.iterdir()) == []
    assert not toko.data.exists()


def test_without_matplotlib_a_chart_is_rejected_before_anything_is_measured(
    toko: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    answer = toko.run("bench", "sync", *SIZES, "--picture", "picture.png", capsys=capsys)

    assert (answer.status, answer.output) == (1, "")
    assert answer.error == "toko: The package matplotlib is missing: run `make clean install`, or leave out --picture."


def test_a_measured_process_that_fails_is_a_one_line_error(
    toko: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.sync.run.CHAIN", "benchmarks.sync.missing")

    answer = toko.run("bench", "sync", *SIZES, capsys=capsys)

    assert answer.status == 1
    assert "benchmarks.sync.missing failed: " in answer.error
    assert "No module named benchmarks.sync.missing" in answer.error


def test_the_repetition_with_the_median_time_counts() -> None:
    case = Case(
        products=1,
        history=100,
        photos=0.1,
        size=1,
        first_sync=(_run(3, 1.0), _run(9, 0.1), _run(2, 0.5)),
        next_sync=(_run(2, 0.5),),
        first_version={"as it was": (_run(60, 50.0),), "at its best": (_run(45, 40.0),)},
    )

    assert (case.first.whole, case.first.seconds("restore")) == (3, 1.0)
    assert (case.restore_ratio(case.first, "at its best"), case.restore_ratio(case.first, "as it was")) == (40, 50)
    assert (case.whole_ratio(case.first, "at its best"), case.whole_ratio(case.next, "at its best")) == (15, 22.5)


def test_growth_is_reported_for_backups_that_differ_in_one_size_only() -> None:
    runs = (_run(1, 0.1),)
    cases = [Case(p, h, 0.1, 1, runs, runs, {"as it was": runs}) for p, h in ((20, 100), (20, 1000), (100, 100))]

    growth_of = [growth.as_json() for growth in growths(cases)]

    assert [(growth["of"], growth["from"], growth["to"]) for growth in growth_of] == [
        ("history", 100, 1000), ("products", 20, 100)
    ]  # fmt: skip
    assert growth_of[0]["steps"] == [{"asset": "restored_database", "step": "restore", "seconds": [0.1, 0.1]}]


def _is_consistent(run: dict[str, Any]) -> None:
    """Check that the parts add up to the whole, and that each process has a size."""
    steps = sum(step["seconds"] for step in run["steps"])
    assert run["seconds_whole"] == pytest.approx(run["seconds_start_up"] + steps + run["seconds_rest"], abs=0.05)
    assert run["seconds_whole"] == pytest.approx(
        run["seconds_start_up"] + run["seconds_reading_the_file"] + run["seconds_everything_else"], abs=0.05
    )
    assert run["peak_bytes"]["process"] > SIZE_OF_PYTHON
    assert run["peak_bytes"]["together"] > SIZE_OF_PYTHON


def _run(whole: float, restore: float) -> Measured:
    return Measured((Step("restored_database", "restore", restore),), whole, 0.0, 0.0, Memory(1, 1, 1), 0.0)
