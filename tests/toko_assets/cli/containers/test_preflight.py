"""What `make up` finds before it starts containers, one line for each fault. With a real Docker: tests/deploy."""

import os
import socket
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko
from tests.toko_assets.cli.containers.program import CONTAINER, docker_program
from toko_assets.cli.doctor.setup import look_at_containers
from toko_assets.common.settings import load_settings

ROOT = Path(__file__).parents[4]


@dataclass
class Server:
    """A folder with a `.env` and a command `docker`."""

    folder: Path
    settings: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"

    def write(self, *more: str) -> None:
        lines = [*(f"{name}={value}" for name, value in self.settings.items()), *more]
        (self.folder / ".env").write_text("".join(f"{line}\n" for line in lines), self.encoding)
        (self.folder / ".env").chmod(0o600)

    def check(self, *more: str, **settings: str) -> list[str]:
        """Return the lines that `make up` prints first, with these lines and settings in `.env`."""
        kept = dict(self.settings)
        self.settings.update(settings)
        self.write(*more)
        self.settings = kept
        # Without the packages of the virtual environment, as on a server that has only Docker.
        done = subprocess.run(
            [sys.executable, "-S", "-B", "-m", "toko_assets.cli.containers", "check"], cwd=self.folder, text=True,
            capture_output=True, check=False, env={"PYTHONPATH": str(ROOT), **self.environment},
        )  # fmt: skip
        lines = done.stderr.splitlines()
        wrong = [line for line in lines if line.startswith("✗ ")]
        assert done.stdout == ""
        assert (done.returncode, lines[len(lines) - bool(wrong) :]) == (
            (1, ["Nothing was changed. Correct this, then run make up again."]) if wrong else (0, [])
        ), done.stderr
        return lines[: len(lines) - bool(wrong)]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """Everything is in order."""
    docker, inbox = docker_program(tmp_path), tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "docker-compose.yml").touch()
    settings = {
        "DB_PASSWORD": "a-secret", "POSTGRES_PASSWORD": "another-secret", "BACKUP_FOLDER": str(inbox),
        "DOCKER_GID": str(docker.socket.stat().st_gid), "DOCKER_SOCKET": str(docker.socket),
        "WEB_PORT": str(free_port()), "CATALOG_PORT": str(free_port()), "OWNER_USERS": "102",
    }  # fmt: skip
    return Server(tmp_path, settings, docker.environment)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_server_in_order_has_no_problems_with_nothing_but_python(server: Server) -> None:
    assert server.check() == []
    assert server.check(BACKUP_FOLDER="", BACKUP_SOURCE="dropbox") == []
    assert server.check(COMPOSE_PROFILES="tls,webhook", WEBHOOK_URL="https://toko.id/telegram", BOT_REPLICAS="3",
                        HTTP_PORT=str(free_port()), HTTPS_PORT=str(free_port())) == []  # fmt: skip


def test_a_setting_that_containers_cannot_use_is_one_line(server: Server) -> None:
    folder, group = server.folder, server.settings["DOCKER_GID"]
    assert server.check(BACKUP_FOLDER="backups") == [
        f"✗ BACKUP_FOLDER is 'backups', and containers need a full path: set BACKUP_FOLDER={folder}/backups"
    ]
    assert server.check(BACKUP_FOLDER="./inbox") == [
        f"✗ BACKUP_FOLDER is './inbox', and containers need a full path: set BACKUP_FOLDER={folder}/inbox"
    ]
    assert server.check(BACKUP_FOLDER=f"{folder}/none") == [
        f"✗ BACKUP_FOLDER is '{folder}/none', and there is no such folder: create it, or correct .env."
    ]
    assert server.check(DOCKER_GID="54321") == [
        f"✗ DOCKER_GID is 54321, and the group of the Docker socket is {group}: set DOCKER_GID={group}"
    ]
    assert server.check(DOCKER_GID="") == [
        f"✗ DOCKER_GID is empty: set DOCKER_GID={group} in .env, the group of the Docker socket."
    ]
    assert server.check(DB_PASSWORD="") == ["✗ DB_PASSWORD is empty: set it in .env (openssl rand -hex 24)."]
    assert server.check(COMPOSE_PROJECT_NAME="shop") == [
        "✗ COMPOSE_PROJECT_NAME is set, and the project is always named toko: remove it."
    ]
    assert server.check(COMPOSE_PROFILES="https") == [
        "✗ COMPOSE_PROFILES has 'https', and the profiles are tls and webhook: correct .env."
    ]
    (several,) = server.check(BOT_REPLICAS="3")
    assert several.startswith("✗ BOT_REPLICAS is 3, and only one bot can poll Telegram: set WEBHOOK_URL and ")
    (folder / ".env").unlink()
    assert "There is no .env" in subprocess.run(
        [sys.executable, "-B", "-m", "toko_assets.cli.containers", "check"], cwd=folder, text=True,
        capture_output=True, check=False, env={"PYTHONPATH": str(ROOT)},
    ).stderr  # fmt: skip


def test_a_folder_that_the_containers_may_not_read_is_a_warning(server: Server) -> None:
    inbox = server.folder / "inbox"
    inbox.chmod(stat.S_IRWXU)
    assert server.check() == [f"! User 10001 of the containers may not read {inbox}: chmod o+rx {inbox}"]


def test_a_password_given_twice_is_one_line_that_does_not_show_it(server: Server) -> None:
    lines = len(server.settings)
    twice = server.check("# a comment", "DB_PASSWORD='rahasia lain' # of the second time")
    assert twice == [
        f"✗ DB_PASSWORD is set twice in .env, in lines 1 and {lines + 2}, and the last one counts: remove one."
    ]
    assert server.check("export DB_PASSWORD=") == [
        f"✗ DB_PASSWORD is set twice in .env, in lines 1 and {lines + 1}, and the last one counts: remove one.",
        "✗ DB_PASSWORD is empty: set it in .env (openssl rand -hex 24).",
    ]
    # .env.example has an empty line for each, and the documentation adds one with a value.
    assert server.check("DB_PASSWORD=secret", DB_PASSWORD="") == []
    assert server.check('DB_PASSWORD="a-secret"') == []
    same = server.check(POSTGRES_PASSWORD="a-secret")  # noqa: S106
    assert same == [
        "! DB_PASSWORD and POSTGRES_PASSWORD are the same: every container would know the superuser's password."
    ]


def test_a_port_in_use_is_one_line_unless_our_own_container_has_it(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        (used,) = server.check(WEB_PORT=port)
        assert used.startswith(f"✗ Port {port} is in use (sudo ss -ltnp 'sport = :{port}' says by what): ")
        assert used.endswith("or set WEB_PORT in .env.")
        proxied = server.check(COMPOSE_PROFILES="tls", HTTP_PORT=port, HTTPS_PORT=str(free_port()))
        assert [line.split(" ")[2] for line in proxied] == [port]
        for project, network, said in (("toko", "toko_bot", []), ("wordpress", "wordpress_default", ["blog-web-1"])):
            (server.folder / "containers.json").write_text(CONTAINER % (project, "a-secret", port, network))
            assert [line.split(" container ")[1].split(":")[0] for line in server.check(WEB_PORT=port)] == said
    assert server.check(WEB_PORT="eighty") == ["✗ WEB_PORT is 'eighty': it must be a port, 1 to 65535."]


def test_the_port_of_the_pages_in_use_is_one_line(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        (used,) = server.check(CATALOG_PORT=str(other.getsockname()[1]))
    assert used.endswith("stop that program, or set CATALOG_PORT in .env.")


def test_without_people_one_line_says_that_the_pages_do_not_start_unless_they_run(server: Server) -> None:
    said = (
        "! OWNER_USERS is empty: while nobody has access, the catalogue's pages do not start. Put the owner's Telegram "
        "id there, or run: docker compose exec code toko people add ID --role owner"
    )
    assert server.check(OWNER_USERS="") == [said]
    assert server.check(OWNER_USERS="", ALLOWED_USERS="101") == []
    runs = CONTAINER.replace("/blog-web-1", "/toko-web") % ("toko", "a-secret", "1", "toko_web")
    for health, lines in (("healthy", []), ("starting", [said])):
        healthy = runs.replace('"Running": true', f'"Running": true, "Health": {{"Status": "{health}"}}')
        (server.folder / "containers.json").write_text(healthy)
        assert server.check(OWNER_USERS="") == lines
        (server.folder / "containers.json").write_text(
            healthy.replace('"DB_PASSWORD', '"OWNER_USERS=102", "DB_PASSWORD')
        )
        assert server.check(OWNER_USERS="") == [said], "the owner that it knows is named no more"


def test_a_proxy_with_another_port_is_told_to_name_the_address_of_the_pages(server: Server) -> None:
    ports = {"COMPOSE_PROFILES": "tls", "HTTP_PORT": str(free_port()), "HTTPS_PORT": str(free_port())}
    (said,) = server.check(SITE_ADDRESS="toko.lan", **ports)
    assert said.startswith(f"! HTTPS_PORT is {ports['HTTPS_PORT']}: set CATALOG_URL=https://toko.lan:")
    assert server.check(SITE_ADDRESS="toko.lan", CATALOG_URL=f"https://toko.lan:{ports['HTTPS_PORT']}", **ports) == []


def test_a_second_checkout_with_other_passwords_is_told_where_the_first_ones_are(server: Server) -> None:
    (server.folder / "containers.json").write_text(CONTAINER % ("shop", "a-secret-of-before", "1", "toko_platform"))
    assert server.check() == [
        f"✗ The installation that runs has another DB_PASSWORD: cp /srv/first/.env {server.folder}/.env"
    ]


def test_a_disk_that_is_too_small_is_one_line(server: Server, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "sh", "-c"]
    server.write()
    done = subprocess.run(
        [*mount, f'mount -t tmpfs -o size=9m tmpfs {small} && exec "$@"', "sh",
         sys.executable, "-B", "-m", "toko_assets.cli.containers", "check"],
        cwd=server.folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), **server.environment, "DOCKER_ROOT": str(small)},
    )  # fmt: skip
    assert done.stderr.splitlines()[0] == (
        f"✗ The disk of {small} has 0.0 GB free, and containers need 4 GB: free some space (docker system prune "
        "removes what nothing uses)."
    ), done.stderr


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
         "Docker is not running: sudo systemctl start docker (Docker Desktop: start it)."),
        ("Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: "
         'Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix: connect: permission denied',
         "You may not use Docker: sudo usermod -aG docker $USER, then log out and in; or run this as root."),
    ],
)  # fmt: skip
def test_a_docker_that_cannot_be_used_is_one_line(server: Server, says: str, line: str) -> None:
    server.environment["SAYS"] = says
    assert server.check() == [f"✗ {line}"]


def test_a_docker_without_compose_2_is_one_line(server: Server) -> None:
    server.environment["COMPOSE"] = "2.4.1"
    assert server.check() == ["✗ Docker Compose 2.4.1 is too old: install 2.20 or newer (docs/deployment.md)."]
    server.environment["PATH"] = str(server.folder)
    assert server.check() == ["✗ Docker is not installed: docs/deployment.md says how."]


def test_the_doctor_says_the_same_where_containers_are_set_up_and_nothing_elsewhere(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with installed(server.folder):
        server.settings["BACKUP_FOLDER"] = str(server.folder)
        server.settings["DOCKER_GID"] = "54321"
        server.write()
        group = str((server.folder / "docker.sock").stat().st_gid)
        said = (
            f"✗ containers DOCKER_GID is 54321, and the group of the Docker socket is {group}: set DOCKER_GID={group}"
        )
        assert said in run_toko("doctor").output
        (server.folder / ".env").write_text("POSTGRES_PASSWORD=\nDOCKER_GID=\n")
        assert list(look_at_containers(load_settings())) == []


def test_the_mark_that_the_editor_of_windows_writes_is_no_part_of_the_first_name(server: Server) -> None:
    server.encoding = "utf-8-sig"
    assert server.check() == []
