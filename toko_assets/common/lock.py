"""The lock that allows one sync at a time. Every run holds it, and the end of the process always releases it.

`flock` works between processes, and between containers that share the data folder; a killed process holds no lock.
Every run also holds its own mark while it is alive, which distinguishes a waiting run from a killed one: Dagster shows
both as started.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from toko_core import TransientError
from toko_core.files import open_lock, try_lock

LOCK = "sync.lock"
MARKS = "runs"


class SyncRunningError(TransientError):
    """Another sync holds the lock."""


_held: set[Path] = set()
"""The data folders whose lock this process holds. `toko` acquires it, and the run that it starts acquires it again."""


@contextmanager
def sync_lock(root: Path, waiting: Callable[[], None] | None) -> Iterator[bool]:
    """Hold the lock of a data folder. Yields False if this process already held it.

    If another process holds it, call `waiting` once and wait; without `waiting`, raise SyncRunningError.
    """
    if root in _held:
        yield False
        return
    root.mkdir(parents=True, exist_ok=True)
    with open_lock(root / LOCK) as handle:
        if not try_lock(handle):
            if waiting is None:
                raise SyncRunningError(f"Another sync is running in {root}: try again when it is done.")
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        _held.add(root)
        try:
            yield True
        finally:
            _held.discard(root)


@contextmanager
def run_mark(root: Path, run_id: str) -> Iterator[None]:
    """Mark a run as alive, whether it waits for the lock or holds it."""
    mark = _mark(root, run_id)
    mark.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        while True:
            handle = stack.enter_context(open_lock(mark))
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                break
            # Between the two calls, `is_alive` took the new file for the mark of a dead run, and removed it.
            stack.close()
        stack.callback(mark.unlink, missing_ok=True)
        yield


def is_alive(root: Path, run_id: str) -> bool:
    """Whether the process of a run still holds its mark. Removes the mark of a dead run."""
    mark = _mark(root, run_id)
    try:
        handle = os.open(mark, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if not try_lock(handle):
            return True
        if os.fstat(handle).st_nlink:  # else the run has ended, and the mark may be that of another process of it
            mark.unlink(missing_ok=True)
        return False
    finally:
        os.close(handle)


def _mark(root: Path, run_id: str) -> Path:
    return root / MARKS / run_id
