"""The supervisor of `toko dev`, with small programs: how it starts them again, and how it ends them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.processes import descendants, is_alive
from tests.web_interface import wait_until
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
STUBBORN = "trap '' INT; while true; do sleep 0.1; done"


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

    def wait_for_line(self, line: str) -> None:
        wait_until(lambda: line in self.log.read_text().splitlines(), SECONDS, self.log)


@contextmanager
def supervising(folder: Path, *commands: str) -> Iterator[Supervisor]:
    """A supervisor of shell commands, started as a script's background process: SIGINT is ignored."""
    command = [sys.executable, "-u", "-c", SUPERVISE, str(folder), *commands]
    with (folder / "log").open("wb") as log, subprocess.Popen(
        command, stdout=log, stderr=log, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
    ) as process:  # fmt: skip
        supervisor = Supervisor(process, folder)
        try:
            wait_until(lambda: len(supervisor.programs) >= len(commands), SECONDS, supervisor.log)
            yield supervisor
        finally:
            process.kill()


def has_ended(programs: set[int]) -> bool:
    """Whether at least one of the programs has."""
    return not all(map(is_alive, programs))


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


def test_it_ends_all_with_one_signal_and_kills_what_does_not_end_with_a_second(tmp_path: Path) -> None:
    for end in (signal.SIGINT, signal.SIGTERM):
        with supervising(tmp_path, "exec sleep 600", STUBBORN) as supervisor:
            programs = supervisor.programs
            supervisor.process.send_signal(end)
            wait_until(partial(has_ended, programs), SECONDS, supervisor.log)
            assert supervisor.process.poll() is None
            supervisor.process.send_signal(end)
            assert supervisor.process.wait(SECONDS) == 0
        assert not any(map(is_alive, programs))


def test_when_it_is_killed_they_are_killed(tmp_path: Path) -> None:
    with supervising(tmp_path, "exec sleep 600", STUBBORN) as supervisor:
        programs = supervisor.programs
        supervisor.process.kill()
        wait_until(lambda: not any(map(is_alive, programs)), SECONDS, supervisor.log)
