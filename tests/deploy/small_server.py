"""Measures an installation on one core and 2 GB of memory: from `make up` to the first answer, and what it uses.

TOKO_TEST_CPU=0 TOKO_TEST_MEMORY=2g tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.small_server
"""

import tempfile
import time
from pathlib import Path

from tests.deploy.stack import SERVICES, Stack, docker, stack
from toko_assets.postgres.embedded import EmbeddedPostgres

GROUP = Path("/sys/fs/cgroup/memory/toko-small")
"""Of all containers, as version 1 of cgroups has it; version 2 keeps memory.peak in another place."""


def main() -> None:
    """Print one line for each step, then what each container uses."""
    with tempfile.TemporaryDirectory(prefix="toko-small-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as postgres, stack(folder, postgres) as shop:
            shop.put_backup(1000)
            begun = time.monotonic()

            def say(step: str) -> None:
                print(f"{time.monotonic() - begun:6.0f} s  {step}", flush=True)

            shop.make("up")
            say("make up has ended")
            shop.wait_for_health(tuple(service for service in SERVICES if service != "bot"))
            say("all but the bot are healthy")
            shop.wait_for_price(1000)
            say("the first search is answered")
            shop.wait_for_health()
            show(shop)
            begun = time.monotonic()
            shop.put_backup(2000)
            shop.wait_for_price(2000)
            say("a changed price is answered, after its backup arrived")
            show(shop)


def show(shop: Stack) -> None:
    """Print what the containers use, and whether one was killed for want of memory."""
    memory = shop.memory()
    print({name: round(megabytes) for name, megabytes in memory.items()}, round(sum(memory.values())), "MB resident")
    print(docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}"))
    killed = [one for one in shop.containers() if shop.inspect(one)["State"]["OOMKilled"]]
    print(f"{len(killed)} containers were killed for want of memory")
    if (file := GROUP / "memory.max_usage_in_bytes").exists():
        print(f"At most {int(file.read_text()) / 1e6:,.0f} MB together, with the cache of files", flush=True)


if __name__ == "__main__":
    main()
