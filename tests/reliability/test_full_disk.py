"""A disk that is full at any moment of a sync, or read-only: one clear line, and the old catalogue is served."""

import os
import subprocess
import sys
from pathlib import Path

from tests.reliability.full_disk import LAUNCHED_KB

ROOT = Path(__file__).parent.parent.parent
AS_A_USER = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
"""Who is not root may mount a disk in a user namespace."""


def test_a_disk_full_to_any_degree_keeps_the_old_catalogue_and_says_so_in_a_line(tmp_path: Path) -> None:
    command = ["unshare", "--mount", *AS_A_USER, sys.executable, "-m", "tests.reliability.full_disk", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    degrees = [line.split("\t") for line in done.stdout.splitlines()]
    by_command = [degree for degree in degrees if not degree[0].endswith("launched")]
    failed = [said for _, status, said in by_command if status == "1"]
    assert len(failed) >= 5
    assert [said for said in failed if not said.split("⏎")[-1].startswith("toko: ") or "Traceback" in said] == []
    assert f"{LAUNCHED_KB} launched" in [name for name, *_ in degrees]
    assert degrees[-2][:2] == ["enough", "0"]
    assert degrees[-1][:2] == ["read-only", "1"]
    assert "Read-only file system" in degrees[-1][2]
