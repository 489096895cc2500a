"""`toko dev` when its processes are killed, in one group: the tests follow each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, run_toko, set_time
from tests.backups import a_shop, write_backup
from tests.installation import Answer, Installation
from tests.processes import descendants, is_alive, kill
from tests.waiting import wait_until
from tests.web_interface import WebInterface, answers, web_interface
from toko_assets.cli.dev.lock import Started, find_started
from toko_assets.postgres.server import PostgresServer

SECONDS = 150
STATE = """{
  runsOrError { ... on Runs { results { runId status } } }
  workspaceOrError { ... on Workspace { locationEntries {
    updatedTimestamp locationOrLoadError { __typename ... on PythonError { causes { message } } }
  } } }
  instance { daemonHealth { daemonStatus(daemonType: "SENSOR") { lastHeartbeatTime } } }
}"""
CODE_SERVER, LOADED_CODE = "-m toko_assets.cli.dev.code_server", "-m dagster api grpc"
DAEMON, WEB_SERVER = "-m toko_assets.defs.daemon", "-m toko_assets.defs.webserver"


@dataclass
class Group:
    """A running `toko dev`."""

    toko: Installation
    web: WebInterface
    log: Path

    @property
    def started(self) -> Started:
        started = find_started(self.toko.data / "dagster")
        assert started is not None
        return started

    @property
    def processes(self) -> dict[int, str]:
        return descendants(self.started.pid)

    def pid(self, command: str) -> int:
        (pid,) = [pid for pid, line in self.processes.items() if command in line]
        return pid

    def kill(self, *commands: str) -> None:
        for pid in [self.pid(command) for command in commands]:
            kill(pid)

    @property
    def state(self) -> dict[str, Any]:
        return self.web.ask(STATE)

    @property
    def runs(self) -> dict[str, str]:
        """Statuses by id, the newest first."""
        return {run["runId"]: run["status"] for run in self.state["runsOrError"]["results"]}

    @property
    def location(self) -> dict[str, Any]:
        (entry,) = self.state["workspaceOrError"]["locationEntries"]
        return dict(entry)

    def wait(self, done: Callable[[], bool]) -> None:
        wait_until(done, SECONDS, self.log)

    def wait_for_new_location(self, old: dict[str, Any]) -> None:
        """Until the web interface shows the code location that was loaded after the old one."""
        self.wait(
            lambda: (new := self.location) != old and new["locationOrLoadError"]["__typename"] == "RepositoryLocation"
        )


def arrive(backup: Path, inbox: Path, age: timedelta) -> None:
    """A backup that was dumped so long ago, and has been complete since."""
    made = datetime.now(ZoneInfo("Asia/Jakarta")) - age
    dumped_at(backup, made)
    set_time(backup, int(made.timestamp()))
    backup.rename(inbox / backup.name)


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> list[Path]:
    folder = tmp_path_factory.mktemp("backups")
    return [write_backup(postgres, folder / f"i5_TOKO_{n}.i5bu", a_shop(price=1000 + n)) for n in (1, 2)]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, backups: list[Path]) -> Iterator[Group]:
    """With a backup that waits for it."""
    folder = tmp_path_factory.mktemp("dev")
    log = folder / "dagster.log"
    with installed(folder, SALES_EVERY_HOURS="0") as toko:
        toko.inbox.mkdir(parents=True)
        arrive(backups[0], toko.inbox, timedelta(hours=2))
        with web_interface(toko.data, log) as web:
            yield Group(toko, web, log)


def test_a_run_outlives_the_code_server_and_publishes(group: Group) -> None:
    group.wait(lambda: "STARTED" in group.runs.values())
    location = group.location
    group.kill(CODE_SERVER, LOADED_CODE)
    group.wait(lambda: set(group.runs.values()) == {"SUCCESS"})
    assert len(group.runs) == 1
    group.wait_for_new_location(location)


def test_the_web_server_and_the_daemon_are_started_again(group: Group) -> None:
    killed = {group.pid(DAEMON), group.pid(WEB_SERVER)}
    group.kill(DAEMON, WEB_SERVER)
    group.wait(lambda: not answers(group.web))
    group.wait(lambda: answers(group.web))
    assert not killed & {group.pid(DAEMON), group.pid(WEB_SERVER)}


def test_no_process_of_the_group_writes_files_that_others_can_read(group: Group) -> None:
    pids = [group.started.pid, *group.processes]
    assert len(pids) > 4
    masks = {line for pid in pids for line in status(pid).splitlines() if line.startswith("Umask:")}
    assert masks == {"Umask:\t0077"}


def status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:  # it has ended
        return ""


def test_a_backup_that_comes_after_the_process_with_the_loaded_code_was_killed_is_published(
    group: Group, backups: list[Path]
) -> None:
    location = group.location
    group.kill(LOADED_CODE)
    arrive(backups[1], group.toko.inbox, timedelta(hours=1))
    group.wait_for_new_location(location)
    group.wait(lambda: list(group.runs.values()) == ["SUCCESS", "SUCCESS"])
    assert group.toko.prices()["BRG-0"] == 1002


def test_doctor_says_that_all_of_it_works(group: Group) -> None:
    said = run_toko("doctor").output
    assert f"✓ code it is loaded, and {group.web.address} responds" in said
    assert "✓ daemon all parts reported, the latest " in said
    assert "✓ sensor new_backup last ran " in said


def test_every_death_was_one_line(group: Group) -> None:
    lines = [line.partition(" - toko - ")[2] for line in group.log.read_text().splitlines() if " - toko - " in line]
    killed, *others, ended = lines
    assert killed == "The code server was killed by signal 9. It is started again now."
    assert sorted(others) == [
        f"The {name} was killed by signal 9. It is started again now." for name in ("daemon", "web server")
    ]
    assert ended.startswith("The code server ended with status 1. It is started again ")


def test_a_second_start_is_one_line(group: Group) -> None:
    home, pid = group.toko.data / "dagster", group.started.pid
    line = f"toko: `toko dev` is already running for {home} (process {pid}, {group.web.address}): stop it first."
    assert run_toko("dev", "--port", "65000") == Answer(1, "", line)


def test_doctor_says_why_the_code_cannot_be_loaded(group: Group) -> None:
    env_file = Path(".env")
    env_file.write_text("KEEP_BACKUPS=none\n")
    group.kill(LOADED_CODE)
    group.wait(lambda: "KEEP_BACKUPS" in str(group.location["locationOrLoadError"]))
    env_file.unlink()  # doctor reads the same settings
    said = run_toko("doctor").output
    assert "✗ code It cannot be loaded: toko_core.SettingError: The setting KEEP_BACKUPS is wrong: " in said
    assert f"Fix that, then press Reload at {group.web.address}/locations." in said


def test_nothing_is_left_when_it_is_killed_and_doctor_says_so(group: Group) -> None:
    pid, processes = group.started.pid, group.processes
    for command in (CODE_SERVER, LOADED_CODE, DAEMON, WEB_SERVER):
        assert group.pid(command) in processes
    kill(pid)
    group.wait(lambda: not any(map(is_alive, processes)))
    said = run_toko("doctor")
    assert "✗ toko dev It was killed, and nothing has started it again. `make dev` starts everything" in said.output
    assert said.status == 1
