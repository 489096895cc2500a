"""A few random kills in every test run; `python -m tests.reliability.kills 100` does a hundred."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_kills_at_random_moments_are_seen_by_nobody_and_leave_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.kills", "6", "--seed", "7"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, json.dumps([done.stdout, done.stderr], indent=1)
    assert "problems: 0" in done.stdout
