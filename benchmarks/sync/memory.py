"""What processes use, from Linux's /proc."""

import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from benchmarks.sync.results import Memory

KILOBYTE = 1024
SAMPLE_SECONDS = 0.2
"""Reading the sizes of a dozen processes takes some milliseconds: a few percent of one core at this pace."""
TICKS = os.sysconf("SC_CLK_TCK")


def peak_rss() -> int:
    """The most bytes that this process ever had resident (VmHWM)."""
    return _field(Path("/proc/self/status"), "VmHWM:")


def busy_seconds() -> float:
    """Processor time that all cores of the machine have spent on anything since it started."""
    user, nice, system, _idle, _wait, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS


class TreeWatch:
    """Samples the memory of a process and its descendants in a thread: `with TreeWatch(pid) as watch: …`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._end = Event()
        self._thread = Thread(target=self._sample, daemon=True)
        self._postgres = self._together = 0

    def __enter__(self) -> "TreeWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def memory(self, process: int) -> Memory:
        """The peaks seen; `process` is what the process itself said of its own."""
        return Memory(process, self._postgres, self._together)

    def _sample(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            own = _proportional(self._pid)
            others = sum(map(_proportional, descendants(self._pid)))
            self._postgres = max(self._postgres, others)
            self._together = max(self._together, own + others)


def wait_for_end(pids: list[int], seconds: float) -> bool:
    """Wait until none of these processes is there any more."""
    deadline = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def descendants(pid: int) -> list[int]:
    """Children, their children and so on; the kernel lists them by thread."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def _proportional(pid: int) -> int:
    """Proportional set size: a page shared by n processes counts as 1/n in each. 0 for one that just ended."""
    try:
        return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")
    except OSError:
        return 0


def _field(file: Path, name: str) -> int:
    line = next((line for line in file.read_text().splitlines() if line.startswith(name)), f"{name} 0 kB")
    return int(line.split()[1]) * KILOBYTE
