"""The embedded PostgreSQL is killed during a sync: the run starts it again, restores again, and publishes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.acceptance.places import installed
from toko_assets.common.settings import load_settings
from toko_assets.postgres.access import PostgresAccess
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer
from toko_assets.sample.backup import write_sample_backup

TOKO = Path(sys.executable).with_name("toko")


def kill_server(data: Path) -> None:
    """Kill the server, and wait until it is dead: gone, or a zombie of this process."""
    pid = int((find_cluster(data / "postgres") / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    with suppress(FileNotFoundError, ProcessLookupError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)


def test_a_server_that_died_is_started_again_when_it_is_needed(tmp_path: Path) -> None:
    with installed(tmp_path) as toko:
        access = PostgresAccess(load_settings())
        try:
            access.server()
            kill_server(toko.data)
            with access.server().administer() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            access.stop()


def test_a_sync_whose_server_is_killed_after_the_restore_publishes_nevertheless(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    backup = tmp_path / "i5_TOKO.i5bu"
    write_sample_backup(postgres, backup, products=2000, history=500, seed=3)
    with installed(tmp_path) as toko:
        restored = toko.data / "records" / "restored_database.json"
        command = [str(TOKO), "sync", "--backup", str(backup)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as sync:
            while not restored.exists() and sync.poll() is None:
                time.sleep(0.002)
            kill_server(toko.data)
            output, _ = sync.communicate(timeout=120)
        assert sync.returncode == 0, output
        assert toko.catalog is not None
        assert "they are restored again" in output
