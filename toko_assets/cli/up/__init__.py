"""`toko up`: the chain, its web interface and the bot in the foreground, under one supervisor."""

import gc
import os
import socket
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from toko_assets.cli.dev import check_port
from toko_assets.cli.dev.lock import only_one
from toko_assets.cli.dev.output import Output
from toko_assets.cli.dev.programs import dagster_environment
from toko_assets.cli.dev.status import Status
from toko_assets.cli.dev.supervisor import supervise
from toko_assets.cli.up.parts import FORKED, Places, list_parts
from toko_assets.cli.up.written import describe, remove_status, summarise, write_status
from toko_assets.common.process import importing
from toko_core.settings import env_file

OURS = "toko"
"""The name before the lines that this process prints itself."""
DEBUG = " - DEBUG - "
"""So Dagster marks each event of a run. The web interface shows them, and a sync has hundreds."""


def run_up(port: int, console: Console) -> None:
    """Run all parts until SIGINT or SIGTERM.

    Raises TokoError if another `toko up` or `toko dev` runs with this DAGSTER_HOME, or if the port is in use.
    """
    home = Path(os.environ["DAGSTER_HOME"])
    with only_one(home, port, "up"), tempfile.TemporaryDirectory(prefix="toko-up-") as folder:
        check_port(port)
        places = Places(Path(folder), port)
        parts = list_parts(places)
        width = max(len(part.name) for part in parts)

        def print_line(name: str, line: str) -> None:
            if DEBUG in line:
                return
            console.print(f"{name:<{width}} | {line}", highlight=False, soft_wrap=True, markup=False, emoji=False)

        def say(line: str) -> None:
            print_line(OURS, f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}")

        say(f"Starting {', '.join(part.name for part in parts)}. Ctrl-C ends all.")
        with importing():
            for module in FORKED:
                import_module(module)
        gc.collect()
        gc.freeze()  # a collection in a fork would write to each object, and so copy the memory that it shares
        reporter = Reporter(home, say)
        environment = {**dagster_environment(), **_own_dagster(places)}
        try:
            supervise(parts, environment, say, output=Output(print_line), report=reporter)
        finally:
            gc.unfreeze()  # otherwise DuckDB reports leaks at the end
            remove_status(home)
        say("All parts have ended.")


def _own_dagster(places: Places) -> dict[str, str]:
    """Return the setting that leads the bot to this web server and not to another shop's, unless it is set."""
    name = "DAGSTER_URL"
    return {} if os.environ.get(name) or env_file().get(name) else {name: places.address}


class Reporter:
    """Says each change of a part's status, and writes all of them to the file that `toko service status` reads."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self._home, self._say = home, say
        self._last: Sequence[Status] = ()
        self._systemd = os.environ.pop("NOTIFY_SOCKET", "")  # the parts have nothing to say to it

    def __call__(self, statuses: Sequence[Status]) -> None:
        """Report what has changed since the last call."""
        if statuses == self._last:
            return
        before = {status.name: status for status in self._last}
        for status in statuses:
            if line := describe(status, before.get(status.name)):
                self._say(line)
        self._last = statuses
        write_status(self._home, statuses)
        if self._systemd:
            notify_systemd(self._systemd, f"READY=1\nSTATUS={summarise(statuses)}")


def notify_systemd(address: str, message: str) -> None:
    """Tell the service manager that has started this process. It shows the status in `systemctl status`."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
