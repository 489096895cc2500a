"""The dagster.yaml in DAGSTER_HOME: one that a version of ours copied is replaced, an edited one is kept."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.acceptance.places import installed, run_toko
from tests.installation import Answer
from toko_assets.cli.dagster_home import DAGSTER_FILES, SHIPPED, is_shipped, prepare_dagster_home
from toko_assets.common.settings import load_settings

CURRENT = DAGSTER_FILES / "dagster.yaml"
VERSIONS = sorted((Path(__file__).parent / "dagster_yaml").glob("*.yaml"))
"""Every text that a version of ours copied."""
COMPOSE = Path(__file__).parents[3] / "deploy" / "dagster" / "dagster.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where an installation has its dagster.yaml."""
    with installed(tmp_path) as toko:
        home = toko.data / "dagster"
        home.mkdir(parents=True)
        yield home / "dagster.yaml"


def prepare() -> None:
    prepare_dagster_home(load_settings())


def notes(answer: Answer) -> list[str]:
    return [part.partition(" ✓ ")[0] for part in answer.output.split("! Dagster ")[1:]]


def test_the_list_holds_the_present_file_and_every_earlier_one() -> None:
    assert is_shipped(CURRENT), "After a change of dagster.yaml, add its hash to SHIPPED and its text to dagster_yaml/"
    assert all(map(is_shipped, VERSIONS))
    assert len(VERSIONS) == len(SHIPPED)
    assert CURRENT.read_bytes() in [version.read_bytes() for version in VERSIONS]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_file_of_an_earlier_version_is_replaced(file: Path, version: Path, line_end: str) -> None:
    file.write_text(version.read_text(), newline=line_end)
    prepare()
    assert file.read_bytes() == CURRENT.read_bytes()
    assert list(file.parent.iterdir()) == [file]


def test_one_is_copied_where_there_is_none_and_not_written_again(file: Path) -> None:
    prepare()
    assert file.read_bytes() == CURRENT.read_bytes()
    written = file.stat().st_mtime_ns
    prepare()
    assert file.stat().st_mtime_ns == written


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_an_edited_file_is_kept(file: Path, version: Path) -> None:
    edited = version.read_text().replace("max_runtime_seconds: 7200", "max_runtime_seconds: 3600") + "# ours\n"
    file.write_text(edited)
    prepare()
    assert file.read_text() == edited


def test_a_file_of_a_later_version_is_kept_and_loads(file: Path) -> None:
    later = CURRENT.read_text() + "schedules:\n  use_threads: true\n  num_workers: 2\n"
    file.write_text(later)
    prepare()
    assert file.read_text() == later
    with dg.DagsterInstance.from_config(str(file.parent)) as instance:
        assert instance.get_runs() == []
    assert notes(run_toko("doctor")) == []


def test_doctor_names_the_lines_that_an_edited_file_lacks(file: Path) -> None:
    file.write_text(
        "telemetry: {enabled: false}\nnux: {enabled: true}\n"
        "run_monitoring:\n  enabled: true\n  start_timeout_seconds: 60\n"
        "storage:\n  sqlite:\n    base_dir: {env: DAGSTER_HOME}\n"
        "retention:\n  sensor:\n    purge_after_days: {skipped: 2, failure: 14, success: 30}\n"
    )
    (found,) = notes(run_toko("doctor"))
    assert "data/dagster/dagster.yaml was edited, so it is not replaced, and it lacks: " in found
    lacking = found.partition(" lacks: ")[2].partition(". Add these lines")[0].split("; ")
    assert [line.partition(":")[0] for line in lacking] == [
        "concurrency", "run_queue", "run_launcher", "run_monitoring.cancel_timeout_seconds",
        "run_monitoring.max_runtime_seconds", "run_monitoring.poll_interval_seconds", "freshness", "retention.schedule",
    ]  # fmt: skip
    assert "freshness: {enabled: true}" in lacking
    assert "run_monitoring.max_runtime_seconds: 7200" in lacking
    assert "retention.schedule: {purge_after_days: 30}" in lacking


def test_doctor_says_nothing_of_an_edited_file_that_lacks_no_line(file: Path) -> None:
    file.write_text("# ours\n" + CURRENT.read_text().replace("7200", "3600"))
    assert notes(run_toko("doctor")) == []


def test_the_file_of_the_containers_is_not_one_of_them_and_stays(file: Path) -> None:
    file.write_bytes(COMPOSE.read_bytes())
    prepare()
    assert file.read_bytes() == COMPOSE.read_bytes()
