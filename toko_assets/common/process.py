"""How a process of the chain is tuned, and memory that a step no longer needs.

Nothing here happens on import: `toko_assets.definitions` and the `toko` command call `tune_process`.
"""

import ctypes
import gc
import os
from contextlib import suppress

GARBAGE_THRESHOLD = 10_000
"""New objects between two garbage collections: with Python's own 700 they take a tenth of a sync."""
M_MMAP_THRESHOLD = -3
"""A parameter of `mallopt` in the C library of Linux."""
LARGE_BLOCK = 1 << 21
"""Bytes. At 256 KB, what is read in pieces of 1 MB costs a twelfth of a sync in fresh pages."""


def tune_process() -> None:
    """Set what holds for the whole process: garbage collection, memory, libpq's environment.

    Call it before pyarrow is imported, which chooses its memory pool then.
    """
    gc.set_threshold(GARBAGE_THRESHOLD)
    # Arrow's own pool keeps up to 100 MB of freed memory in addition to what the C library keeps.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    _ignore_libpq_environment()
    _return_large_blocks()


def give_back() -> None:
    """Return freed memory to the operating system, so that the next step does not add its own to it.

    The C library keeps most of it for later: 170 MB after 100,000 products were priced.
    """
    import pyarrow as pa

    pa.default_memory_pool().release_unused()  # the system's pool: this trims the C library's heap


def _ignore_libpq_environment() -> None:
    """libpq obeys these variables wherever it connects: PGHOSTADDR or PGSERVICE would lead to another server than ours.

    PGSSLMODE and its like stay: they lead nowhere, they say what an external server must prove.
    """
    for name in [name for name in os.environ if name.startswith("PG") and not name.startswith("PGSSL")]:
        del os.environ[name]


def _return_large_blocks() -> None:
    """Have the C library return each freed block of LARGE_BLOCK bytes or more at once.

    Left alone it raises that size to 32 MB, and a small block in use then keeps the free ones below it: 60 MB in a sync
    of 100,000 products.
    """
    with suppress(AttributeError):  # another C library than Linux's
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
