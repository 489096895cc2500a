"""A worker runs functions in another process, and survives that process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from tests.waiting import wait_until
from toko_assets.publishing.index.worker import Worker

LEFT_BEHIND = """
import os, signal, time
from toko_assets.publishing.index.worker import Worker
worker = Worker()
print(worker.submit(os.getpid).result(), flush=True)
worker.submit(time.sleep, 600)
time.sleep(0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""


def die_once(mark: Path) -> int:
    """Kill this process if the mark does not exist yet."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def die_elsewhere(home: int) -> int:
    """Kill this process unless it is that one."""
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return home


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


def test_functions_run_one_after_another_in_the_same_other_process(worker: Worker) -> None:
    futures = [worker.submit(os.getpid), worker.submit(int, "17"), worker.submit(os.getpid)]
    first, number, last = (future.result() for future in futures)
    assert number == 17
    assert first == last != os.getpid()


def test_an_error_is_that_of_the_function_and_the_process_goes_on(worker: Worker, tmp_path: Path) -> None:
    process = worker.submit(os.getpid).result()
    with pytest.raises(FileNotFoundError, match="nothing"):
        worker.submit(os.stat, tmp_path / "nothing").result()
    with pytest.raises(ValueError, match="seventeen"):
        worker.submit(int, "seventeen").result()
    assert worker.submit(os.getpid).result() == process


def test_a_function_whose_process_was_killed_runs_again(worker: Worker, tmp_path: Path) -> None:
    process = worker.submit(os.getpid).result()
    assert worker.submit(die_once, tmp_path / "mark").result() not in (process, os.getpid())


def test_a_process_that_is_killed_while_it_waits_is_replaced(worker: Worker) -> None:
    process = worker.submit(os.getpid).result()
    os.kill(process, signal.SIGKILL)
    assert worker.submit(os.getpid).result() != process


def test_after_a_second_death_the_function_runs_in_our_process_and_the_next_one_in_another(worker: Worker) -> None:
    assert worker.submit(die_elsewhere, os.getpid()).result() == os.getpid()
    assert worker.submit(os.getpid).result() != os.getpid()


def test_stopping_ends_a_running_function(tmp_path: Path) -> None:
    worker = Worker()
    process = worker.submit(os.getpid).result()
    asleep, waiting = worker.submit(time.sleep, 600), worker.submit((tmp_path / "done").touch)
    worker.stop()
    for pending in (asleep, waiting):
        with pytest.raises(CancelledError):
            pending.result()
    assert not Path(f"/proc/{process}").exists()
    assert not (tmp_path / "done").exists()


class PickyError(Exception):
    """Cannot be made from its message alone."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


def fail_pickily() -> None:
    raise PickyError(reason="a reason")


def test_an_error_that_cannot_be_pickled_keeps_its_message_and_every_error_says_where_it_was_raised(
    worker: Worker,
) -> None:
    with pytest.raises(RuntimeError, match="a reason") as error:
        worker.submit(fail_pickily).result()
    with pytest.raises(FileNotFoundError) as other:
        worker.submit(os.stat, "/nothing").result()
    assert other.value.filename == "/nothing"
    assert "in fail_pickily" in "".join(error.value.__notes__)
    assert "Traceback" in "".join(other.value.__notes__)


def test_a_process_that_cannot_be_started_leaves_the_work_to_ours(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nothing")
    assert worker.submit(os.getpid).result() == os.getpid()


def test_the_process_ends_with_ours_even_while_it_works() -> None:
    program = [sys.executable, "-c", LEFT_BEHIND]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    wait_until(lambda: not Path(f"/proc/{int(ended.stdout)}").exists())
