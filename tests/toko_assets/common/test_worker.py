"""A worker runs functions in another process, and survives that process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until
from toko_assets.common.worker import Worker, WorkerDiedError
from toko_core.errors import TransientError

LEFT_BEHIND = """
import os, signal, sys
from toko_assets.common.worker import Worker
print(Worker().submit(os.getpid).result(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def die_once(mark: Path) -> int:
    """Kill this process if the mark does not exist yet."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


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


def test_a_second_death_is_a_transient_error_and_the_next_function_runs(worker: Worker) -> None:
    with pytest.raises(WorkerDiedError) as error:
        worker.submit(die).result()
    assert isinstance(error.value, TransientError)
    assert worker.submit(int, "17").result() == 17


def test_stopping_ends_a_running_function(tmp_path: Path) -> None:
    worker = Worker()
    process = worker.submit(os.getpid).result()
    asleep, waiting = worker.submit(time.sleep, 600), worker.submit((tmp_path / "done").touch)
    wait_until(asleep.running)
    worker.stop()
    assert asleep.done()
    assert waiting.cancelled()
    assert not Path(f"/proc/{process}").exists()
    assert not (tmp_path / "done").exists()


def test_the_process_ends_with_ours_however_that_ends() -> None:
    program = [sys.executable, "-c", LEFT_BEHIND]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    wait_until(lambda: not Path(f"/proc/{int(ended.stdout)}").exists())
