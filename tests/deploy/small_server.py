"""Measures an installation on one core and 2 GB of memory: `toko init`, `make up`, the first answer, and what it uses.

TOKO_TEST_CPU=0 TOKO_TEST_MEMORY=2g tests/deploy/with_docker.sh .venv/bin/python -m tests.deploy.small_server
"""

import os
import tempfile
import time
from pathlib import Path

from dotenv import dotenv_values

from tests.deploy.stack import DOCKER_SOCKET, NEED_A_CATALOGUE, SERVICES, SITI, Stack, docker, stack
from tests.toko_assets.cli.init.session import init_session
from toko_assets.postgres.embedded import EmbeddedPostgres

GROUP = Path("/sys/fs/cgroup/memory/toko-small")
"""Of all containers, as version 1 of cgroups has it; version 2 keeps memory.peak in another place."""
GIVEN = ("TELEGRAM_BASE_URL", "TELEGRAM_RATE_LIMIT", "PYTHON_IMAGE", "POSTGRES_IMAGE", "CADDY_IMAGE", "WEB_PORT")
"""What a technician does not set: where the stand-ins of Telegram and of the base images are, and a free port."""


def main() -> None:
    """Print one line for each step, then what each container uses."""
    if cpu := os.environ.get("TOKO_TEST_CPU"):
        os.sched_setaffinity(0, {int(cpu)})
    with tempfile.TemporaryDirectory(prefix="toko-small-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as postgres, stack(folder, postgres) as shop:
            shop.put_backup(1000)
            begun = time.monotonic()

            def say(step: str) -> None:
                print(f"{time.monotonic() - begun:6.0f} s  {step}", flush=True)

            answer_questions(shop)
            say("toko init has ended")
            shop.make("up")
            say("make up has ended")
            shop.wait_for_health(tuple(service for service in SERVICES if service not in NEED_A_CATALOGUE))
            say("all but the bot and the pages are healthy")
            shop.wait_for_price(1000)
            say("the first search is answered")
            shop.wait_for_health()
            show(shop)
            begun = time.monotonic()
            shop.put_backup(2000)
            shop.wait_for_price(2000)
            say("a changed price is answered, after its backup arrived")
            show(shop)


def answer_questions(shop: Stack) -> None:
    """Have `toko init` write `.env`, as a technician does it, and print the conversation."""
    allowed, inbox, env = shop.settings["ALLOWED_USERS"], shop.settings["BACKUP_FOLDER"], shop.folder / ".env"
    env.write_text("".join(f"{name}={shop.settings[name]}\n" for name in GIVEN if name in shop.settings))
    of_docker = {name: os.environ[name] for name in ("DOCKER_CONFIG", "DOCKER_HOST") if name in os.environ}
    with init_session(shop.folder, "--allowed-users", allowed, DOCKER_SOCKET=str(DOCKER_SOCKET), **of_docker) as init:
        init.answer("How will it run?", "2")
        init.answer("Name of the shop", "Toko Berkah")
        init.answer("WIB, WITA or WIT", "")
        init.answer("or the word dropbox", inbox)
        init.answer("Token of the bot", shop.telegram.token)
        init.answer("Enter: wait for a message", "")
        init.wait_for("Now send any message")
        shop.telegram.user(SITI).send("halo")
        init.answer("Is this the owner?", "y")
        init.answer("Write .env?", "")
        status = init.end()
    print(init.text, flush=True)
    assert status == 0
    shop.settings = {name: value or "" for name, value in dotenv_values(env).items()}


def show(shop: Stack) -> None:
    """Print what the containers use, and whether one was killed for want of memory."""
    memory = shop.memory()
    print({name: round(megabytes) for name, megabytes in memory.items()}, round(sum(memory.values())), "MB (PSS)")
    print(docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}"))
    killed = [one for one in shop.containers() if shop.inspect(one)["State"]["OOMKilled"]]
    print(f"{len(killed)} containers were killed for want of memory")
    if (file := GROUP / "memory.max_usage_in_bytes").exists():
        print(f"At most {int(file.read_text()) / 1e6:,.0f} MB together, with the cache of files", flush=True)


if __name__ == "__main__":
    main()
