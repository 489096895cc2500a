"""HEARTBEAT_URL: a dead-man's switch hears of each sync that succeeded, once, and of nothing else."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.places import run_toko
from tests.backups import a_shop, write_backup
from tests.servers.dead_mans_switch import PATH, Switch, dead_mans_switch
from tests.toko_assets.defs.sensing import Daemon, a_daemon
from tests.waiting import wait_until
from toko_assets.common.settings import load_settings
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.heartbeat import SyncHeartbeat

HOUR = 3600
FAILS = re.compile(r"HEARTBEAT_URL \(127\.0\.0\.1:\d+\) could not be requested: ")
SENSOR = "report_syncs"


@pytest.fixture
def switch() -> Iterator[Switch]:
    with dead_mans_switch() as switch:
        yield switch


@pytest.fixture
def daemon(tmp_path: Path, switch: Switch) -> Iterator[Daemon]:
    with a_daemon(tmp_path, HEARTBEAT_URL=switch.url) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        yield daemon


def test_each_success_is_reported_once_and_no_failure(daemon: Daemon, switch: Switch) -> None:
    assert daemon.look_at(SENSOR).said == "None to report."
    daemon.sync()
    assert daemon.look_at(SENSOR).said == "1 sync reported."
    daemon.part()  # no sync
    daemon.put("rusak.i5bu", 1)
    assert not daemon.run(daemon.ask()).is_success
    assert daemon.look_at(SENSOR).said == "None to report."
    for _ in range(2):  # while the code location was down
        daemon.sync()
    daemon.restart()
    assert daemon.look_at(SENSOR).said == "2 syncs reported."
    assert (switch.count, len(switch.requests)) == (3, 3)


def test_a_success_is_reported_late_if_the_switch_did_not_respond_and_logged_once(
    daemon: Daemon, switch: Switch
) -> None:
    daemon.sync()
    for behaviour in (503, "redirect", 404):
        switch.behaviour = behaviour
        assert FAILS.match(daemon.look_at(SENSOR).said)
    (line,) = daemon.logged
    assert FAILS.sub("", line) == "status 503."
    switch.behaviour = 200
    assert daemon.look_at(SENSOR).said == "1 sync reported."
    assert daemon.look_at(SENSOR).said == "None to report."
    assert switch.requests == [f"{PATH}?status=up"] * 4  # no redirect was followed
    assert len(daemon.logged) == 1

    old = daemon.sync()
    publication = daemon.toko.data / "records" / "publications" / f"{old.run_id}.json"
    yesterday = publication.stat().st_mtime - 25 * HOUR
    os.utime(publication, (yesterday, yesterday))
    assert daemon.look_at(SENSOR).said == "None to report."  # the switch would take it for one of now


def test_a_switch_that_responds_a_byte_at_a_time_holds_nothing_up(daemon: Daemon, switch: Switch) -> None:
    switch.behaviour = "drip"
    run = daemon.sync()
    heartbeat = SyncHeartbeat(load_settings(), seconds=0.5)
    assert heartbeat.report([run.run_id]) == 0
    assert heartbeat.problem.endswith("could not be requested: no answer within 0 s.")
    assert "rahasia" not in heartbeat.problem
    wait_until(lambda: "heartbeat" not in {thread.name for thread in threading.enumerate()}, 60)  # none is left behind


def test_while_the_disk_is_full_a_success_is_reported_once(daemon: Daemon, switch: Switch) -> None:
    run, heartbeat = daemon.sync(), SyncHeartbeat(load_settings())
    in_the_way = daemon.toko.data / "records" / "heartbeat.json.part"
    in_the_way.mkdir()
    (in_the_way / "file").touch()
    assert [heartbeat.report([run.run_id]) for _ in range(2)] == [1, 0]
    assert switch.count == 1


def test_toko_sync_reports_by_itself_also_if_nothing_is_new_and_the_sensor_does_not_repeat_it(
    daemon: Daemon, switch: Switch, postgres: PostgresServer
) -> None:
    write_backup(postgres, daemon.toko.inbox / "toko.i5bu", a_shop())
    switch.behaviour = 500
    answer = run_toko("sync")
    assert answer.status == 0
    assert FAILS.search(answer.output)
    switch.behaviour = 200
    answer = run_toko("sync")
    assert answer.status == 0
    assert "Nothing new" in answer.output
    assert "HEARTBEAT" not in answer.output
    assert switch.count == 3  # the first, its repetition, the second
    assert daemon.look_at(SENSOR).said == "None to report."
    said = "".join(path.read_text(errors="replace") for path in daemon.toko.data.rglob("*.json"))
    assert "rahasia" not in said + answer.output


def test_without_an_address_the_sensor_is_off_and_nothing_is_recorded(tmp_path: Path) -> None:
    with a_daemon(tmp_path) as daemon:
        daemon.sync()
        assert daemon.look_at(SENSOR).said == "None to report."
        assert not list(daemon.toko.data.glob("records/heartbeat*"))
        assert [s.default_status.value for s in daemon.defs.sensors or () if s.name == SENSOR] == ["STOPPED"]
