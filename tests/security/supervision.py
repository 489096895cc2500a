"""Runs attacks one after another in a process of their own, and measures what each does to it.

An attack that kills the process, does not end, or takes too much memory is a fault. The next one gets a new process.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.procfs import descendants, proportional, wait_for_end

LONGEST = 10.0
"""Seconds that an attack may take, without those in which other programs had the processor."""
MOST_MEMORY = 600 << 20
"""Bytes that the attacked process and those that it starts may have together."""
STOPPED_AT = 2 * MOST_MEMORY
"""A process with so much memory is killed: attacks have taken 10 GB."""
START_SECONDS = 300.0
SAMPLE_SECONDS = 0.05
FILE = "attack"
"""The file of the attack that is going on, in the folder of its process."""
LOG = "worker.log"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attack."""

    number: int
    kind: str
    end: str
    """What became of it, such as `rejected`. Empty after a crash."""
    seconds: float
    memory: int
    """Bytes at the peak, of the process and those that it started."""
    fault: str = ""
    """What was wrong. Empty if all was well."""


class EndedError(Exception):
    """The process ended, or had to be killed."""


class Worker:
    """A process that attacks one part of the product: `with Worker("archives", folder) as worker: …`.

    The folder keeps the process's files. `limit` are the seconds that one attack may take.
    """

    def __init__(self, part: str, folder: Path, limit: float = LONGEST) -> None:
        self._part, self._folder, self._limit = part, folder, limit
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""
        self._peak = 0
        self._last = 0.0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()  # it ends by itself, and what it has started with it
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
            self._discard()

    def attack(self, number: int) -> Outcome:
        """Do one attack. A fault is in the outcome, and does not raise."""
        process = self._started()
        assert process.stdin is not None
        made, kind, begun = "", "", self._now()
        try:
            process.stdin.write(b"%d\n" % number)
            process.stdin.flush()
            kind = self._answer(START_SECONDS)["kind"]
            self._forget_peaks()
            begun = self._now()
            process.stdin.write(b"\n")
            process.stdin.flush()
            answer = self._answer(self._limit)
            made, fault = answer["end"], answer["fault"]
        except (EndedError, BrokenPipeError) as error:
            fault = str(error)
        seconds = (self._now() if process.poll() is None else self._last) - begun
        memory = max(self._peak, self._measure(highest=True))
        if not fault and memory > MOST_MEMORY:
            fault = f"{memory >> 20:,} MB of memory"
        if process.poll() is not None:
            self._discard()
        return Outcome(number, kind, made, round(seconds, 3), memory, fault)

    def keep(self, to: Path) -> None:
        """Copy the file of the last attack."""
        with suppress(FileNotFoundError):
            shutil.copyfile(self._folder / FILE, to)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._read = b""
            with (self._folder / LOG).open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.security.worker", self._part, str(self._folder)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                )  # fmt: skip
            self._answer(START_SECONDS)
        return self._process

    def _answer(self, seconds: float) -> dict[str, Any]:
        """Wait for a line of the process, and meanwhile measure its memory. Raises EndedError."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        deadline, self._peak, before = self._now() + seconds, 0, 0
        while b"\n" not in self._read:
            if not select.select([process.stdout], [], [], SAMPLE_SECONDS)[0]:
                # Between vfork and exec, a child's memory is that of its parent, and would count twice.
                before, now = self._measure(), before
                self._peak = max(self._peak, min(before, now))
                if self._peak > STOPPED_AT:
                    self._kill()
                    raise EndedError(f"killed at {self._peak >> 20:,} MB of memory")
                if self._now() > deadline:
                    self._kill()
                    raise EndedError(f"did not end within {seconds:g} s")
            elif piece := os.read(process.stdout.fileno(), 1 << 16):
                self._read += piece
            else:
                status = process.wait()
                self._kill()
                raise EndedError(f"the process ended with status {status}: see {self._folder / LOG}")
        line, _, self._read = self._read.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _measure(self, *, highest: bool = False) -> int:
        """Return the bytes of all processes together, or the highest that any of them had since `_forget_peaks`."""
        if highest:
            return max(map(_highest, self._processes()), default=0)
        return together(self._processes())

    def _now(self) -> float:
        """Return the time, without what the process has waited for a processor."""
        with suppress(OSError, AttributeError):
            waited = Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[1]  # type: ignore[union-attr]
            self._last = time.monotonic() - int(waited) / 1e9
        return self._last

    def _forget_peaks(self) -> None:
        for pid in self._processes():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def _processes(self) -> list[int]:
        return [self._process.pid, *descendants(self._process.pid)] if self._process else []

    def _discard(self) -> None:
        self._kill()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(BrokenPipeError):
                    pipe.close()  # type: ignore[union-attr]
        self._process = None

    def _kill(self) -> None:
        processes = self._processes()
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        wait_for_end(processes, 30)


def together(pids: Iterable[int]) -> int:
    """Return the bytes of processes: a page that several have counts once."""
    return sum(map(proportional, pids))


def _highest(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
