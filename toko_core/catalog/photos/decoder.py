"""Has child processes decode photos, and replaces those that reach a limit."""

import os
import signal
import subprocess
import sys
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from multiprocessing.connection import Pipe
from threading import Lock
from typing import Self

from toko_core import TransientError
from toko_core.catalog.photos.limits import (
    MOST_BYTES,
    MOST_CPU_SECONDS,
    MOST_SECONDS,
    PhotoError,
    Problem,
    Task,
    find_format,
)

CHILD = "toko_core.catalog.photos.child"
MOST_CHILDREN = min(2, os.cpu_count() or 1)
TRIES = 2
"""If a child dies without having reached its limit of time, another one tries: the kernel may have lacked memory."""
START_SECONDS = 60.0
LARGEST_REPLY = 1024 * 1024
INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")
"""The environment variables of a child. It needs no setting, and no secret."""
ALLOCATION = {"MALLOC_MMAP_THRESHOLD_": str(16 * 1024 * 1024), "MALLOC_TRIM_THRESHOLD_": str(32 * 1024 * 1024)}
"""What the C library keeps of freed memory: up to 32 MB. With 1 MB, scaling takes a third more processor time."""


class PhotoDecoder:
    """Decodes photos in at most `children` processes, which start when they are needed and end when they are idle.

    `task` is "scale", of which the result is a JPEG of at most 800 pixels and 60 KB, "read_barcodes", of which it is a
    JSON list of texts, or "pixels", of which it is PIXEL_SIZE and as many pixels of three bytes. Each photo may take
    `seconds` of processor time. Thread-safe; close it, or use it in a `with`.
    """

    def __init__(self, task: Task, children: int = MOST_CHILDREN, seconds: int = MOST_CPU_SECONDS) -> None:
        self._task, self._seconds = task, seconds
        self._threads = ThreadPoolExecutor(children, "photos")  # a child ends when the thread that started it does
        self._changing = Lock()
        self._children: set[_Child] = set()
        self._idle: list[_Child] = []
        self._is_closed = False

    def submit(self, photo: bytes | bytearray) -> Future[bytes]:
        """Return the future result. It raises PhotoError, and TransientError if no child process can be started.

        Raises RuntimeError after `close`. A large photo, or one in a format that is not read, is rejected at once.
        """
        if find_format(photo) is not None and len(photo) <= MOST_BYTES:
            return self._threads.submit(self._decode, photo)
        rejected: Future[bytes] = Future()
        rejected.set_exception(PhotoError(Problem.UNREADABLE if find_format(photo) is None else Problem.TOO_LARGE))
        return rejected

    def close(self) -> None:
        """End the children, whatever they are doing. Photos without a result are cancelled."""
        with self._changing:
            self._is_closed = True
            for child in self._children:
                child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in list(self._children):
            self._discard(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _decode(self, photo: bytes | bytearray) -> bytes:
        for _ in range(TRIES):
            child = self._take()
            try:
                reply = child.decode(photo)
            except TimeoutError:
                self._discard(child)
                raise PhotoError(Problem.TOO_SLOW) from None
            except (EOFError, OSError):
                if self._discard(child) == -signal.SIGXCPU:
                    raise PhotoError(Problem.TOO_SLOW) from None
                continue
            except TransientError:
                self._discard(child)
                raise
            return self._result(child, reply)
        raise CancelledError if self._is_closed else PhotoError(Problem.TOO_LARGE)

    def _result(self, child: "_Child", reply: bytes) -> bytes:
        """Keep the child for the next photo, unless it came near its limit."""
        problem = next((problem for problem in Problem if problem.value == reply), None)
        if problem is Problem.TOO_LARGE:
            self._discard(child)
        else:
            with self._changing:
                self._idle.append(child)
        if problem is not None:
            raise PhotoError(problem)
        return reply[1:]

    def _take(self) -> "_Child":
        while True:
            with self._changing:
                if self._is_closed:
                    raise CancelledError
                if not self._idle:
                    child = _Child(self._task, self._seconds)
                    self._children.add(child)
                    return child
                child = self._idle.pop()
            if child.is_running():
                return child
            self._discard(child)

    def _discard(self, child: "_Child") -> int:
        """End the child. Return its exit status, which is negative if a signal ended it."""
        status = child.end()
        with self._changing:
            self._children.discard(child)
        return status


class _Child:
    """A child process, and the connection to it. Only bytes come from it: they are not unpickled."""

    def __init__(self, task: Task, seconds: int) -> None:
        self._connection, other = Pipe()
        self._is_ready = False
        variables = {name: os.environ[name] for name in INHERITED if name in os.environ}
        variables |= ALLOCATION | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with other:  # closed here, so that the connection ends when the process does
            # -P: no modules of the working folder. In a process group of its own, Ctrl-C does not reach it.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", CHILD, task, str(other.fileno()), str(seconds)],
                env=variables, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL, process_group=0,
            )  # fmt: skip

    def decode(self, photo: bytes | bytearray) -> bytes:
        """Return the reply. Raises EOFError or OSError if the process dies, and TimeoutError if it takes too long."""
        if not self._is_ready:
            self._wait_until_ready()
        self._connection.send_bytes(photo)
        return self._receive(MOST_SECONDS)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Kill it unless it is ending already. Return its exit status."""
        self._process.kill()
        self._connection.close()
        return self._process.wait()

    def _wait_until_ready(self) -> None:
        try:
            self._receive(START_SECONDS)
        except (EOFError, OSError):
            raise TransientError("The process that decodes photos does not start. Is there enough memory?") from None
        self._is_ready = True

    def _receive(self, seconds: float) -> bytes:
        if not self._connection.poll(seconds):
            raise TimeoutError
        return self._connection.recv_bytes(LARGEST_REPLY)
