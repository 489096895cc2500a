"""The bell and the regular ticks: each backup is asked for once, whichever comes first."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from dagster._core.scheduler.instigation import InstigatorStatus, SensorInstigatorData
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.controller import create_daemon_grpc_server_registry

from tests.toko_assets.defs.daemon.shop import WORKSPACE, Shop, a_shop
from tests.waiting import wait_until
from toko_assets.defs.daemon.sensor_daemon import PromptSensorDaemon
from toko_assets.defs.sensors import NEW_BACKUP

ROUNDS = 4


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture(scope="module")
def bell(shop: Shop) -> Iterator[threading.Event]:
    """Of a daemon that looks at its sensors all the time, with the real code location."""
    bell, shutdown = threading.Event(), threading.Event()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("dagster._daemon.sensor.MIN_INTERVAL_LOOP_TIME", 0.02)
        registry = stack.enter_context(create_daemon_grpc_server_registry(shop.instance))
        target = WorkspaceFileTarget([WORKSPACE])
        context = stack.enter_context(WorkspaceProcessContext(shop.instance, target, grpc_server_registry=registry))
        daemon = stack.enter_context(PromptSensorDaemon(shop.instance, bell))
        thread = threading.Thread(target=daemon.run_daemon_loop, args=(context, "a daemon", shutdown, 30, 300))
        thread.start()
        stack.callback(thread.join, 30)
        stack.callback(shutdown.set)
        wait_until(lambda: bool(shop.ticks))
        yield bell


def is_due(shop: Shop) -> bool:
    """Whether the sensor is evaluated when the daemon looks at it, whatever its interval."""
    assert shop.state is not None
    assert isinstance(shop.state.instigator_data, SensorInstigatorData)
    return shop.state.instigator_data.last_tick_timestamp is None


@contextmanager
def again_and_again(*actions: Callable[[], object]) -> Iterator[None]:
    """Do each of these in a thread of its own until the block ends."""
    end = threading.Event()

    def repeat(action: Callable[[], object]) -> None:
        while not end.wait(0.005):
            action()

    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join(30)


def test_of_rings_and_due_ticks_at_one_moment_each_backup_gets_one_run(
    shop: Shop, bell: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "dagster._daemon.sensor.is_under_min_interval", lambda _, sensor: sensor.name != NEW_BACKUP
    )  # a regular tick is always due
    with again_and_again(bell.set, bell.set):
        for _ in range(ROUNDS):
            revision = shop.put()
            run = shop.wait_for_run(revision)
            before = len(shop.ticks)
            wait_until(lambda before=before: len(shop.ticks) > before + 1)  # type: ignore[misc]
            assert [run.run_id for run in shop.runs(revision)] == [run.run_id]
            shop.end_runs()
    keys = [key for tick in shop.ticks for key in tick.run_keys]
    assert len(keys) == len(set(keys)) == ROUNDS


def test_a_ring_is_answered_before_the_interval_has_passed_and_regular_ticks_go_on(
    shop: Shop, bell: threading.Event
) -> None:
    before = len(shop.ticks)
    for rings in range(1, 4):
        bell.set()
        wait_until(lambda rings=rings: len(shop.ticks) >= before + rings)  # type: ignore[misc]
    wait_until(lambda: not is_due(shop))
    assert shop.state is not None
    assert shop.state.status == InstigatorStatus.DECLARED_IN_CODE


def test_a_sensor_that_somebody_stopped_asks_for_nothing_until_it_is_started(shop: Shop, bell: threading.Event) -> None:
    shop.switch(InstigatorStatus.STOPPED)
    revision, before = shop.put(), len(shop.ticks)
    for _ in range(3):
        bell.set()
        wait_until(lambda: not bell.is_set())
    assert not shop.runs(revision)
    assert len(shop.ticks) <= before + 1  # one may have begun before
    shop.switch(InstigatorStatus.RUNNING)
    bell.set()
    assert shop.wait_for_run(revision)
    assert shop.state is not None
    assert shop.state.status == InstigatorStatus.RUNNING
