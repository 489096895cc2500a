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
    if problem := port_problem("127.0.0.1", port):
        raise TokoError(f"Port {port} cannot be used ({problem}): choose another with --port.")


def port_problem(host: str, port: int) -> str:
    """Return why this process cannot listen there; an empty text if it can."""
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: closed connections don't count
            trial.bind(place)
    except OSError as error:
        return error.strerror or str(error)
    return ""
