"""`toko up` with all its parts, in one group: the tests follow each other."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.acceptance.places import installed, run_toko
from tests.backups import a_shop, write_backup
from tests.installation import Answer, Installation
from tests.processes import descendants, is_alive, kill
from tests.reliability.growth import pss
from tests.servers.telegram import Person, TelegramServer
from tests.toko_assets.cli.dev.test_dev import arrive
from tests.toko_bot.bot.process import BUDI, environment
from tests.toko_web.serving import free_port
from tests.waiting import wait_until
from tests.web_interface import WebInterface, answers
from tests.whole_way import price_shown
from toko_assets.cli.dev.lock import find_started
from toko_assets.cli.dev.status import Status
from toko_assets.cli.up.written import FILE, read_status
from toko_assets.postgres.server import PostgresServer

SECONDS = 180
TOKO = Path(sys.executable).with_name("toko")
MOST_MEGABYTES = 800
"""PSS of all processes at rest."""
MOST_MEGABYTES_OF_THE_PAGE = 160
PARTS = ["code server", "daemon", "web server", "page", "bot"]


@dataclass
class Up:
    """A running `toko up`."""

    toko: Installation
    process: subprocess.Popen[bytes]
    log: Path
    web: WebInterface
    telegram: TelegramServer
    budi: Person
    page: str
    """The address of the catalogue's pages."""

    @property
    def home(self) -> Path:
        return self.toko.data / "dagster"

    @property
    def parts(self) -> dict[str, Status]:
        return {status.name: status for status in read_status(self.home)}

    @property
    def states(self) -> dict[str, str]:
        return {name: status.state for name, status in self.parts.items()}

    def pid(self, part: str) -> int:
        return self.parts[part].pid or 0

    def wait_until_ready(self, *parts: str) -> None:
        wait_until(lambda: all(self.states.get(part) == "ready" for part in parts), SECONDS, self.log)

    def wait_for_price(self, price: int) -> None:
        def is_answered() -> bool:
            try:
                return price_shown(price) in self.budi.ask("barang ke 0", timeout=5).text
            except AssertionError:
                return False

        wait_until(is_answered, SECONDS, self.log)

    def wait_until_idle(self) -> None:
        """Until no run is left: the daemon has only the process that forks runs, and multiprocessing's tracker."""
        wait_until(lambda: len(descendants(self.pid("daemon"))) <= 2, SECONDS, self.log)

    def said(self) -> list[str]:
        """What it said itself, without times."""
        lines = [line.partition(" | ") for line in self.log.read_text().splitlines()]
        return [text[20:] for name, _, text in lines if name.strip() == "toko"]


def start(toko: Installation, telegram: TelegramServer, **settings: str) -> Up:
    port, page = free_port(), free_port()
    variables = environment(telegram, toko.data, DAGSTER_HOME=str(toko.data / "dagster"), SALES_EVERY_HOURS="0")
    variables["CATALOG_LISTEN"] = f"127.0.0.1:{page}"
    del variables["DAGSTER_URL"]
    log = toko.data.with_name(f"up-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [TOKO, "up", "--port", str(port)],
            env=variables | settings, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    budi = telegram.user(BUDI, "Budi")
    return Up(toko, process, log, WebInterface(port), telegram, budi, f"http://127.0.0.1:{page}")


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> list[Path]:
    folder = tmp_path_factory.mktemp("backups")
    return [write_backup(postgres, folder / f"i5_TOKO_{n}.i5bu", a_shop(price=1000 + n)) for n in (1, 2)]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, backups: list[Path]) -> Iterator[Up]:
    """With a backup that waits for it."""
    with installed(tmp_path_factory.mktemp("up")) as toko, TelegramServer() as telegram:
        toko.inbox.mkdir(parents=True)
        arrive(backups[0], toko.inbox, timedelta(hours=2))
        up = start(toko, telegram)
        try:
            yield up
        finally:
            up.process.kill()
            up.process.wait()


def test_everything_works_and_a_backup_is_answered(up: Up) -> None:
    up.wait_until_ready(*PARTS)
    up.wait_for_price(1001)
    said = up.said()
    assert said[0] == "Starting code server, daemon, web server, page, bot. Ctrl-C ends all."
    addresses = {"web server": up.web.address, "page": up.page}
    for part in PARTS:
        (line,) = [line for line in said if line.startswith(f"{part.capitalize()} is ready after ")]
        assert line.endswith(f": {addresses[part]}." if part in addresses else " s.")
    labels = {line.partition(" | ")[0].strip() for line in up.log.read_text().splitlines()}
    assert {"toko", "daemon", "bot"} <= labels <= {"toko", *PARTS}
    assert "\x1b" not in up.log.read_text()
    assert " - DEBUG - " not in up.log.read_text()


def test_another_terminal_shows_each_part_and_where_it_is(up: Up) -> None:
    said = run_toko("service", "status")
    assert said.status == 0
    for part in PARTS:
        assert f"{part} ready since " in said.output
    assert f"restarts 0 {up.web.address}" in said.output
    assert f"restarts 0 {up.page}" in said.output
    assert httpx.get(f"{up.page}/static/toko.css").status_code == 200


@pytest.mark.parametrize("command", ["up", "dev"])
def test_a_second_start_is_one_line(up: Up, command: str) -> None:
    line = (
        f"toko: `toko up` is already running for {up.home} (process {up.process.pid}, {up.web.address}): stop it first."
    )
    assert run_toko(command, "--port", "65000") == Answer(1, "", line)


def test_together_the_processes_need_little_memory_because_they_are_forks(up: Up) -> None:
    up.wait_until_idle()
    pids = [up.process.pid, *descendants(up.process.pid)]
    names = {Path(f"/proc/{pid}/cmdline").read_text().strip("\0") for pid in pids}
    assert names >= {"toko code server", "toko daemon", "toko web server", "toko runs"}
    assert sum(map(pss, pids)) < MOST_MEGABYTES


def test_the_page_shares_no_memory_with_the_chain_and_has_its_own_limits(up: Up) -> None:
    assert Path(f"/proc/{up.pid('page')}/cmdline").read_bytes().split(b"\0")[1:3] == [b"-m", b"toko_web"]
    assert pss(up.pid("page")) < MOST_MEGABYTES_OF_THE_PAGE


def test_the_bot_talks_to_this_dagster(up: Up) -> None:
    variables = dict(
        line.split("=", 1) for line in Path(f"/proc/{up.pid('bot')}/environ").read_text().split("\0") if "=" in line
    )
    assert variables["DAGSTER_URL"] == up.web.address


def test_each_part_that_is_killed_is_started_again_and_the_next_backup_is_answered(up: Up, backups: list[Path]) -> None:
    killed = {part: up.pid(part) for part in PARTS}
    runs = [pid for pid, command in descendants(killed["daemon"]).items() if "toko runs" in command]
    for pid in [*killed.values(), *runs]:
        kill(pid)
    wait_until(lambda: all(up.pid(part) not in (0, killed[part]) for part in PARTS), SECONDS, up.log)
    up.wait_until_ready(*PARTS)
    assert {part.restarts for part in up.parts.values()} == {1}
    arrive(backups[1], up.toko.inbox, timedelta(hours=1))
    up.wait_for_price(1002)
    assert sorted(line for line in up.said() if "signal" in line) == sorted(
        f"The {part} was killed by signal 9. It is started again now." for part in PARTS
    )


def test_reload_in_the_web_interface_loads_the_code_with_the_settings_of_now(up: Up) -> None:
    before = up.pid("code server")
    up.web.ask('mutation { reloadRepositoryLocation(repositoryLocationName: "toko") { __typename } }')
    wait_until(lambda: up.pid("code server") not in (0, before), SECONDS, up.log)
    up.wait_until_ready("code server")
    location = "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }"
    wait_until(lambda: "RepositoryLocation" in json.dumps(up.web.ask(location)), SECONDS, up.log)


def test_a_signal_ends_everything(up: Up) -> None:
    up.wait_until_idle()
    processes = descendants(up.process.pid)
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(SECONDS) == 0, up.log.read_text()
    wait_until(lambda: not any(map(is_alive, processes)), SECONDS, up.log)
    assert up.said()[-1] == "All parts have ended."
    own = [line for line in up.log.read_text().splitlines() if " | " not in line]
    assert own == []  # no traceback of its own, and nothing that DuckDB says is leaked
    assert not (up.home / FILE).exists()
    assert find_started(up.home) is None
    assert not answers(up.web)


def test_without_a_token_the_bot_is_off_without_its_port_the_page_and_the_rest_runs_until_it_is_killed(up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        taken = f"127.0.0.1:{another.getsockname()[1]}"
        chain = start(up.toko, up.telegram, TELEGRAM_BOT_TOKEN="", CATALOG_LISTEN=taken)
        try:
            chain.wait_until_ready(*PARTS[:3])
        except BaseException:
            chain.process.kill()
            raise
    try:
        assert (chain.states["bot"], chain.states["page"]) == ("off", "off")
        assert (
            f"Page is off: {taken} cannot be used (Address already in use): set CATALOG_LISTEN in .env, then restart."
            in (chain.said())
        )
        (line,) = [line for line in chain.said() if "TELEGRAM_BOT_TOKEN" in line]
        assert (
            line == "Bot is off: TELEGRAM_BOT_TOKEN is not set: put the token from @BotFather into .env, then restart."
        )
        processes = descendants(chain.process.pid)
        os.killpg(chain.process.pid, signal.SIGKILL)
        chain.process.wait()
        wait_until(lambda: not any(map(is_alive, processes)), SECONDS, chain.log)
        assert find_started(chain.home) is not None
    finally:
        chain.process.kill()
        chain.process.wait()
