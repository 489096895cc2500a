"""Tunes a process that serves a catalogue. Only commands do this, once at their start; importing never does."""

import ctypes
import gc
import sys

from toko_core.files import keep_private

SWITCH_SECONDS = 0.0005
"""The interval after which Python switches threads: a search waits no longer than this for a catalogue that loads."""
COLLECT_ALL_AFTER = 1_000
"""After how many collections of young objects but for the youngest Python goes through all objects, instead of after
10. With 100,000 products this takes 10 to 70 ms, and one in a hundred requests met it. What nobody refers to any more is
freed at once; only cycles of references wait for a collection."""
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 128 * 1024
ARENAS = 2


def tune_process() -> None:
    """Tune this process: its files are private, freed memory is free, and searches wait for no other thread, and hardly
    ever for a garbage collection.
    """
    keep_private()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*gc.get_threshold()[:2], COLLECT_ALL_AFTER)
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
