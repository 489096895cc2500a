"""The three processes of Dagster that `toko dev` runs, and how each is started."""

import json
import os
import signal
import sys
from pathlib import Path

from toko_assets.cli.dev.supervisor import Program

LOCATION = "toko"
"""The name of the code location, also in the workspace.yaml of this package and of the containers."""
PROGRAMS = (
    ("code server", signal.SIGTERM, "toko_assets.code_server", "--socket={socket}", f"--location-name={LOCATION}",
     "--module-name=toko_assets.definitions", "--inject-env-vars-from-instance", "--log-level=warning"),
    ("daemon", signal.SIGKILL, "dagster._daemon", "run", "--workspace={workspace}"),
    ("web server", signal.SIGKILL, "dagster_webserver", "--workspace={workspace}", "--host=127.0.0.1", "--port={port}"),
)  # fmt: skip
"""Name, signal when the supervisor dies, module, arguments. The code server lets running syncs end first."""


def list_programs(folder: Path, port: int) -> list[Program]:
    """Return the programs, which find each other by files that this function names or writes in the folder."""
    socket, workspace = folder / "code.sock", folder / "workspace.yaml"
    location = {"grpc_server": {"socket": str(socket), "location_name": LOCATION}}
    workspace.write_text(json.dumps({"load_from": [location]}))  # JSON is YAML
    return [
        Program(
            name,
            (
                sys.executable,
                "-m",
                module,
                *(a.format(socket=socket, workspace=workspace, port=port) for a in arguments),
            ),
            end_signal,
            None if name == "code server" else socket,
        )
        for name, end_signal, module, *arguments in PROGRAMS
    ]


def dagster_environment() -> dict[str, str]:
    """Return the environment of the programs: as `dagster dev` has it."""
    return {**os.environ, "DAGSTER_IS_DEV_CLI": "1"}
