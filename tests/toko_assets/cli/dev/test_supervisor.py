"""The supervisor of `toko dev`, with small programs: how it starts them again, and how it ends them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import descendants, is_alive
from tests.waiting import wait_until
from toko_assets.cli.dev.supervisor import LONGEST_PAUSE, pause_after

SECONDS = 60
SUPERVISE = """
import os, sys
from pathlib import Path
from toko_assets.cli.dev.supervisor import Program, supervise

folder, *commands = sys.argv[1:]
programs = [Program(f"program {n}", ("sh", "-c", command)) for n, command in enumerate(commands)]
supervise([*programs, Program("late", ("touch", f"{folder}/late"), needs=Path(folder, "needed"))], os.environ, print)
"""
STUBBORN = "trap '' INT; touch stubborn; while true; do sleep 0.1; done"


@dataclass
class Supervisor:
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def programs(self) -> set[int]:
        return set(descendants(self.process.pid))

    def pid(self, command: str) -> int:
        (pid,) = [pid for pid, line in descendants(self.process.pid).items() if command in line]
        return pid

    def wait_for_line(self, line: str) -> None:
        wait_until(lambda: line in self.log.read_text().splitlines(), SECONDS, self.log)


@contextmanager
def supervising(folder: Path, *commands: str) -> Iterator[Supervisor]:
    """A supervisor of shell commands, the first of which goes on. It is started as a script's background process is:
    SIGINT is ignored."""
    command = [sys.executable, "-u", "-c", SUPERVISE, str(folder), *commands]
    with (folder / "log").open("wb") as log, subprocess.Popen(
        command, stdout=log, stderr=log, cwd=folder, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
    ) as process:  # fmt: skip
        supervisor = Supervisor(process, folder)
        try:
            wait_until(lambda: bool(supervisor.programs), SECONDS, supervisor.log)
            if STUBBORN in commands:
                wait_until((folder / "stubborn").exists, SECONDS, supervisor.log)
            yield supervisor
        finally:
            process.kill()


def test_a_program_that_is_killed_is_started_again(tmp_path: Path) -> None:
    with supervising(tmp_path, "exec sleep 600") as supervisor:
        (killed,) = supervisor.programs
        os.kill(killed, signal.SIGKILL)
        supervisor.wait_for_line("The program 0 was killed by signal 9. It is started again now.")
        wait_until(lambda: bool(supervisor.programs - {killed}), SECONDS, supervisor.log)


def test_one_that_ends_again_and_again_is_started_after_longer_and_longer_pauses(tmp_path: Path) -> None:
    with supervising(tmp_path, "exec sleep 600", "sleep 0.1; exit 3") as supervisor:
        for pause in ("now", "in 1 s", "in 2 s"):
            supervisor.wait_for_line(f"The program 1 ended with status 3. It is started again {pause}.")
    assert [pause_after(deaths) for deaths in range(1, 9)] == [0, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]


def test_one_that_needs_a_file_waits_for_it(tmp_path: Path) -> None:
    with supervising(tmp_path, "exec sleep 600") as supervisor:
        assert not (tmp_path / "late").exists()
        (tmp_path / "needed").touch()
        wait_until((tmp_path / "late").exists, SECONDS, supervisor.log)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_and_a_second_kills_what_does_not_end(tmp_path: Path, end: signal.Signals) -> None:
    with supervising(tmp_path, "exec sleep 600", STUBBORN) as supervisor:
        programs, sleeping = supervisor.programs, supervisor.pid("sleep 600")
        supervisor.process.send_signal(end)
        wait_until(lambda: not is_alive(sleeping), SECONDS, supervisor.log)
        assert supervisor.process.poll() is None
        supervisor.process.send_signal(end)
        assert supervisor.process.wait(SECONDS) == 0
    wait_until(lambda: not any(map(is_alive, programs)), SECONDS, supervisor.log)


def test_when_it_is_killed_they_are_killed(tmp_path: Path) -> None:
    with supervising(tmp_path, "exec sleep 600", STUBBORN) as supervisor:
        programs = supervisor.programs
        supervisor.process.kill()
        wait_until(lambda: not any(map(is_alive, programs)), SECONDS, supervisor.log)
