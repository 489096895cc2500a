"""What an installation in containers exposes during a sync, as tables for Markdown: processes, addresses, mounts.

    tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.exposure

The tables are read from /proc, which Docker on this machine shares, and from what Docker says of the containers.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from tests.deploy.stack import SERVICES, Stack, stack
from tests.processes import descendants
from tests.security.exposure import listening, see, table
from toko_assets.postgres.embedded import EmbeddedPostgres


def show(shop: Stack, run: str) -> None:
    """Print the tables of all services and of a run's container."""
    containers = {service: shop.container(service) for service in SERVICES} | {"a run": run}
    parts = {name: shop.inspect(container) for name, container in containers.items()}
    pids = {name: [top, *descendants(top)] for name, part in parts.items() if (top := part["State"]["Pid"])}
    processes = sorted({(name, *astuple(one)) for name in pids for one in see(pids[name])})
    head = ("container", "process", "user", "capabilities", "may gain privileges", "umask")
    print(table(head, processes), end="\n\n")
    inside = {(name, *found) for name in pids for found in listening(pids[name], Path(f"/proc/{pids[name][0]}/net"))}
    outside = {
        (name, f"published: {binding['HostIp']}:{binding['HostPort']}", port)
        for name, part in parts.items()
        for port, bindings in part["NetworkSettings"]["Ports"].items()
        for binding in bindings or ()
    }
    print(table(("container", "address", "who listens"), sorted(inside | outside)), end="\n\n")
    reach = [
        (name, ", ".join(sorted(part["NetworkSettings"]["Networks"])), *_files(part)) for name, part in parts.items()
    ]
    print(table(("container", "networks", "root file system", "may write", "may read"), reach))


def _files(part: dict[str, object]) -> Iterator[str]:
    """Yield whether the root file system is read-only, and what of the host and its volumes the container has."""
    host, mounts = part["HostConfig"], part["Mounts"]
    assert isinstance(host, dict)
    assert isinstance(mounts, list)
    yield "read-only" if host["ReadonlyRootfs"] else "may be written"
    for writable in (True, False):
        yield ", ".join(sorted(mount["Destination"] for mount in mounts if mount["RW"] == writable))


def main() -> None:
    """Start the services, and print the tables during a sync."""
    with tempfile.TemporaryDirectory(prefix="toko-exposure-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as postgres, stack(folder, postgres) as shop:
            shop.put_backup(1000)
            shop.compose("build")
            shop.compose("up", "-d")
            shop.wait_for_price(1000)
            shop.wait_for_health()
            show(shop, shop.start_sync(2000))


if __name__ == "__main__":
    main()
