"""A kill at any moment of an addition, or a full disk, leaves the history as it was or as it ought to be."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_no_kill_and_no_full_disk_loses_anything(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.toko_assets.publishing.history.deaths", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    killed, full = map(int, done.stdout.split())
    assert killed >= 50
    assert full >= 20
