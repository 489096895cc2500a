"""The lock of `toko dev`: what it says of one that runs, was stopped, or was killed."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko
from tests.waiting import wait_until
from toko_assets.cli.dev.lock import FILE, Started, find_started, only_one
from toko_core import TokoError

HOLD = """
import sys, time
from pathlib import Path
from toko_assets.cli.dev.lock import only_one

with only_one(Path(sys.argv[1]), 3000):
    time.sleep(600)
"""


def test_one_that_was_killed_is_told_from_one_that_runs_or_was_stopped(tmp_path: Path) -> None:
    assert find_started(tmp_path) is None
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path]) as process:
        wait_until(lambda: find_started(tmp_path) == Started(process.pid, 3000, is_alive=True), 60, tmp_path / FILE)
        with pytest.raises(TokoError, match=f"already running .* \\(process {process.pid}, http://127.0.0.1:3000\\)"):
            only_one(tmp_path, 3001).__enter__()
        process.kill()
    assert find_started(tmp_path) == Started(process.pid, 3000, is_alive=False)
    with only_one(tmp_path, 3001):
        assert find_started(tmp_path) is not None
    assert find_started(tmp_path) is None


@pytest.mark.parametrize("text", ["\0" * 50, '{"pid": 1', "[]", '{"pid": 1, "port": 2, "new": 3}'])
def test_a_file_that_a_power_cut_or_another_version_left_is_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert find_started(tmp_path) is None


def test_a_port_that_another_program_uses_is_one_line(tmp_path: Path) -> None:
    with installed(tmp_path) as toko, socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run_toko("dev", "--port", str(port))
        assert find_started(toko.data / "dagster") is None
    line = f"toko: Port {port} cannot be used (Address already in use): choose another with --port."
    assert (answer.status, answer.output, answer.error) == (1, "", line)
