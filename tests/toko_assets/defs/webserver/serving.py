"""The guarded web server as a process of its own, with an instance and no code location."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import httpx

from tests.waiting import wait_until

MODULE = "toko_assets.defs.webserver"
START_SECONDS = 180
KEY = "stolen"
MUTATION = f'mutation Steal {{ setConcurrencyLimit(concurrencyKey: "{KEY}", limit: 7) }}'
"""Any mutation would do. This one needs no code location."""
ASSET = dg.AssetKey("product_catalog")
REPORT = "/report_asset_materialization/product_catalog"


@dataclass(frozen=True)
class Served:
    """A running web server."""

    port: int
    instance: dg.DagsterInstance

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def was_commanded(self) -> bool:
        """Whether MUTATION or REPORT was carried out. Forgets it."""
        storage = self.instance.event_log_storage
        limited = KEY in storage.get_concurrency_keys()
        reported = self.instance.has_asset_key(ASSET)
        if limited:
            storage.delete_concurrency_limit(KEY)
        if reported:
            self.instance.wipe_assets([ASSET])
        return limited or reported


@contextmanager
def web_server(folder: Path, *options: str, **settings: str) -> Iterator[Served]:
    """Run it with these options and settings until the end, when Ctrl-C must stop it."""
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}")
    (folder / "workspace.yaml").write_text("load_from: []")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "web.log"
    command = [sys.executable, "-m", MODULE, "-p", str(port), "-w", str(folder / "workspace.yaml"), *options]
    with log.open("wb") as output, dg.DagsterInstance.from_config(str(folder)) as instance:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "DAGSTER_HOME": str(folder), **settings},
            stdout=output, stderr=output,
        )  # fmt: skip
        try:
            served = Served(port, instance)
            wait_until(lambda: process.poll() is not None or answers(served), START_SECONDS, log)
            assert process.poll() is None, log.read_text()
            yield served
            process.terminate()
            assert process.wait(60) in (0, -15), log.read_text()
        finally:
            process.kill()
            process.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


def answers(served: Served) -> bool:
    try:
        return httpx.get(f"{served.address}/server_info", follow_redirects=True).is_success
    except httpx.TransportError:
        return False
