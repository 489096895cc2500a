"""The parts that `toko up` runs. To add one, write a function here that returns its Program, and add it to PARTS."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path

from toko_assets.cli.dev import port_problem
from toko_assets.cli.dev.programs import CODE_SERVER, LOCATION
from toko_assets.cli.dev.supervisor import Program
from toko_bot.service.health import read_beat
from toko_bot.settings import load_settings
from toko_core import SettingError
from toko_core.settings import env_file
from toko_web.settings import load_settings as load_page_settings

FORKED = (
    "toko_assets.cli.up.code_server", "toko_assets.defs.daemon.__main__", "toko_assets.defs.daemon.warm",
    "toko_assets.defs.webserver.__main__",
)  # fmt: skip
"""What the parts import that are forks of `toko up`: it imports this once, before it starts them."""
BOT, PAGE = "bot", "page"
CONNECT_SECONDS = 1.0
TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 -- a name


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts find each other."""

    folder: Path
    """A private folder for this `toko up`."""
    port: int

    @property
    def code_socket(self) -> Path:
        return self.folder / "code.sock"

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace.yaml"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def list_parts(places: Places) -> list[Program]:
    """Write what the parts need into their folder, and return them in the order in which they start."""
    location = {"grpc_server": {"socket": str(places.code_socket), "location_name": LOCATION}}
    places.workspace.write_text(json.dumps({"load_from": [location]}))  # JSON is YAML
    return [part(places) for part in PARTS]


def _code_server(places: Places) -> Program:
    path = str(places.code_socket)

    def serve() -> None:
        import_module("toko_assets.cli.up.code_server").serve_code(path)

    return Program(CODE_SERVER, serve, find_problem=lambda _: _connect(socket.AF_UNIX, path))


def _daemon(places: Places) -> Program:
    ready = places.folder / "daemon.ready"
    options = ["--ready-file", str(ready), "--log-level=warning"]  # each tick of a sensor is an "info"

    def run() -> None:
        ready.unlink(missing_ok=True)  # an earlier daemon's
        _run_command("toko_assets.defs.daemon.__main__", places, options)

    return Program(
        "daemon", run, needs=places.code_socket, find_problem=lambda _: None if ready.exists() else ""
    )  # fmt: skip


def _web_server(places: Places) -> Program:
    place, options = ("127.0.0.1", places.port), ["--host=127.0.0.1", f"--port={places.port}"]
    return Program(
        "web server",
        lambda: _run_command("toko_assets.defs.webserver.__main__", places, options),
        needs=places.code_socket,
        find_problem=lambda _: _connect(socket.AF_INET, place),
        address=places.address,
    )


def _bot(_: Places) -> Program:
    """The bot is a process of its own, which reads what strangers write and shares nothing with the chain."""
    command = (sys.executable, "-m", "toko_bot")
    if not (os.environ.get(TOKEN) or env_file().get(TOKEN)):
        why_not = f"{TOKEN} is not set: put the token from @BotFather into .env, then restart."
        return Program(BOT, command, why_not=why_not)
    try:
        settings = load_settings()
    except SettingError as error:
        return Program(BOT, command, why_not=str(error))

    def find_problem(pid: int) -> str | None:
        beat = read_beat(settings)
        return beat.problem_at(time.time()) if beat is not None and beat.pid == pid else ""

    return Program(BOT, command, signal.SIGTERM, find_problem=find_problem)


def _page(_: Places) -> Program:
    """The catalogue's pages are a process of their own, which reads what strangers write and shares nothing."""
    command = (sys.executable, "-m", "toko_web")
    try:
        settings = load_page_settings()
    except SettingError as error:
        return Program(PAGE, command, why_not=str(error))
    if problem := port_problem(*settings.listen_place):
        why_not = f"{settings.catalog_listen} cannot be used ({problem}): set CATALOG_LISTEN in .env, then restart."
        return Program(PAGE, command, why_not=why_not)
    return Program(PAGE, command, find_problem=lambda _: _ask(*settings.near_place), address=settings.near_url)


PARTS: tuple[Callable[[Places], Program], ...] = (_code_server, _daemon, _web_server, _page, _bot)


def _run_command(module: str, places: Places, options: list[str]) -> None:
    """Run the command of a module of Dagster's, as `python -m` does."""
    import_module(module).main([f"--workspace={places.workspace}", *options])


def _ask(host: str, port: int) -> str | None:
    """Return None if the pages' server responds, even if it has no catalogue yet, else why not, as `_connect` does."""
    connection = HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except ConnectionRefusedError:
        return ""
    except (OSError, HTTPException) as error:
        return f"It does not respond: {error}"
    finally:
        connection.close()
    return None


def _connect(family: socket.AddressFamily, place: str | tuple[str, int]) -> str | None:
    """Return None if somebody accepts connections there, else why nobody does; an empty text if nobody listens."""
    with socket.socket(family) as trial:
        trial.settimeout(CONNECT_SECONDS)
        try:
            trial.connect(place)
        except (ConnectionRefusedError, FileNotFoundError):
            return ""
        except OSError as error:
            return f"It does not respond: {error}"
    return None
