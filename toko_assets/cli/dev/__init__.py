"""`toko dev`: Dagster's code server, daemon and web server under one supervisor."""

import os
import socket
import tempfile
from datetime import datetime
from pathlib import Path

from rich.console import Console

from toko_assets.cli.dev.lock import only_one
from toko_assets.cli.dev.programs import dagster_environment, list_programs
from toko_assets.cli.dev.supervisor import supervise
from toko_core import TokoError


def run_dev(port: int, console: Console) -> None:
    """Run Dagster until Ctrl-C. Raises TokoError if another one runs with this DAGSTER_HOME, or uses the port."""

    def say(line: str) -> None:
        now = datetime.now().astimezone()
        console.print(f"{now:%Y-%m-%d %H:%M:%S %z} - toko - {line}", highlight=False, soft_wrap=True)

    with only_one(Path(os.environ["DAGSTER_HOME"]), port), tempfile.TemporaryDirectory(prefix="toko-dev-") as folder:
        check_port(port)
        console.print(f"Dagster's web interface: http://127.0.0.1:{port} (Ctrl-C stops it)", highlight=False)
        supervise(list_programs(Path(folder), port), dagster_environment(), say)


def check_port(port: int) -> None:
    """Raise TokoError if this process cannot listen on a port of 127.0.0.1."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server: closed connections don't count
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise TokoError(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error
