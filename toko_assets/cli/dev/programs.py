"""The three processes of Dagster that `toko dev` runs, and how each is started."""

import json
import os
import signal
import sys
from pathlib import Path

from toko_assets.cli.dev.supervisor import Program

LOCATION = "toko"
"""The name of the code location, as in the workspace.yaml of a checkout and of the containers."""
MODULE = "toko_assets.definitions"
"""What it loads."""
CODE_SERVER = "code server"
PROGRAMS = {
    CODE_SERVER: (
        "toko_assets.cli.dev.code_server", "--socket={socket}", f"--location-name={LOCATION}",
        f"--module-name={MODULE}", "--inject-env-vars-from-instance", "--log-level=warning",
    ),
    "daemon": ("toko_assets.defs.daemon", "--workspace={workspace}"),
    "web server": ("toko_assets.defs.webserver", "--workspace={workspace}", "--host=127.0.0.1", "--port={port}"),
}  # fmt: skip
"""By name: the module that Python runs, and its arguments."""


def list_programs(folder: Path, port: int) -> list[Program]:
    """Return the programs, which find each other by files that this function names or writes in the folder.

    Daemon and web server wait for the code server's socket, because without it their logs begin with errors. They
    notice a new code server by themselves. A run has a process of its own, which goes on if the supervisor dies.
    """
    socket, workspace = folder / "code.sock", folder / "workspace.yaml"
    location = {"grpc_server": {"socket": str(socket), "location_name": LOCATION}}
    workspace.write_text(json.dumps({"load_from": [location]}))  # JSON is YAML
    places = {"socket": socket, "workspace": workspace, "port": port}
    programs = []
    for name, (module, *arguments) in PROGRAMS.items():
        command = (sys.executable, "-m", module, *(argument.format_map(places) for argument in arguments))
        is_code_server = name == CODE_SERVER
        end_signal = signal.SIGTERM if is_code_server else signal.SIGKILL
        programs.append(Program(name, command, end_signal, needs=None if is_code_server else socket))
    return programs


def dagster_environment() -> dict[str, str]:
    """Return the environment of the programs: as `dagster dev` has it."""
    return {**os.environ, "DAGSTER_IS_DEV_CLI": "1"}
