"""Reads from Linux's /proc the memory and children of processes, and the processor time of the machine."""

import os
import time
from contextlib import suppress
from pathlib import Path

KILOBYTE = 1024
TICKS = os.sysconf("SC_CLK_TCK")


def rss(pid: int | None = None) -> int:
    """Return the resident bytes of a process (by default this one), including mapped files (VmRSS)."""
    return _field(Path(f"/proc/{pid or 'self'}/status"), "VmRSS:")


def peak_rss() -> int:
    """Return the peak of this process's resident bytes (VmHWM)."""
    return _field(Path("/proc/self/status"), "VmHWM:")


def proportional(pid: int) -> int:
    """Return the proportional set size: a page shared by n processes counts as 1/n. 0 for a process that just ended.

    A process that hides itself, as runs do, shows only its resident bytes to anybody but root.
    """
    try:
        return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")
    except PermissionError:
        return rss(pid)
    except OSError:
        return 0


def busy_seconds() -> float:
    """Return the processor time that all cores of the machine have spent since it started."""
    user, nice, system, _idle, _wait, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS


def cpu_seconds(pid: int) -> float:
    """Return the processor time of all threads of a process so far."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children and so on. The kernel lists them by thread."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def is_running(pid: int) -> bool:
    """Return whether the process lives: an orphan stays a zombie where process 1 does not wait for it."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return after_name[0] not in "ZX"


def wait_for_end(pids: list[int], seconds: float) -> bool:
    """Wait until all of these processes have ended. Return False after a timeout."""
    deadline = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _field(file: Path, name: str) -> int:
    line = next((line for line in file.read_text().splitlines() if line.startswith(name)), f"{name} 0 kB")
    return int(line.split()[1]) * KILOBYTE
