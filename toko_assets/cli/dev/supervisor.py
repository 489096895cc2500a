"""Keeps programs running: starts each one again when it ends, and ends all of them together.

Linux ends the programs if this process dies. Each one has a process group of its own, so that Ctrl-C reaches only this
process, which then ends them. `toko dev` and `toko up` use it.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from toko_assets.cli.dev.forked import Forked
from toko_assets.cli.dev.output import Output
from toko_assets.cli.dev.status import State, Status
from toko_assets.common.process import get_signal_at_end_of_parent

POLL_SECONDS = 0.2
LONGEST_PAUSE = 30.0
"""Seconds between a death and the next start."""
STABLE_SECONDS = 60.0
"""A program that ran for so long did not die again and again: it is started at once."""
STOP_SECONDS = 60.0
"""How long programs may take to end. Then they are killed."""
CHECK_SECONDS, READY_CHECK_SECONDS = 0.5, 5.0
"""Seconds between two checks whether a program works: before it does, and afterwards."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running."""

    name: str
    """As messages call it."""
    command: tuple[str, ...] | Callable[[], object]
    """A command line. Or a function, which a fork of this process calls: it shares the memory of what is imported."""
    end_signal: signal.Signals = signal.SIGKILL
    """What it receives when the supervisor dies."""
    needs: Path | None = None
    """A file that must exist before it is started."""
    find_problem: Callable[[int], str | None] = lambda _: None
    """Returns why the process with this id does not work, in one line; an empty text if it has not begun to work."""
    address: str = ""
    """Where it is reached."""
    why_not: str = ""
    """Why it cannot run, such as a missing setting. It is never started then."""


def supervise(
    programs: Sequence[Program],
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    output: Output | None = None,
    report: Callable[[Sequence[Status]], None] = lambda _: None,
) -> None:
    """Keep programs running until this process receives SIGINT or SIGTERM, then end them. A second one kills them.

    `say` prints a line for each death. `output` receives what the programs print, which otherwise goes where this
    process prints. `report` is called several times a second with the status of each program.
    """
    received: list[int] = []
    for end in (signal.SIGINT, signal.SIGTERM):  # a script's background process inherits them as ignored
        signal.signal(end, lambda number, _: received.append(number))
    supervised = [Supervised(program, environment, say, output) for program in programs]
    wait = output.pass_on if output else time.sleep
    try:
        while not received:
            for one in supervised:
                one.look_after()
            report([one.status for one in supervised])
            wait(POLL_SECONDS)
    finally:
        _stop(supervised, lambda: len(received) > 1, wait)


class Supervised:
    """A program, its process, and how often it died."""

    def __init__(
        self, program: Program, environment: Mapping[str, str], say: Callable[[str], None], output: Output | None
    ) -> None:
        self._program, self._environment, self._say, self._output = program, environment, say, output
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._started = self._due = self._next_check = 0.0
        self._deaths = self._restarts = 0
        state: State = "off" if program.why_not else "waiting"
        self.status = Status(program.name, state, None, 0, time.time(), program.address, program.why_not)

    def look_after(self) -> None:
        """Start the process if it does not run and its pause is over. Check whether it works."""
        now = time.monotonic()
        if self._process is not None and not self.is_alive():
            self._report_death(self._process.returncode or 0, now)
        if self._process is None and self._may_start(now):
            self._process, self._started = start(self._program, self._environment, self._output), now
            self._next_check = now
            self._set_state("starting")
        if self._process is not None and now >= self._next_check:
            self._check(self._process.pid)
            self._next_check = now + (READY_CHECK_SECONDS if self.status.state == "ready" else CHECK_SECONDS)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and to the processes that it started."""
        if self._process is not None and self.is_alive():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _may_start(self, now: float) -> bool:
        program = self._program
        return not program.why_not and now >= self._due and (program.needs is None or program.needs.exists())

    def _check(self, pid: int) -> None:
        problem = self._program.find_problem(pid)
        if problem is None:
            self._set_state("ready")
        elif problem or self.status.state != "starting":
            self._set_state("not ready", problem)

    def _set_state(self, state: State, problem: str = "") -> None:
        pid = self._process.pid if self._process is not None else None
        since = self.status.since if state == self.status.state else time.time()
        self.status = Status(self._program.name, state, pid, self._restarts, since, self._program.address, problem)

    def _report_death(self, status: int, now: float) -> None:
        self._deaths = 1 if now - self._started >= STABLE_SECONDS else self._deaths + 1
        self._restarts += 1
        pause = pause_after(self._deaths)
        self._process, self._due = None, now + pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self._say(f"The {self._program.name} {how}. It is started again {f'in {pause:g} s' if pause else 'now'}.")
        self._set_state("waiting", how)


def pause_after(deaths: int) -> float:
    """Return the seconds before the next start, after so many deaths in a row: 0, 1, 2, 4 … LONGEST_PAUSE."""
    return 0.0 if deaths == 1 else min(2.0 ** (deaths - 2), LONGEST_PAUSE)


def start(
    program: Program, environment: Mapping[str, str], output: Output | None = None
) -> subprocess.Popen[bytes] | Forked:
    """Start a program in a process group of its own. It receives `end_signal` when this process dies."""
    to = output.open(program.name) if output else None
    try:
        if callable(program.command):
            return Forked(program.name, program.command, program.end_signal, environment, to)
        return _execute(program.command, program.end_signal, environment, to)
    finally:
        if to is not None:
            os.close(to)


def _execute(
    command: tuple[str, ...], end_signal: signal.Signals, environment: Mapping[str, str], to: int | None
) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def end_with_parent() -> None:
        get_signal_at_end_of_parent(end_signal)
        if os.getppid() != parent:  # it died before that
            os._exit(1)

    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=to, stderr=to, env=environment, process_group=0,
        preexec_fn=end_with_parent,
    )  # fmt: skip


def _stop(supervised: Sequence[Supervised], is_urgent: Callable[[], bool], wait: Callable[[float], None]) -> None:
    """Interrupt the programs as Ctrl-C does, and wait until they have ended."""
    deadline = time.monotonic() + STOP_SECONDS
    for one in supervised:
        one.send(signal.SIGINT)
    while any(one.is_alive() for one in supervised) and time.monotonic() < deadline and not is_urgent():
        wait(0.1)
    for one in supervised:
        one.send(signal.SIGKILL)
