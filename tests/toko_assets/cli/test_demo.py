"""`toko demo` on a machine where nothing is set."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.places import installed, run_toko
from tests.installation import Answer, Installation
from toko_assets.cli.terminal import toko_command
from toko_assets.ipos.archive.reader import read_archive


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Answer]]:
    """The installation, and what the demo printed."""
    with installed(tmp_path_factory.mktemp("demo")) as toko, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME")
        patch.setenv("TZ", "UTC")
        answer = run_toko("demo", "--products", "60")
        assert answer.status == 0, answer
        yield toko, answer


def test_it_syncs_searches_and_says_how_to_come_to_ones_own_prices(demo: tuple[Installation, Answer]) -> None:
    toko, answer = demo
    assert toko.catalog is not None
    assert f"Published data/catalog/{toko.catalog.name}" in answer.output
    assert "indomi goreng spesial" in answer.output
    _, _, next_steps = answer.output.partition("What next")
    for said in (
        "toko search sabun mandi",
        "toko dev",
        "toko sync",
        "into data/inbox, or set BACKUP_FOLDER in the file",
    ):
        assert said in next_steps, said
    assert "rm -r" not in next_steps
    pages = os.environ["CATALOG_LISTEN"]
    assert answer.output.endswith(f"Open the catalogue in a browser: {toko_command()} web, then http://{pages}")


def test_its_backup_has_the_shops_time(demo: tuple[Installation, Answer]) -> None:
    toko, _ = demo
    dumped_at = read_archive(toko.inbox / "i5_CONTOH.i5bu").dumped_at.replace(tzinfo=ZoneInfo("Asia/Jakarta"))
    assert abs(datetime.now(UTC) - dumped_at) < timedelta(minutes=5)


@pytest.mark.usefixtures("demo")
def test_doctor_then_reports_nothing_wrong_and_says_whose_data_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME")  # the demo has set it in this process
    answer = run_toko("doctor")
    assert (answer.status, answer.error) == (0, "")
    assert "✗" not in answer.output
    assert "✓ Dagster data/dagster is writable, its dagster.yaml is valid" in answer.output
    assert "! catalogue It holds the demo's data" in answer.output
    assert "Nothing is wrong." in answer.output
