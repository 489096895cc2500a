"""`toko init` where there is Docker: its group, an earlier installation, and a line if it cannot be used."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dotenv import dotenv_values

from tests.acceptance.places import installed, run_toko
from tests.installation import Answer
from tests.toko_bot.bot.proxy import free_port
from toko_assets.cli.init.containers import NoDockerError, find_docker
from toko_core.settings import NAMES

GROUP = 4711
SYSTEM = {"OperatingSystem": "Debian GNU/Linux 12 (bookworm)", "DockerRootDir": "/"}


@contextmanager
def docker_socket(path: Path, volumes: tuple[str, ...] = (), running: str = "", **info: Any) -> Iterator[Path]:
    """Run a Docker on a Unix socket, as far as `toko init` asks it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            answer: object = None
            if url.path == "/info":
                answer = SYSTEM | info
            elif url.path.startswith("/volumes/") and (name := url.path.rpartition("/")[2]) in volumes:
                answer = {"Name": name}
            elif url.path == "/containers/json":
                filters = json.loads(parse_qs(url.query)["filters"][0])
                assert filters == {"volume": list(volumes), "status": ["running"]}
                answer = [{"Names": [f"/{running}"]}] if running else []
            content = json.dumps(answer or {"message": "no such thing"}).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def address_string(self) -> str:
            return "a client"

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingMixIn, UnixStreamServer):
        daemon_threads = True

    with Server(str(path), Handler) as server:
        os.chown(path, -1, GROUP if os.geteuid() == 0 else -1)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield path
        server.shutdown()
    path.unlink()


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


def init(*options: str) -> Answer:
    return run_toko("init", "--yes", "--no-bot", *options)


def test_in_containers_the_group_and_the_passwords_are_set_and_nothing_is_synced_here(folder: Path) -> None:
    with docker_socket(folder / "docker.sock") as socket:
        group = str(socket.stat().st_gid)
        assert "give --backup-folder, or --dropbox" in init("--way", "compose").error  # no folder is usual there
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        assert f"in containers, by user 10001: chmod o+rx {closed}" in init(
            "--way", "compose", "--backup-folder", "closed"
        ).error  # fmt: skip
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
    with docker_socket(folder / "docker.sock", OperatingSystem="Docker Desktop"):
        again = init("--way", "compose")
    assert f"DOCKER_GID=0 (was {group})" in again.output


def test_without_containers_env_has_no_setting_of_theirs_even_if_there_is_docker(folder: Path) -> None:
    with docker_socket(folder / "docker.sock"):
        assert init("--way", "bare", "--backup-folder", "in", "--no-sync").status == 0
    assert not {"POSTGRES_PASSWORD", "DB_PASSWORD", "DOCKER_GID"} & dotenv_values(".env").keys()


def test_an_earlier_installation_keeps_its_passwords(folder: Path) -> None:
    with docker_socket(folder / "docker.sock", ("toko_postgres", "toko_data"), "toko_webserver_1"):
        options = ("--way", "compose", "--backup-folder", "in")
        error = init(*options).error
        assert "(volume toko_postgres), and .env lacks its POSTGRES_PASSWORD and DB_PASSWORD: copy that" in error
        assert not (folder / ".env").exists()
        (folder / ".env").write_text("POSTGRES_PASSWORD=a\nDB_PASSWORD=b\n")
        answer = init(*options)
    assert answer.status == 0
    assert "Containers run here (toko_webserver_1): `make up` again afterwards." in answer.output
    settings = dotenv_values(".env")
    assert (settings["POSTGRES_PASSWORD"], settings["DB_PASSWORD"]) == ("a", "b")


def test_a_docker_that_does_not_answer_is_a_line(folder: Path) -> None:
    (folder / "docker.sock").touch()
    with pytest.raises(NoDockerError, match="is it started"):
        find_docker(str(folder / "docker.sock"))
    assert "Docker cannot be used: no Docker answers at" in init("--way", "compose").error
    answer = init("--backup-folder", "in")
    assert answer.status == 0
    assert "! Without containers, because no Docker answers" in answer.output
    assert "DOCKER_GID" not in dotenv_values(".env")
