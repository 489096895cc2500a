"""A program that is a fork of this process: it starts without imports, and shares their memory."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NoReturn

from toko_assets.common.process import get_signal_at_end_of_parent, name_process

ENDS = (signal.SIGINT, signal.SIGTERM)


class Forked:
    """A running fork, with the interface of Popen."""

    def __init__(
        self,
        name: str,
        function: Callable[[], object],
        end_signal: signal.Signals,
        environment: Mapping[str, str],
        output: int | None,
    ) -> None:
        """Fork this process, which must have no other thread of Python.

        The fork calls the function in a process group of its own, with `output` as its standard output and error. It
        receives `end_signal` when this process dies.
        """
        self.returncode: int | None = None
        parent = os.getpid()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # none may reach the handlers of this process there
        try:
            self.pid = os.fork()
            if self.pid == 0:
                get_signal_at_end_of_parent(end_signal)
                if os.getppid() != parent:  # it died before that
                    os._exit(1)
                _run(name, function, environment, output, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        with suppress(OSError):  # the fork was faster
            os.setpgid(self.pid, self.pid)

    def poll(self) -> int | None:
        """Return the exit status, or the negative number of the signal that killed it. None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def _run(
    name: str,
    function: Callable[[], object],
    environment: Mapping[str, str],
    output: int | None,
    signals: set[int | signal.Signals],
) -> NoReturn:
    """Become an ordinary process, and call the function. Nothing of the forked process's own stack runs again."""
    status = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        _connect(output)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        os.environ.clear()
        os.environ.update(environment)
        name_process(f"toko {name}")
        function()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status)


def _connect(output: int | None) -> None:
    """Connect the standard streams, and close every other file, among them the supervisor's lock."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)
