"""The daemon as a process: a backup that is put into the folder is asked for at once."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.toko_assets.defs.daemon.shop import Shop, a_shop, running_daemon
from tests.waiting import wait_until

INTERVAL = 30
"""Seconds between two ticks of the sensor."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as shop:
        yield shop


def test_the_daemon_asks_for_each_backup_when_it_arrives_and_ends_by_a_signal(shop: Shop, tmp_path: Path) -> None:
    with running_daemon(tmp_path / "daemon.log"):
        wait_until(lambda: len(shop.ticks) >= 1)
        for _ in range(3):
            revision = shop.put()
            shop.wait_for_run(revision)
            shop.end_runs()
        times = [tick.timestamp for tick in shop.ticks]
        gaps = [later - earlier for later, earlier in pairwise(times)]
        assert sum(gap < INTERVAL for gap in gaps) >= 2, gaps
    heartbeats = shop.instance.get_daemon_heartbeats()
    assert {"SENSOR", "QUEUED_RUN_COORDINATOR", "SCHEDULER", "MONITORING"} <= heartbeats.keys()
