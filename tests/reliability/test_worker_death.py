"""The worker is killed during a sync: another one does its work, and the sync publishes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.procfs import descendants
from tests.acceptance.places import installed
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.index import worker
from toko_assets.publishing.index.build import WORTH_A_WORKER
from toko_assets.sample.backup import write_sample_backup

TOKO = Path(sys.executable).with_name("toko")


def find_worker(sync: int) -> int | None:
    """Return the worker of a sync, if it has one."""
    for process in descendants(sync):
        with suppress(OSError):
            if worker.__name__.encode() in Path(f"/proc/{process}/cmdline").read_bytes():
                return process
    return None


def test_a_sync_whose_worker_is_killed_publishes_nevertheless(postgres: PostgresServer, tmp_path: Path) -> None:
    backup = tmp_path / "i5_TOKO.i5bu"
    write_sample_backup(postgres, backup, products=WORTH_A_WORKER * 11 // 10, history=500, seed=3)
    with installed(tmp_path) as toko:
        command = [str(TOKO), "sync", "--backup", str(backup)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as sync:
            while (process := find_worker(sync.pid)) is None:
                assert sync.poll() is None
                time.sleep(0.002)
            os.kill(process, signal.SIGKILL)
            output, _ = sync.communicate(timeout=120)
        assert sync.returncode == 0, output
        assert "Traceback" not in output
        assert toko.catalog is not None
