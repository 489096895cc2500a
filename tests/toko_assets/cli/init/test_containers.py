"""`toko init` where there is Docker: its group, an earlier installation, and a line if it cannot be used."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.acceptance.places import installed, run_toko
from tests.installation import Answer
from tests.toko_assets.cli.containers.program import CONTAINER, DockerProgram, docker_program
from tests.toko_bot.bot.proxy import free_port
from toko_core.settings import NAMES

GROUP = 4711


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_SOCKET", str(tmp_path / "docker.sock"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in").chmod(0o755)
    tmp_path.chmod(0o755)
    with installed(tmp_path, WEB_PORT=str(free_port())):
        yield tmp_path


@pytest.fixture
def docker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> DockerProgram:
    """A Docker that works, without anything of ours."""
    program = docker_program(folder)
    os.chown(program.socket, -1, GROUP if os.geteuid() == 0 else -1)
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    return program


def init(*options: str) -> Answer:
    return run_toko("init", "--yes", "--no-bot", *options)


def test_in_containers_the_group_and_the_passwords_are_set_and_nothing_is_synced_here(
    folder: Path, docker: DockerProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = str(docker.socket.stat().st_gid)
    assert "give --backup-folder, or --dropbox" in init("--way", "compose").error  # no folder is usual there
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    error = init("--way", "compose", "--backup-folder", "closed").error
    assert f"in containers, by user 10001: chmod o+rx {closed}" in error
    answer = init("--way", "compose", "--backup-folder", "in")
    assert answer.status == 0, answer
    settings = dotenv_values(".env")
    assert settings["DOCKER_GID"] == group
    assert settings["BACKUP_FOLDER"] == str(folder / "in")
    passwords = {settings["POSTGRES_PASSWORD"], settings["DB_PASSWORD"]}
    assert len(passwords) == 2
    assert not [password for password in passwords if not password or password in answer.output]
    assert "docker compose up -d" in answer.output
    assert "First sync" not in answer.output
    monkeypatch.setenv("SYSTEM", "Docker Desktop")
    assert f"DOCKER_GID=0 (was {group})" in init("--way", "compose").output


@pytest.mark.usefixtures("docker")
@pytest.mark.usefixtures("docker")
def test_in_containers_another_program_keeps_its_port_and_the_pages_get_the_next(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        used = other.getsockname()[1]
        (folder / ".env").write_text(f"CATALOG_PORT={used}\n")
        said = init("--way", "compose", "--backup-folder", "in")
    assert said.status == 0, said
    port = str(dotenv_values(".env")["CATALOG_PORT"])
    assert int(port) > used
    assert f"another program uses it. The catalogue's pages get port {port}." in said.output


def test_without_containers_env_has_no_setting_of_theirs_even_if_there_is_docker(folder: Path) -> None:
    assert init("--way", "bare", "--backup-folder", "in", "--no-sync").status == 0
    assert not {"POSTGRES_PASSWORD", "DB_PASSWORD", "DOCKER_GID"} & dotenv_values(folder / ".env").keys()


@pytest.mark.usefixtures("docker")
def test_an_earlier_installation_keeps_its_passwords(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOLUMES", "toko_postgres toko_data")
    (folder / "containers.json").write_text(CONTAINER % ("shop", "a", "1", "toko_platform"))
    options = ("--way", "compose", "--backup-folder", "in")
    error = init(*options).error
    assert "(volume toko_postgres), and .env lacks its POSTGRES_PASSWORD and DB_PASSWORD: copy that" in error
    assert not (folder / ".env").exists()
    (folder / ".env").write_text("POSTGRES_PASSWORD=a\nDB_PASSWORD=b\n")
    answer = init(*options)
    assert answer.status == 0
    assert "Containers run here (blog-web-1): `make up` again afterwards." in answer.output
    settings = dotenv_values(".env")
    assert (settings["POSTGRES_PASSWORD"], settings["DB_PASSWORD"]) == ("a", "b")


@pytest.mark.usefixtures("docker")
def test_a_docker_that_cannot_be_used_is_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYS", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.")
    line = "Docker is not running: sudo systemctl start docker (Docker Desktop: start it)."
    assert init("--way", "compose").error == f"toko: Containers cannot be used. {line}"
    answer = init("--backup-folder", "in")
    assert answer.status == 0
    assert f"! Without containers. {line}" in answer.output
    assert "DOCKER_GID" not in dotenv_values(folder / ".env")
