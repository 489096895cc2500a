"""Observes the bot from outside: its memory, processor time and log."""

import re
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.procfs import cpu_seconds, rss

SAMPLE_SECONDS = 0.5
INSIDE = re.compile(r"^DEBUG Answered in ([\d.]+) ms$", re.MULTILINE)
SERVING = re.compile(r"^INFO Serving ", re.MULTILINE)
REJECTED = re.compile(r"^ERROR The new catalogue is rejected", re.MULTILINE)
COMPLAINT = re.compile(r"^(?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)
LOG_FORMAT = "%(levelname)s %(message)s"


class Watch(AbstractContextManager["Watch"]):
    """Samples the resident bytes of a process in a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.samples: list[int] = []
        self.busy = 0.0
        """The cores that the process used on average. It is set when the block ends."""

    def __enter__(self) -> "Watch":
        self._started, self._used = time.monotonic(), cpu_seconds(self._pid)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self.busy = (cpu_seconds(self._pid) - self._used) / (time.monotonic() - self._started)

    def _sample(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            self.samples.append(rss(self._pid))


class Log:
    """The bot's log, written with LOG_FORMAT at the level DEBUG."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def text(self) -> str:
        return self._file.read_text(errors="replace") if self._file.exists() else ""

    def inside(self) -> list[float]:
        """Return the seconds of each answer so far, in the order in which they went to the network."""
        return [float(milliseconds) / 1000 for milliseconds in INSIDE.findall(self.text)]

    def served(self) -> int:
        """Return how many catalogues the bot has served."""
        return len(SERVING.findall(self.text))

    def rejected(self) -> int:
        return len(REJECTED.findall(self.text))

    def complaints(self) -> tuple[str, ...]:
        return tuple(COMPLAINT.findall(self.text))
