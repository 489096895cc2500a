"""A worker: another process that runs our functions, because the Python code of one process uses one core."""

import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Lock
from typing import Generic, ParamSpec, TypeVar, cast

from toko_assets.common.process import get_signal_at_end_of_parent, tune_process

P = ParamSpec("P")
R = TypeVar("R")


class Worker:
    """A process that starts with the first submitted function, and runs one after another.

    Functions, arguments and results are pickled. The process ends with this one. If it dies, for example for lack of
    memory, another one runs the function again. If that dies as well, or no process can be started, the function runs
    where its result is needed.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "worker")  # the process ends when the thread that started it does
        self._process: _Process | None = None
        self._is_ending = False
        self._changing = Lock()

    def submit(self, function: Callable[P, R], /, *args: P.args, **options: P.kwargs) -> "Pending[R]":
        """Have the process run a function of a module. Raises RuntimeError after `stop`."""
        call = partial(function, *args, **options)
        return Pending(call, self._thread.submit(self._run, call))

    def stop(self) -> None:
        """End the process, whatever it is doing. Submitted functions that have no result are cancelled."""
        with self._changing:
            self._is_ending = True
            if self._process is not None:
                self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._discard_process()

    def _run(self, call: Callable[[], R]) -> R:
        for _ in range(2):
            try:
                result, error = self._get_process().run(call)
            except (EOFError, OSError):
                self._discard_process()
                continue
            if error is not None:
                raise error
            return cast("R", result)
        raise CancelledError if self._is_ending else _DiedTwiceError

    def _get_process(self) -> "_Process":
        with self._changing:
            if self._is_ending:
                raise CancelledError
            self._process = self._process or _Process()
            return self._process

    def _discard_process(self) -> None:
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.end()


class Pending(Generic[R]):
    """The result of a function that a worker runs."""

    def __init__(self, call: Callable[[], R], future: Future[R]) -> None:
        self._call = call
        self._future = future

    def result(self) -> R:
        """Wait for it. Raises the error of the function, and CancelledError if the worker was stopped before."""
        try:
            return self._future.result()
        except _DiedTwiceError:
            return self._call()


class _DiedTwiceError(Exception):
    """The process was killed twice in a row."""


class _Process:
    """The process, and the connection to it."""

    def __init__(self) -> None:
        self._connection, other = Pipe()
        command = [sys.executable, "-m", __name__, str(other.fileno())]
        # In a process group of its own, Ctrl-C does not reach it.
        self._process = subprocess.Popen(command, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL, process_group=0)
        other.close()  # so that the connection ends when the process does

    def run(self, call: Callable[[], object]) -> tuple[object, Exception | None]:
        """Return the result of a call, or its error. Raises EOFError or OSError if the process dies."""
        self._connection.send(call)
        result, error = self._connection.recv()
        return result, error

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Let it end, which it does when it has nothing to do."""
        self._connection.close()
        self._process.wait()


def main(connection: int) -> None:
    """Run the calls that come over the connection, a file descriptor, until it ends."""
    get_signal_at_end_of_parent(signal.SIGKILL)
    with suppress(OSError):  # if memory runs out, the kernel shall kill this process, which can be replaced
        Path("/proc/self/oom_score_adj").write_text("1000")
    tune_process()
    with Connection(connection) as calls:
        while True:
            try:
                call = calls.recv()
            except EOFError:
                return
            calls.send(_outcome(call))


def _outcome(call: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return call(), None
    except Exception as error:
        portable = error if _is_portable(error) else RuntimeError(repr(error))
        portable.add_note(traceback.format_exc())  # a traceback is not pickled
        return None, portable


def _is_portable(error: Exception) -> bool:
    """Whether an error can be pickled and read again, which fails if its class requires keyword arguments."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]))
