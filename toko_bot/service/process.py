"""What glibc does with memory that is given back to it."""

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 128 * 1024
ARENAS = 2


def give_back_freed_memory() -> None:
    """Let what was large go back to the system when it is freed. Does nothing where there is no glibc.

    By default glibc keeps it for each thread that has allocated something, and, once arrays of some megabytes have been
    freed, takes the next ones from there too: after a few catalogues of 100,000 products 20 MB more than it needs.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_ARENA_MAX, ARENAS)
