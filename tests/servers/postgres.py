"""Real PostgreSQL servers of several versions. Clients use TCP and a password, as with a shop's own server."""

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.procfs import descendants, wait_for_end
from benchmarks.server_user import NOBODY, as_server_user, give_to_server
from toko_assets.postgres.server import program

DEBIANS = Path("/usr/lib/postgresql/15/bin")
PROGRAMS = {
    15: DEBIANS,
    16: program("postgres").parents[2] / "pginstall" / "bin",
    18: program("postgres").parent,
}
VERSIONS = [version for version, folder in PROGRAMS.items() if folder.exists()]
"""Version 15 is available if Debian's package postgresql-15 is installed; CI installs it."""

ADMIN = "postgres"
ROLE = "toko"
START_SECONDS = 60
KILL_SECONDS = 20
SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "autovacuum": "off",
    "restart_after_crash": "on",
}


def random_password() -> str:
    """Return a random password with characters that shells, URLs, connection strings and .env files treat specially."""
    return f"sandi {secrets.token_hex(6)}#'\"@:/%\\"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass
class RealServer:
    """A running server. `password` is the password of the role `toko`, which may only create databases."""

    folder: Path
    programs: Path
    port: int
    password: str
    admin_password: str
    small_disk: Path | None = None
    """The path at which the server sees a small file system of its own."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The settings for this server in a shop's .env."""
        return {
            "DB_HOST": "127.0.0.1", "DB_PORT": str(self.port), "DB_USER": ROLE, "DB_PASSWORD": self.password,
        }  # fmt: skip

    @property
    def certificate(self) -> Path:
        """The certificate of a server that requires TLS."""
        return self.folder / "server.crt"

    @contextmanager
    def admin(self, database: str = "template1") -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=ADMIN, password=self.admin_password, dbname=database,
            autocommit=True, connect_timeout=5,
        ) as connection:  # fmt: skip
            yield connection

    def do(self, *statements: str) -> None:
        """Run statements as the administrator."""
        with self.admin() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def databases(self) -> list[str]:
        """Return all databases except those that every server has."""
        with self.admin() as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE oid > 16383")
            return sorted(name for (name,) in rows)

    def start(self) -> None:
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder, "-p", str(self.port)]
        for name, value in SERVER_SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        started = as_server_user(command)
        if self.small_disk is not None:
            started = _with_small_disk(self.small_disk, started)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(started, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self.admin():
                    return
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, "the server did not start"

    def require_tls(self) -> None:
        """Reject unencrypted connections over the network from now on."""
        make_certificate(self.folder / "server.key", self.certificate)
        give_to_server(self.folder / "server.key")
        give_to_server(self.certificate)
        (self.folder / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        self.do("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")

    def kill(self) -> None:
        """Kill the server and all of its processes with `kill -9`, as when its machine loses power."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # a stopped server starts no more processes
        family = descendants(self.process.pid)
        for pid in [self.process.pid, *family]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert wait_for_end(family, KILL_SECONDS)  # no server can start in the folder while one is alive

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)


@contextmanager
def real_server(version: int, *options: str, small_disk: str | None = None) -> Iterator[RealServer]:
    """Run a server of this version with the role `toko`. `options` are for initdb.

    `small_disk` is the size ("10m") of a separate file system, which the server sees at `server.small_disk`.
    """
    with tempfile.TemporaryDirectory(prefix="toko-test-pg-", dir="/tmp") as name:  # the user `nobody` can access /tmp
        folder, password, admin_password = Path(name, "cluster"), random_password(), secrets.token_hex()
        folder.mkdir(mode=0o700)
        secret = Path(name, "password")
        secret.write_text(admin_password)
        for path in (Path(name), folder, secret):
            give_to_server(path)
        subprocess.run(
            as_server_user([
                PROGRAMS[version] / "initdb", "-D", folder, "-U", ADMIN, "-A", "scram-sha-256",
                "--pwfile", secret, "-E", "UTF8", "--locale=C", "--no-sync", *options,
            ]),
            check=True, capture_output=True, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        server = RealServer(folder, PROGRAMS[version], free_port(), password, admin_password)
        if small_disk is not None:
            server.small_disk = Path(name, f"small-{small_disk}")
            server.small_disk.mkdir()
            give_to_server(server.small_disk)
        try:
            server.start()
            with server.admin() as connection:
                connection.execute(sql.SQL("CREATE ROLE toko LOGIN CREATEDB PASSWORD {}").format(sql.Literal(password)))
            yield server
        finally:
            server.stop()


def make_certificate(key: Path, certificate: Path) -> None:
    """Create a self-signed certificate for localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip


def _with_small_disk(folder: Path, command: Sequence[str]) -> list[str]:
    """Return a command that mounts the small file system in a mount namespace of the server's own.

    The mount disappears when the server ends, even after a crash.
    """
    size = folder.name.removeprefix("small-")
    user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    owner = NOBODY if os.geteuid() == 0 else os.geteuid()
    mount = f'mount -t tmpfs -o "size=$1,mode=0700,uid={owner}" tmpfs "$2" && shift 2 && exec "$@"'
    return ["unshare", *user, "--mount", "sh", "-c", mount, "sh", size, str(folder), *command]
