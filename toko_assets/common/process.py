"""Tunes a process of the chain, and returns memory that a step no longer needs.

An import changes nothing: `toko_assets.definitions`, the fork server of runs and the `toko` command call
`tune_process`.
"""

import ctypes
import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from toko_core.files import keep_private
from toko_core.log import escape_records

GARBAGE_THRESHOLD = 10_000
"""New objects between two garbage collections. With Python's default of 700, collections take a tenth of a sync."""
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME = 1, 4, 15
ARGUMENTS = slice(45, 47)
"""Where /proc/PID/stat, from the state on, has the addresses of the command line's first byte and of its end."""
M_MMAP_THRESHOLD = -3
"""A parameter of `mallopt` in the GNU C library."""
LONGEST_TMPDIR = 50
"""Bytes of a path that leave room for the names of sockets below it: a socket's path has 107 at most."""
LARGE_BLOCK = 1 << 21
"""Bytes. With 256 KB, new memory pages for reads of 1 MB take a twelfth of a sync."""


def tune_process() -> None:
    """Set umask, logging, garbage collection, memory allocation and libpq's environment for the whole process.

    Call it before pyarrow is imported, because pyarrow chooses its memory pool then.
    """
    keep_private()
    escape_records()
    gc.set_threshold(GARBAGE_THRESHOLD)
    # Arrow's own pool keeps up to 100 MB of freed memory, in addition to the memory that the C library keeps.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    _ignore_libpq_environment()
    _shorten_temporary_folder()
    _return_large_blocks()


@contextmanager
def importing() -> Iterator[None]:
    """Import modules without garbage collection: they stay until the process ends, so a collection finds nothing.

    It takes a twelfth of the time of the imports of `toko sync`. `gc.freeze` would also spare later collections, but
    then DuckDB reports leaks when the process ends.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back() -> None:
    """Return freed memory to the operating system, so that it does not add to the memory of the next step.

    Otherwise the C library keeps most of it: 170 MB after 100,000 products were priced.
    """
    import pyarrow as pa

    pa.default_memory_pool().release_unused()  # the system's pool: this trims the C library's heap


def get_signal_at_end_of_parent(number: int) -> None:
    """Have the kernel send this process a signal when the thread that started it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def name_process(name: str) -> None:
    """Give this process another name and command line, as `ps` and `top` show them: a fork has those of its parent."""
    LIBC.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
    start, end = map(int, Path("/proc/self/stat").read_text().rpartition(")")[2].split()[ARGUMENTS])
    if end - start > 1:
        ctypes.memmove(start, name.encode()[: end - start - 1].ljust(end - start, b"\0"), end - start)


def start_time(pid: int) -> str | None:
    """Return when a process was started, in ticks of the kernel; None if there is none, or if it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def is_running(pid: int, started: str | None) -> bool:
    """Whether the process that was started then is alive. Its id alone may have been given to another one."""
    return started is not None and start_time(pid) == started


def hide_process() -> None:
    """Keep other processes of the same user from reading this one's environment and memory. `exec` undoes it."""
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _shorten_temporary_folder() -> None:
    """Use /tmp if TMPDIR is too long for sockets, such as those of the code server, PostgreSQL and multiprocessing."""
    if len(os.fsencode(os.environ.get("TMPDIR", ""))) > LONGEST_TMPDIR:
        os.environ["TMPDIR"] = tempfile.tempdir = "/tmp"  # noqa: S108 - only private folders are made in it


def _ignore_libpq_environment() -> None:
    """Remove the variables that change every connection of libpq: PGHOSTADDR or PGSERVICE would select another server.

    PGSSLMODE and similar variables stay: they do not select a server, but say what an external one must prove.
    """
    for name in [name for name in os.environ if name.startswith("PG") and not name.startswith("PGSSL")]:
        del os.environ[name]


def _return_large_blocks() -> None:
    """Make the C library return each freed block of LARGE_BLOCK bytes or more immediately.

    By default it raises that size to 32 MB, and then a small block in use prevents the return of the free blocks below
    it: 60 MB in a sync of 100,000 products.
    """
    with suppress(AttributeError):  # a C library without mallopt
        LIBC.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
