"""The stack as Compose runs it from a clean checkout: what tests do to it, and ask of it."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.backups import Shop, write_backup
from tests.servers.telegram import Person, TelegramServer
from tests.web_interface import WebInterface
from toko_assets.postgres.server import PostgresServer

CHECKOUT = Path(__file__).parent.parent.parent
NEEDED = (
    "Dockerfile", ".dockerignore", "docker-compose.yml", "Makefile", "pyproject.toml", "README.md", "LICENSE",
    "requirements", "deploy", "toko_core", "toko_assets", "toko_bot", "toko_web",
)  # fmt: skip
BASE_IMAGES = {
    name: os.environ[name] for name in ("PYTHON_IMAGE", "POSTGRES_IMAGE", "CADDY_IMAGE") if name in os.environ
}
"""Other ones than docker-compose.yml names: stand-ins, where no image registry answers (with_docker.sh)."""
PYTHON_IMAGE = BASE_IMAGES.get("PYTHON_IMAGE", "python:3.11-slim-bookworm")
DOCKER_SOCKET = Path(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
PROJECT = "toko"
SERVICES = ("postgres", "code", "webserver", "daemon", "bot", "web")
NEED_A_CATALOGUE = ("bot", "web")
"""Those that are unhealthy until the first backup is published."""
VOLUMES = ("toko_postgres", "toko_data", "toko_catalog", "toko_state", "toko_inbox", "toko_certificates")
RUN_LABEL = "dagster/run_id"
BUDI, SITI = 101, 102
"""Staff, owner."""
PRODUCTS = 20_000
ASKED = 777
FILE = "i5_TOKO.i5bu"
MADE_AGO = 120
"""Seconds. What is younger than a minute is read to its end by the sensor as well."""
WORKING = 0.5
PATIENCE = 600.0
"""Seconds. A machine that does other work as well was seen to need 100 for a sync that usually takes 20."""

Json = dict[str, Any]


def docker(*args: str, check: bool = True) -> str:
    """What `docker ARGS…` prints, both streams."""
    done = subprocess.run(["docker", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(args)}: {done.stdout}"
    return done.stdout.strip()


@dataclass
class Stack:
    """A checkout with a `.env`, a Bot API server on the host, and a folder of backups."""

    folder: Path
    settings: dict[str, str]
    telegram: TelegramServer
    budi: Person
    postgres: PostgresServer
    """Where backups are made, on the host."""

    def wait_until(self, done: Callable[[], object], what: str, seconds: float = PATIENCE) -> float:
        """Seconds until something is so."""
        begun = time.monotonic()
        while not done():
            assert time.monotonic() - begun < seconds, f"Not within {seconds:g} s: {what}\n{self.state()}"
            time.sleep(WORKING)
        return time.monotonic() - begun

    # Compose

    def compose(self, *args: str) -> str:
        """What it prints; fails with that if it does."""
        return self._run("docker", "compose", *args)

    def make(self, *args: str) -> str:
        """What `make ARGS…` prints."""
        return self._run("make", *args)

    def _run(self, program: str, *args: str) -> str:
        clean = {name: value for name, value in os.environ.items() if name not in self.settings}
        done = subprocess.run(
            [program, *args], cwd=self.folder, text=True, check=False, env=clean,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{self.state()}"
        return done.stdout

    def set(self, **settings: str) -> None:
        """Write them into `.env`, beside what is there."""
        self.settings.update(settings)
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in self.settings.items()))

    def wipe(self) -> None:
        """Leave nothing of it in Docker but the images."""
        runs = self.run_containers()
        if runs:
            docker("rm", "--force", *runs)
        self.compose("--profile", "webhook", "down", "--volumes", "--remove-orphans", "--timeout", "5")

    def sql(self, statement: str) -> str:
        """What PostgreSQL answers, in Dagster's database."""
        client = 'PGPASSWORD=$POSTGRES_PASSWORD psql -U postgres -h 127.0.0.1 -v ON_ERROR_STOP=1 -d dagster -c "$1"'
        return docker("exec", self.container("postgres"), "sh", "-c", client, "sh", statement)

    def container(self, service: str) -> str:
        """Its id."""
        return self.replicas(service)[0]

    def replicas(self, service: str) -> list[str]:
        """The ids of all its containers, those that have ended too."""
        ours = [f"--filter=label=com.docker.compose.{name}" for name in (f"project={PROJECT}", f"service={service}")]
        return docker("ps", "--all", "-q", "--no-trunc", *ours).split()

    def inspect(self, container: str) -> Json:
        found: Json = json.loads(docker("inspect", container))[0]
        return found

    def inspect_image(self, image: str) -> Json:
        """What Docker knows of an image, also if a container has the same name."""
        found: Json = json.loads(docker("image", "inspect", image))[0]
        return found

    def health(self, service: str) -> str:
        return str(self.inspect(self.container(service))["State"]["Health"]["Status"])

    def wait_for_health(self, services: Sequence[str] = SERVICES, seconds: float = PATIENCE) -> float:
        """Until all of them are healthy."""
        return self.wait_until(
            lambda: all(self.health(service) == "healthy" for service in services), f"healthy {services}", seconds
        )

    def started(self) -> dict[str, str]:
        """When each service's container was started last."""
        return {service: self.inspect(self.container(service))["State"]["StartedAt"] for service in SERVICES}

    def kill(self, *containers: str) -> None:
        """SIGKILL from outside: `docker kill` would count as a stop that is not to be repaired."""
        processes = docker("inspect", "--format", "{{.State.Pid}}", *containers).split()
        kill = ["--rm", "--pid", "host", "--user", "0", "--entrypoint", "sh", "toko-platform", "-c", 'kill -9 "$@"']
        docker("run", *kill, "kill", *processes)

    def memory(self) -> dict[str, float]:
        """Megabytes by service: its proportional set size (PSS), to which each user of a shared page counts a part."""
        return {service: _proportional(self.container(service)) for service in SERVICES}

    # Runs

    def run_containers(self, *, running: bool = False) -> list[str]:
        """Ids, newest first."""
        every = () if running else ("--all",)
        return docker("ps", "-q", "--no-trunc", *every, "--filter", f"label={RUN_LABEL}").split()

    def start_run(self, price: int) -> str:
        """Put a backup with this price, and give the id of the container that takes it, as soon as it is there."""
        self.wait_until(lambda: not self.run_containers(running=True), "the run before has ended")
        self.put_backup(price)
        self.wait_until(lambda: self.run_containers(running=True), "a run container has started")
        return self.run_containers(running=True)[0]

    def start_sync(self, price: int) -> str:
        """The same, when it is at work."""
        run = self.start_run(price)
        self.wait_until(lambda: "STEP_START" in self.log(run), "it is at work", 60)
        return run

    @property
    def web(self) -> WebInterface:
        return WebInterface(int(self.settings["WEB_PORT"]))

    def runs(self) -> list[Json]:
        """Newest first, as the web interface has them."""
        answer = self.web.ask("{ runsOrError { ... on Runs { results { runId status } } } }")
        results: list[Json] = answer["runsOrError"]["results"]
        return results

    def knows_its_runs(self) -> bool:
        """Whether the web interface answers, and has its storage."""
        try:
            return bool(self.runs())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stored(self) -> str:
        """Dagster's storage, whole, as SQL."""
        dump = "PGPASSWORD=$POSTGRES_PASSWORD pg_dump -U postgres -h 127.0.0.1 --inserts dagster"
        return docker("exec", self.container("postgres"), "sh", "-c", dump)

    # People

    def put_backup(self, price: int) -> None:
        """A backup with this price comes into the folder whole, with the time of its making, as Dropbox does it."""
        made = write_backup(self.postgres, self.folder / "made.i5bu", a_large_shop(price))
        made.chmod(0o644)
        os.utime(made, (time.time() - MADE_AGO,) * 2)
        made.rename(self.inbox / FILE)

    @property
    def inbox(self) -> Path:
        return Path(self.settings["BACKUP_FOLDER"])

    def price_answered(self) -> str:
        """What the bot says about a product; empty if it says nothing in time."""
        try:
            return self.budi.ask(f"barang ke {ASKED}", timeout=5).text
        except AssertionError:
            return ""

    def wait_for_price(self, price: int, seconds: float = PATIENCE) -> float:
        """Ask until the bot answers with this price."""
        return self.wait_until(lambda: shown(price) in self.price_answered(), f"the price {price} is answered", seconds)

    def containers(self) -> list[str]:
        """All of them, those of runs too."""
        ours = docker("ps", "--all", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}").split()
        return [*ours, *self.run_containers()]

    def log(self, container: str) -> str:
        return docker("logs", container)

    def everything_said(self) -> str:
        """The logs of all containers."""
        return "".join(docker("logs", container) for container in self.containers())

    def state(self) -> str:
        """For whom a test failed: what runs, and what was said last."""
        return "\n".join([docker("ps", "--all"), *(docker("logs", "--tail", "15", one) for one in self.containers())])


def shown(price: int) -> str:
    """A price as the bot writes it."""
    return f"Rp{price:,}".replace(",", ".")


def a_large_shop(price: int) -> Shop:
    """Items BARANG KE 0, 1 …: ASKED at this price, all others at 900, so that nothing blocks a changed price."""
    return Shop(
        items=[],
        statements=[
            f"""INSERT INTO tbl_item (kodeitem, namaitem, satuan, sistemhargajual, hargapokok, hargajual1, statusjual,
                statushapus) SELECT 'BRG-'||n, 'BARANG KE '||n, 'PCS', 'O', 800,
                CASE n WHEN {ASKED} THEN {price} ELSE 900 END, 'Y', 'N'
                FROM generate_series(0, {PRODUCTS - 1}) n""",
            f"""INSERT INTO tbl_itemsatuanjml (iddetail, kodeitem, satuan, jumlahkonv)
                SELECT 'BRG-'||n, 'BRG-'||n, 'PCS', 1 FROM generate_series(0, {PRODUCTS - 1}) n""",
        ],
    )


@contextmanager
def stack(folder: Path, postgres: PostgresServer, **more: str) -> Iterator[Stack]:
    """A clean checkout in `folder`, with `.env` filled, not started. Nothing of it is left in Docker afterwards."""
    taken = [volume for volume in docker("volume", "ls", "-q").split() if volume in VOLUMES]
    assert not taken, f"This Docker has a toko installation, which tests would destroy: {taken}"
    checkout, inbox = folder / "checkout", folder / "inbox"
    checkout.mkdir()
    inbox.mkdir()
    inbox.chmod(0o755)
    for name in NEEDED:
        source = CHECKOUT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, checkout / name)
    hosts = [
        "--rm",
        "--add-host",
        "host:host-gateway",
        "--entrypoint",
        "getent",
        PYTHON_IMAGE,
        "hosts",
        "host",
    ]
    with TelegramServer(address=docker("run", *hosts).split()[0]) as telegram:
        settings = {
            "DB_PASSWORD": "a-secret-of-the-role", "POSTGRES_PASSWORD": "a-secret-of-the-superuser",
            "DOCKER_GID": str(DOCKER_SOCKET.stat().st_gid), "DOCKER_SOCKET": str(DOCKER_SOCKET),
            "BACKUP_FOLDER": str(inbox), "ALLOWED_USERS": str(BUDI), "OWNER_USERS": str(SITI),
            "TELEGRAM_RATE_LIMIT": "0", "WEB_PORT": "3999", "CATALOG_PORT": "3998",
            **telegram.settings, **BASE_IMAGES, **more,
        }  # fmt: skip
        telegram.user(SITI, "Siti")
        running = Stack(checkout, {}, telegram, telegram.user(BUDI, "Budi"), postgres)
        running.set(**settings)
        try:
            yield running
        finally:
            running.wipe()


def _proportional(container: str) -> float:
    """Megabytes of all its processes. Only root may read them."""
    total = 0
    for process in docker("top", container, "-eo", "pid").split()[1:]:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            rollup = Path("/proc", process, "smaps_rollup").read_text().split()
            total += int(rollup[rollup.index("Pss:") + 1])
    return total / 1024
