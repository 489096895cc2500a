"""Keeps programs running: starts each one again when it ends, and ends all of them together.

Linux ends the programs if this process dies. Each one has a process group of its own, so that Ctrl-C reaches only this
process, which then ends them.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from toko_assets.common.process import get_signal_at_end_of_parent

POLL_SECONDS = 0.2
LONGEST_PAUSE = 30.0
"""Seconds between a death and the next start."""
STABLE_SECONDS = 60.0
"""A program that ran for so long did not die again and again: it is started at once."""
STOP_SECONDS = 60.0
"""How long programs may take to end. Then they are killed."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running."""

    name: str
    """As messages call it."""
    command: tuple[str, ...]
    end_signal: signal.Signals = signal.SIGKILL
    """What it receives when the supervisor dies."""
    needs: Path | None = None
    """A file that must exist before it is started."""


def supervise(programs: Sequence[Program], environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Keep programs running until this process receives SIGINT or SIGTERM, then end them. A second one kills them."""
    received: list[int] = []
    for end in (signal.SIGINT, signal.SIGTERM):  # a script's background process inherits them as ignored
        signal.signal(end, lambda number, _: received.append(number))
    supervised = [Supervised(program, environment, say) for program in programs]
    try:
        while not received:
            for one in supervised:
                one.look_after()
            time.sleep(POLL_SECONDS)
    finally:
        _stop(supervised, lambda: len(received) > 1)


class Supervised:
    """A program, its process, and how often it died."""

    def __init__(self, program: Program, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._program, self._environment, self._say = program, environment, say
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._due = 0.0
        self._deaths = 0

    def look_after(self) -> None:
        """Start the process if it does not run and its pause is over."""
        now = time.monotonic()
        if self._process is not None and not self.is_alive():
            self._report_death(self._process.returncode, now)
        if self._process is None and now >= self._due and (self._program.needs is None or self._program.needs.exists()):
            self._process, self._started = start(self._program, self._environment), now

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and to the processes that it started."""
        if self._process is not None and self.is_alive():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _report_death(self, status: int, now: float) -> None:
        self._deaths = 1 if now - self._started >= STABLE_SECONDS else self._deaths + 1
        pause = pause_after(self._deaths)
        self._process, self._due = None, now + pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self._say(f"The {self._program.name} {how}. It is started again {f'in {pause:g} s' if pause else 'now'}.")


def pause_after(deaths: int) -> float:
    """Return the seconds before the next start, after so many deaths in a row: 0, 1, 2, 4 … LONGEST_PAUSE."""
    return 0.0 if deaths == 1 else min(2.0 ** (deaths - 2), LONGEST_PAUSE)


def start(program: Program, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own. It receives `end_signal` when this process dies."""
    parent = os.getpid()

    def end_with_parent() -> None:
        get_signal_at_end_of_parent(program.end_signal)
        if os.getppid() != parent:  # it died before that
            os._exit(1)

    return subprocess.Popen(
        program.command, stdin=subprocess.DEVNULL, env=environment, process_group=0, preexec_fn=end_with_parent
    )


def _stop(supervised: Sequence[Supervised], is_urgent: Callable[[], bool]) -> None:
    """Interrupt the programs as Ctrl-C does, and wait until they have ended."""
    deadline = time.monotonic() + STOP_SECONDS
    for one in supervised:
        one.send(signal.SIGINT)
    while any(one.is_alive() for one in supervised) and time.monotonic() < deadline and not is_urgent():
        time.sleep(0.1)
    for one in supervised:
        one.send(signal.SIGKILL)
