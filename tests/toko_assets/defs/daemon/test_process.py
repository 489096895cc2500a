"""The daemon as a process: a backup that is put into the folder is asked for at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.toko_assets.defs.daemon.shop import Shop, a_shop, wait_until
from toko_assets.cli.dagster_home import WORKSPACE

COMMAND = [sys.executable, "-m", "toko_assets.defs.daemon", "-w", str(WORKSPACE)]
INTERVAL = 30
"""Seconds between two ticks of the sensor."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as shop:
        yield shop


def test_the_daemon_asks_for_each_backup_when_it_arrives_and_ends_by_a_signal(shop: Shop, tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(COMMAND, env=os.environ, stdout=output, stderr=output)
    try:
        wait_until(lambda: len(shop.ticks) >= 1)
        for _ in range(3):
            revision = shop.put()
            shop.wait_for_run(revision)
            shop.end_runs()
        times = [tick.timestamp for tick in shop.ticks]
        gaps = [later - earlier for later, earlier in pairwise(times)]
        assert sum(gap < INTERVAL for gap in gaps) >= 2, gaps
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    finally:
        daemon.kill()
        daemon.wait()
    assert "Traceback" not in log.read_text(), log.read_text()
    heartbeats = shop.instance.get_daemon_heartbeats()
    assert {"SENSOR", "QUEUED_RUN_COORDINATOR", "SCHEDULER", "MONITORING"} <= heartbeats.keys()
