"""Dagster's code server as a supervisor sees it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import descendants, kill
from tests.waiting import wait_until

LOADED = "-m dagster api grpc"
SECONDS = 120


@pytest.mark.parametrize(("is_asked", "status"), [(True, 0), (False, 1)], ids=["asked to end", "without its code"])
def test_it_ends_with_status_0_if_it_is_asked_to_and_1_if_the_process_with_the_code_died(
    is_asked: bool, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "code.py").write_text("import dagster as dg\ndefs = dg.Definitions()\n")
    log = tmp_path / "log"
    command = [sys.executable, "-m", "toko_assets.cli.dev.code_server"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--socket", tmp_path / "socket", "-f", tmp_path / "code.py"], stdout=output, stderr=output
        ) as server,
    ):
        wait_until(lambda: "Started Dagster code proxy server" in log.read_text(), SECONDS, log)
        if is_asked:
            server.send_signal(signal.SIGTERM)
        else:
            for pid in [pid for pid, called in descendants(server.pid).items() if LOADED in called]:
                kill(pid)
        assert server.wait(SECONDS) == status, log.read_text()
