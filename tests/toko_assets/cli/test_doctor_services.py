"""What `toko doctor` says of the daemon, the code location and the newest tick, as Dagster's record has them."""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._daemon.types import DaemonHeartbeat
from dagster_shared.error import SerializableErrorInfo

from tests.acceptance.places import installed
from tests.installation import Installation
from tests.servers.dead_mans_switch import dead_mans_switch
from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.cli.dev.lock import FILE, only_one
from toko_assets.cli.doctor.finding import Finding, Mark
from toko_assets.cli.doctor.running.services import look_at_heartbeats, look_at_services
from toko_assets.common.settings import load_settings

ORIGIN = RemoteInstigatorOrigin(
    repository_origin=RemoteRepositoryOrigin(
        code_location_origin=RegisteredCodeLocationOrigin("toko"), repository_name="__repository__"
    ),
    instigator_name="new_backup",
)
HOUR = 3600


@pytest.fixture
def toko(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as toko:
        prepare_dagster_home(load_settings())
        yield toko


@pytest.fixture
def instance(toko: Installation) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(toko.data / "dagster")) as instance:
        yield instance


def beat(instance: dg.DagsterInstance, age: float, *without: str) -> None:
    """Every part of the daemon wrote its heartbeat so many seconds ago."""
    for kind in instance.get_required_daemon_types():
        if kind not in without:
            instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - age, kind, None))


def tick(instance: dg.DagsterInstance, age: float, *, error: str | None = None, running: bool = True) -> None:
    """The sensor new_backup ticked so many seconds ago."""
    from dagster._core.definitions.run_request import InstigatorType

    status = InstigatorStatus.RUNNING if running else InstigatorStatus.STOPPED
    instance.add_instigator_state(
        InstigatorState(ORIGIN, InstigatorType.SENSOR, status, SensorInstigatorData(min_interval=30))
    )
    instance.create_tick(
        TickData(
            ORIGIN.get_id(), "new_backup", InstigatorType.SENSOR,
            TickStatus.FAILURE if error else TickStatus.SKIPPED, time.time() - age,
            skip_reason=None if error else "There is no backup yet.",
            error=SerializableErrorInfo(error, [], None) if error else None,
            selector_id=ORIGIN.get_selector().get_id(),
        )
    )  # fmt: skip


def findings() -> list[Finding]:
    return list(look_at_services(load_settings()))


def said() -> dict[str, str]:
    return {finding.subject: finding.said for finding in findings()}


@pytest.mark.usefixtures("instance")
def test_where_nothing_was_ever_started_there_is_nothing_to_say() -> None:
    assert findings() == []


def test_a_daemon_that_ticks_is_right(instance: dg.DagsterInstance) -> None:
    beat(instance, 20)
    tick(instance, 12)
    assert {finding.mark for finding in findings()} == {Mark.GOOD}
    assert said()["sensor"].startswith("new_backup last ran 1")
    assert said()["sensor"].endswith(" s ago: There is no backup yet.")


def test_a_daemon_that_was_stopped_is_worth_a_look(instance: dg.DagsterInstance) -> None:
    beat(instance, 2 * HOUR)
    tick(instance, 2 * HOUR, error="Not said: nothing ticks.")
    (found,) = findings()
    assert found.mark is Mark.NOTE
    assert found.said.startswith("Stopped since 2 hours: a new backup is synced only by `toko sync`. `make dev` starts")


def test_one_that_was_killed_is_wrong(toko: Installation, instance: dg.DagsterInstance) -> None:
    beat(instance, 5)
    (toko.data / "dagster" / FILE).write_text('{"pid": 1, "port": 3000}')
    (found,) = findings()
    assert (found.mark, found.subject) == (Mark.WRONG, "toko dev")


def test_parts_without_a_heartbeat_and_a_web_server_that_does_not_respond_are_wrong(
    toko: Installation, instance: dg.DagsterInstance
) -> None:
    beat(instance, 20, "SENSOR")
    tick(instance, 12 * HOUR)
    with only_one(toko.data / "dagster", 1):  # nothing listens on port 1
        wrong = {finding.subject: finding.said for finding in findings() if finding.mark is Mark.WRONG}
    assert wrong["web server"].startswith("http://127.0.0.1:1 does not respond (<urlopen error [Errno 111] Connection")
    assert wrong["daemon"].startswith("No heartbeat in the last 120 s: SENSOR. ")
    assert wrong["sensor"].startswith("new_backup last ran 12 hours ago. ")


def test_a_failed_tick_is_wrong(instance: dg.DagsterInstance) -> None:
    beat(instance, 20)
    tick(instance, 10, error="DagsterUserCodeUnreachableError: Unable to reach the user code server\n\nat …")
    found = findings()[-1]
    assert found.mark is Mark.WRONG
    assert "ago: DagsterUserCodeUnreachableError: Unable to reach the user code server. It runs again" in found.said


def test_a_sensor_that_is_off_is_worth_a_look(instance: dg.DagsterInstance) -> None:
    beat(instance, 20)
    tick(instance, HOUR, running=False)
    found = findings()[-1]
    assert found.mark is Mark.NOTE
    assert found.said == "new_backup is turned off: turn it on in the web interface, under Automation."


def test_the_servers_of_the_heartbeats_are_examined_without_a_sign_of_life(
    toko: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> list[tuple[str, str]]:
        return [(found.data["state"], found.said) for found in look_at_heartbeats(load_settings())]

    assert [(state, text.split("(")[0]) for state, text in said()] == [
        ("ok", "HEARTBEAT_URL is not set here "), ("ok", "BOT_HEARTBEAT_URL is not set here "),
    ]  # fmt: skip
    with dead_mans_switch() as switch:
        place = switch.url.split("/")[2]
        switch.behaviour = 404
        monkeypatch.setenv("HEARTBEAT_URL", switch.url)
        monkeypatch.setenv("BOT_HEARTBEAT_URL", switch.url)
        records = toko.data / "records"
        records.mkdir(parents=True)
        (records / "heartbeat.json").write_text('{"reported": [], "problem": "HEARTBEAT_URL (x): status 404."}')
        assert said() == [
            ("ok", f"HEARTBEAT_URL is set, and {place} responds"),
            ("ok", f"BOT_HEARTBEAT_URL is set, and {place} responds"),
            ("warn", "Both addresses are the same: set two, or the death of one part is not noticed."),
            ("warn", "The last time, HEARTBEAT_URL (x): status 404."),
        ]
        assert switch.count == 0
        monkeypatch.setenv("HEARTBEAT_URL", f"https://{place}/rahasia")  # it speaks no TLS
    monkeypatch.setenv("BOT_HEARTBEAT_URL", switch.url)
    for (state, text), name in zip(said(), ("HEARTBEAT_URL", "BOT_HEARTBEAT_URL"), strict=False):
        assert state == "fail"
        assert text.startswith(f"{name}: {place} cannot be reached (Connection refused): correct the address")
    assert "rahasia" not in str(said())
