"""The child process that decodes photos: `python -m toko_core.catalog.photos.child TASK CONNECTION SECONDS`.

It first loads what it needs, then limits its own memory, and then decodes one photo after another.
"""

import ctypes
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from toko_core.catalog.photos.images import tune_pillow
from toko_core.catalog.photos.limits import MOST_MEMORY, PhotoError, Problem

READY, DONE = b"ready", b"+"
"""Sent when photos may come, and the first byte of a result."""
IDLE_SECONDS = 60.0
"""After this time without a photo the process ends, because a small server needs its memory."""
NICENESS = 5
"""Searches and syncs go before photos."""
PR_SET_PDEATHSIG = 1


def main(task: str, connection: int, seconds: int) -> None:
    """Decode the photos that come over the connection, a file descriptor, each in `seconds` of processor time."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # end with the thread that started this
    with suppress(OSError):  # if memory runs out, the kernel shall kill this process, which can be replaced
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(NICENESS)
    tune_pillow()
    work = _find_work(task)
    _limit_memory()
    with Connection(connection) as photos, suppress(EOFError, OSError):
        photos.send_bytes(READY)
        while photos.poll(IDLE_SECONDS):
            photo = photos.recv_bytes()
            _limit_time(seconds)
            photos.send_bytes(_outcome(work, photo))


def _find_work(task: str) -> Callable[[bytes], bytes]:
    if task == "scale":
        from toko_core.catalog.photos.scaling import small_jpeg

        return small_jpeg
    if task == "pixels":
        from toko_core.catalog.photos.pixels import photo_pixels

        return photo_pixels
    from toko_core.catalog.photos.barcodes import read_barcodes  # the platform's image has no zxing

    return read_barcodes


def _limit_memory() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, used + MOST_MEMORY)
    _limit(resource.RLIMIT_CORE, 0)


def _limit_time(seconds: int) -> None:
    """Let the kernel end this process with SIGXCPU after that much more processor time, rounded up."""
    _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + seconds)


def _limit(kind: int, most: int) -> None:
    """Set the soft limit. An inherited hard limit may be lower."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _outcome(work: Callable[[bytes], bytes], photo: bytes) -> bytes:
    """Return the result, or the problem. Decoders raise many kinds of errors on damaged files."""
    try:
        return DONE + work(photo)
    except PhotoError as error:
        return bytes(error.problem.value)
    except (MemoryError, Image.DecompressionBombError):
        return bytes(Problem.TOO_LARGE.value)
    except Exception as error:
        problem = Problem.TOO_LARGE if "memory" in str(error) else Problem.UNREADABLE
        return bytes(problem.value)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
