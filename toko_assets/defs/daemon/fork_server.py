"""The process that forks runs: the fork server of Python's `multiprocessing`, which imports what a run needs, once.

The daemon forks it from itself, because both import the same: they share 130 MB. Multiprocessing would start an
interpreter for it. It still does if the fork server dies, because a process with threads cannot be forked safely.
"""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing import forkserver, get_context, resource_tracker, util
from threading import Lock

from toko_assets.common.process import name_process

PRELOADED = "toko_assets.defs.daemon.warm"

forks = get_context("forkserver")
"""Its `Process` is a fork of the fork server."""


def ensure_fork_server() -> None:
    """Start the fork server if it does not run. It imports for some seconds; a run that comes earlier waits for it."""
    forks.set_forkserver_preload([PRELOADED])
    forkserver.ensure_running()


def fork_fork_server() -> None:
    """Start the fork server as a fork of this process, which must have no other thread of Python and no open files.

    It imports only what this process has not imported yet.
    """
    resource_tracker.ensure_running()
    start = util.spawnv_passfds
    util.spawnv_passfds = _fork  # type: ignore[assignment]  # what multiprocessing starts `python -c` with
    try:
        ensure_fork_server()
    finally:
        util.spawnv_passfds = start


def _fork(_: str, command: Sequence[str], files: Sequence[int]) -> int:
    """Run the code of a `python -c` in a fork that keeps these files open. Return its process id."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if pid := os.fork():
        return pid
    try:
        kept = sorted({0, 1, 2, *files})
        for first, following in pairwise([*kept, os.sysconf("SC_OPEN_MAX")]):
            os.closerange(first + 1, following)
        forkserver._forkserver._lock = Lock()  # type: ignore[attr-defined]  # the caller holds the other one
        name_process("toko runs")
        exec(command[-1], {})  # noqa: S102
        os._exit(0)
    finally:
        os._exit(1)
