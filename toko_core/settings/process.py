"""Tunes a process that serves a catalogue. Only commands do this, once at their start; importing never does."""

import ctypes
import gc
import sys

from toko_core.files import keep_private

SWITCH_SECONDS = 0.0005
"""The interval after which Python switches threads: a search waits no longer than this for a catalogue that loads."""
GARBAGE_THRESHOLDS = (10_000, 10, 100)
"""How rarely Python looks for unused cycles of references; all else is freed at once. By default one in 500 requests
waits 50 to 100 ms for a search through all objects of 100,000 products."""
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 128 * 1024
ARENAS = 2


def tune_process() -> None:
    """Tune this process: its files are private, freed memory is free, and searches hardly ever wait for anything."""
    keep_private()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    return_freed_memory()


def return_freed_memory() -> None:
    """Make glibc return large blocks to the system when they are freed. Does nothing without glibc.

    By default, once arrays of several megabytes have been freed, glibc keeps such blocks, separately for each thread,
    and reuses them. After a few catalogues of 100,000 products the process then holds 20 MB more than it needs.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_ARENA_MAX, ARENAS)
