"""Programs that are forks of the supervisor, and what the supervisor prints of its programs."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.processes import descendants, is_alive, kill
from tests.waiting import wait_until

SECONDS = 60
SUPERVISE = """
import os, sys, time
from pathlib import Path
from toko_assets.cli.dev.output import Output
from toko_assets.cli.dev.supervisor import Program, supervise

held = os.open("held", os.O_CREAT)  # as a lock is

def work():
    print("\\033[31mred\\033[0m and \\033[2J", os.environ["GIVEN"], Path(f"/proc/self/fd/{held}").exists(), flush=True)
    print("no end of line", end="")
    sys.stdout.flush()
    Path("working").touch()
    time.sleep(600)

programs = [
    Program("fork", work, find_problem=lambda _: None if Path("working").exists() else ""),
    Program("failing", lambda: sys.exit("one line"), needs=Path("working")),
    Program("off", ("false",), why_not="a setting is missing"),
]
seen = []

def report(statuses):
    for status in statuses:
        line = f"{status.name} is {status.state} {status.problem} {status.restarts}"
        if line not in seen:
            seen.append(line)
            print(line)

supervise(programs, {"GIVEN": "given"}, print, output=Output(lambda *line: print(*line, sep=" | ")), report=report)
"""


def test_a_fork_prints_under_its_name_is_started_again_and_dies_with_its_supervisor(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def wait_for(line: str) -> None:
        wait_until(lambda: line in log.read_text().splitlines(), SECONDS, log)

    with log.open("wb") as output, subprocess.Popen(
        [sys.executable, "-u", "-c", SUPERVISE], stdout=output, stderr=output, cwd=tmp_path
    ) as process:  # fmt: skip
        try:
            wait_for("fork is ready  0")
            wait_for("fork | red and \\u001b[2J given False")  # plain, with its own environment, without our files
            wait_for("off is off a setting is missing 0")
            wait_for("failing | one line")
            wait_for("The failing ended with status 1. It is started again now.")
            wait_for("failing is waiting ended with status 1 2")
            (fork,) = descendants(process.pid)
            kill(fork)
            wait_for("The fork was killed by signal 9. It is started again now.")
            wait_for("fork | no end of line")
            wait_for("fork is ready  1")
            (again,) = descendants(process.pid)
            process.kill()
            wait_until(lambda: not is_alive(again), SECONDS, log)
        finally:
            process.kill()


def test_a_fork_ends_as_ctrl_c_ends_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output, subprocess.Popen(
        [sys.executable, "-u", "-c", SUPERVISE], stdout=output, stderr=output, cwd=tmp_path
    ) as process:  # fmt: skip
        wait_until((tmp_path / "working").exists, SECONDS, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert "fork | KeyboardInterrupt" in log.read_text()
