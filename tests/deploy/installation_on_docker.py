"""How an installation starts: from a second checkout, an earlier version, published images; and what keeps it from it.

    tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/installation_on_docker.py

Its tests follow one another on one stack.
"""

import os
import re
import shutil
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.deploy.stack import PROJECT, SERVICES, Stack, docker

ON_VOLUME = ("ps", "-q", "--no-trunc", "--filter", "volume=toko_postgres", "--filter", "status=running")
REGISTRY, VERSION = "registry.example/toko", "9.9.9"
ANOTHER = "Another PostgreSQL server runs on this volume"


def checkout(shop: Stack, folder: Path) -> Stack:
    """Return the installation as another checkout sees it, with the same `.env`."""
    shutil.copytree(shop.folder, folder)
    return replace(shop, folder=folder, settings=dict(shop.settings))


def ids(shop: Stack) -> list[str]:
    """The ids of all runs, newest first. One that reads the sales may still be running."""
    return [run["runId"] for run in shop.runs()]


def check(shop: Stack, **environment: str) -> str:
    """Return the line that `make up` ends with, before it changes anything."""
    started = shop.started()
    done = subprocess.run(
        ["make", "up"], cwd=shop.folder, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    (line, *ending) = done.stderr.splitlines()
    assert ending[0] == "Nothing was changed. Correct this, then run make up again."
    assert shop.started() == started
    return line


def test_what_keeps_containers_from_starting_is_one_line_and_nothing_is_changed(shop: Stack) -> None:
    here = {name: os.environ[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG") if name in os.environ}
    group = shop.settings["DOCKER_GID"]
    kept = dict(shop.settings)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for settings, said in (
            ({"BACKUP_FOLDER": "backups"}, f"need a full path: set BACKUP_FOLDER={shop.folder}/backups"),
            ({"DOCKER_GID": "54321"}, f"✗ DOCKER_GID is 54321, and the group of the Docker socket is {group}: "),
            ({"WEB_PORT": str(port)}, f"✗ Port {port} is in use"),
            ({"POSTGRES_PASSWORD": ""}, "✗ POSTGRES_PASSWORD is empty: "),
        ):
            shop.set(**settings)
            assert said in check(shop, **here)
            shop.set(**kept)
    nowhere = {**here, "DOCKER_HOST": "unix:///nowhere.sock"}
    assert check(shop, **nowhere) == "✗ Docker is not running: sudo systemctl start docker (Docker Desktop: start it)."


def test_a_second_checkout_takes_over_the_running_installation(shop: Stack, tmp_path: Path) -> None:
    (postgres,) = docker(*ON_VOLUME).split()
    price, runs, second = shop.price_answered(), ids(shop), checkout(shop, tmp_path / "second")
    second.make("up")
    assert docker(*ON_VOLUME).split() == [postgres]
    second.wait_for_health()
    assert second.price_answered() == price
    assert ids(second)[-len(runs) :] == runs
    second.set(DB_PASSWORD="of another")  # noqa: S106
    with pytest.raises(AssertionError, match="The installation that runs has another DB_PASSWORD: cp "):
        second.make("up")


def test_no_second_postgresql_starts_on_the_volume(shop: Stack) -> None:
    with pytest.raises(AssertionError, match=ANOTHER):
        shop.compose("run", "--rm", "-T", "--no-deps", "postgres")
    with pytest.raises(AssertionError, match="already in use"):
        shop.compose("-p", "another", "up", "-d", "--no-deps", "postgres")
    shop.compose("-p", "another", "rm", "--force")
    assert len(docker(*ON_VOLUME).split()) == 1


def test_an_installation_that_is_named_after_its_folder_is_taken_over(shop: Stack, tmp_path: Path) -> None:
    price, runs = shop.price_answered(), ids(shop)
    shop.compose("down")
    old = checkout(shop, tmp_path / "of-before")
    file = old.folder / "docker-compose.yml"
    earlier = re.sub(r"^(name: toko|    container_name: .*)\n", "", file.read_text(), flags=re.MULTILINE)
    earlier = re.sub(r"^    entrypoint:\n(?:      .*\n)+", "", earlier, flags=re.MULTILINE)
    file.write_text(earlier)
    old.compose("up", "-d")
    assert len(docker(*ON_VOLUME).split()) == 1
    # Whoever forgets `make` starts no second server.
    shop.compose("up", "-d", "--no-deps", "postgres")
    shop.wait_until(lambda: ANOTHER in docker("logs", "toko-postgres"), "it refuses", 60)
    assert "ready to accept connections" not in docker("logs", "toko-postgres")
    said = shop.make("up")
    assert f"Taking over the installation of {old.folder}: its volumes stay, its 7 containers are replaced." in said
    assert len(docker(*ON_VOLUME).split()) == 1
    names = docker("ps", "--format", '{{.Label "com.docker.compose.project"}}').split()
    assert set(names) == {PROJECT}
    shop.wait_for_health()
    assert shop.price_answered() == price
    assert ids(shop)[-len(runs) :] == runs


def test_published_images_need_a_compose_file_and_an_env_alone(shop: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    shutil.copy(shop.folder / "deploy/compose.yml", folder / "compose.yml")
    for image in ("toko-platform", "toko-bot", "toko-web"):
        docker("tag", image, f"{REGISTRY}/{image}:{VERSION}")
    published = replace(shop, folder=folder, settings=dict(shop.settings))
    published.set(TOKO_REGISTRY=REGISTRY)
    with pytest.raises(AssertionError, match=r"Set TOKO_VERSION in \.env"):
        published.compose("up", "-d")
    published.set(TOKO_VERSION=VERSION)
    published.compose("up", "-d")
    images = {name: published.inspect(published.container(name))["Config"]["Image"] for name in SERVICES}
    assert {image for name, image in images.items() if name != "postgres"} == {
        f"{REGISTRY}/toko-platform:{VERSION}",
        f"{REGISTRY}/toko-bot:{VERSION}",
        f"{REGISTRY}/toko-web:{VERSION}",
    }
    published.wait_for_health()
    published.put_backup(3500)
    published.wait_for_price(3500)
    run = published.inspect(published.run_containers()[0])
    assert run["Config"]["Image"] == f"{REGISTRY}/toko-platform:{VERSION}"
    assert len(docker(*ON_VOLUME).split()) == 1
