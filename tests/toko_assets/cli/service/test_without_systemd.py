"""`toko service` where systemd does not run. tests/newcomer/service.py tests the rest on a booted Debian."""

from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko
from toko_assets.cli.service import systemd


@pytest.mark.parametrize("command", ["install", "remove", "status", "logs"])
def test_it_is_one_line_that_names_toko_up(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "RUNNING", tmp_path / "none")
    with installed(tmp_path):
        answer = run_toko("service", command)
    assert (answer.status, answer.output) == (1, "")
    assert answer.error.startswith("toko: systemd does not run here, so there are no services.")
    assert answer.error.endswith("`toko up` runs everything in a terminal.")
