"""Memory that a step of the chain no longer needs."""

import ctypes
from contextlib import suppress

import pyarrow as pa

M_MMAP_THRESHOLD = -3
"""Of `mallopt` in the C library of Linux."""
LARGE_BLOCK = 1 << 21
"""Bytes. At 256 KB what is read in pieces of 1 MB costs a twelfth of a sync in fresh pages."""


def give_back() -> None:
    """Return what was freed to the operating system, so that the next step does not add its own to it.

    The C library keeps most of it for later: 170 MB after 100,000 products were priced.
    """
    pa.default_memory_pool().release_unused()  # the system's, as toko_assets says: trims the C library's heap


def _return_large_blocks() -> None:
    """Have the C library return each freed block of LARGE_BLOCK bytes or more by itself, and at once.

    Left alone it raises that size to 32 MB, and a small block in use then keeps the free ones below it: 60 MB in a sync
    of 100,000 products.
    """
    with suppress(AttributeError):  # another C library than Linux's
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


_return_large_blocks()
