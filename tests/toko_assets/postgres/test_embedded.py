"""The embedded PostgreSQL: started on demand, gone with its process, and opening nothing to anybody."""

import os
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from toko_assets.postgres.embedded import ADMIN, RESTORER, EmbeddedPostgres
from toko_assets.postgres.server import program

HELD = """
import sys
from pathlib import Path
from toko_assets.common.process import tune_process
from toko_assets.postgres.embedded import EmbeddedPostgres
tune_process()  # as the commands do
postgres = EmbeddedPostgres(Path(sys.argv[1]))
server = postgres.start()
print(server.host, postgres._process.pid, flush=True)
sys.stdin.read()
"""
PLACE = "from toko_assets.postgres.server import program; print(program('postgres'), flush=True)"
"""Where the server's program is."""


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def test_no_permission_of_a_parent_folder_is_loosened(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    before = modes(private)
    with EmbeddedPostgres(private / "data" / "postgres") as server:
        assert stat.S_IMODE(Path(server.host).stat().st_mode) == 0o700
        assert stat.S_IMODE((private / "data" / "postgres").stat().st_mode) == 0o700
    assert modes(private) == before


def test_the_server_does_not_run_as_root(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres"):
        pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_the_programs_may_lie_in_a_folder_that_only_its_owner_may_enter(tmp_path: Path) -> None:
    """A checkout below /root, run by root: the server, which is another user, must find its own programs there."""
    private = tmp_path / "root"
    (private / "packages").mkdir(parents=True)
    private.chmod(0o700)
    packages = program("postgres").parents[3]
    as_a_user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    bind = 'mount --bind "$1" "$2"; export PYTHONPATH="$2:$PYTHONPATH"; shift 2; exec "$@"'
    held = subprocess.run(
        ["unshare", "--mount", *as_a_user, "sh", "-ec", bind, "sh", packages, private / "packages",
         sys.executable, "-c", PLACE + HELD, tmp_path / "postgres"],
        input="", env={**os.environ, "PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (held.returncode, held.stderr) == (0, "")
    assert Path(held.stdout.splitlines()[0]).is_relative_to(private), "others' programs were used"


def test_the_restoring_role_may_create_databases_and_nothing_more(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "postgres", user=RESTORER) as server,
        server.connect("postgres", autocommit=True) as connection,
    ):
        columns = "rolcreatedb, rolsuper, rolcreaterole, rolreplication, rolbypassrls"
        rights = connection.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = current_user".encode()).fetchall()
        assert rights == [(True, False, False, False, False)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_another_role_name_may_not_log_in(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", user=ADMIN) as server:
        with server.connect("postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE stranger LOGIN SUPERUSER")
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(host=server.host, port=server.port, user="stranger", dbname="postgres")


def test_the_data_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]


def test_nothing_of_it_is_left_when_it_stops(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        pass
    assert not Path(server.host).exists()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_the_server_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", HELD, str(tmp_path / "postgres")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert held.stdout is not None
    assert held.stdin is not None
    pid = int(held.stdout.readline().split()[1])
    waiting = os.pidfd_open(pid)
    held.send_signal(signal.SIGKILL)
    held.wait()
    ended, _, _ = select.select([waiting], [], [], 30)
    os.close(waiting)
    assert ended, "the server outlived the process that started it"
    held.stdin.close()
    held.stdout.close()
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_cluster_that_cannot_start_is_made_anew(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres"):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("9.5\n")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_stale_pid_file_keeps_nobody_from_starting(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres"):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'postgres'}\n")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_killed_server_is_not_trusted_again(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        with server.connect("postgres") as connection:
            connection.execute("CREATE TABLE maybe_torn AS SELECT 1")
        os.kill(int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT to_regclass('maybe_torn')").fetchall() == [(None,)]


def test_a_server_that_outlived_its_process_is_ended_by_the_next(tmp_path: Path) -> None:
    orphaned = EmbeddedPostgres(tmp_path / "postgres")
    orphaned.start()
    pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0]) != pid
    orphaned.stop()


def test_no_place_to_start_in_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the data folder should be")
    with pytest.raises(OSError, match="taken") as error, EmbeddedPostgres(tmp_path / "taken" / "postgres"):
        pass
    assert "\n" not in str(error.value)


def test_variables_of_another_server_lead_nowhere(tmp_path: Path) -> None:
    """A user id says who we are, $USER may not; PG* variables of the system don't reach our server."""
    command = [sys.executable, "-c", HELD, str(tmp_path / "postgres")]
    misleading = {
        "USER": "alice",
        "LOGNAME": "alice",
        "PGHOSTADDR": "127.0.0.1",
        "PGSERVICE": "shop",
        "PGOPTIONS": "-c x=1",
        "PGSSLMODE": "verify-full",
    }
    held = subprocess.run(command, input="", env={**os.environ, **misleading}, capture_output=True, text=True)
    assert (held.returncode, held.stderr) == (0, "")
