"""A kill at any moment of a rollback, or a full disk, leaves what was served, or what ought to be."""

import subprocess
import sys
from pathlib import Path

from tests.toko_assets.publishing.rolling_back import three_days
from toko_assets.postgres.server import PostgresServer

ROOT = Path(__file__).parents[3]


def test_no_kill_and_no_full_disk_leaves_anything_in_between(postgres: PostgresServer, tmp_path: Path) -> None:
    with three_days(postgres, tmp_path) as shop:
        command = [sys.executable, "-m", "tests.toko_assets.publishing.rollback_deaths", str(shop.data)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    killed, full = map(int, done.stdout.split())
    assert killed >= 100
    assert full >= 20
