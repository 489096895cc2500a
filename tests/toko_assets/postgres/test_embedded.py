"""The embedded PostgreSQL: started on demand, gone with its process, and opening nothing to anybody."""

import os
import pwd
import select
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from toko_assets.postgres import place
from toko_assets.postgres.embedded import ADMIN, RESTORER, EmbeddedPostgres
from toko_assets.postgres.place import SERVER_USER, STATE, find_cluster
from toko_assets.postgres.server import PostgresError, program

NOBODY = 65534
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


def server_pid(folder: Path) -> int:
    return int((find_cluster(folder) / "postmaster.pid").read_text().splitlines()[0])


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def test_no_permission_of_a_parent_folder_is_loosened(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    before = modes(private)
    with EmbeddedPostgres(private / "data" / "postgres") as server:
        assert stat.S_IMODE(Path(server.host).stat().st_mode) == 0o700
        assert stat.S_IMODE(find_cluster(private / "data" / "postgres").stat().st_mode) == 0o700
    assert modes(private) == before


def test_the_server_does_not_run_as_root(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres"):
        pid = server_pid(tmp_path / "postgres")
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_the_programs_may_lie_in_a_folder_that_only_its_owner_may_enter(tmp_path: Path) -> None:
    """A checkout below /root, run by root: the server, which is another user, must find its own programs there."""
    private = tmp_path / "root"
    (private / "packages").mkdir(parents=True)
    private.chmod(0o700)
    packages = program("postgres").parents[3]
    as_a_user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    bind = 'mount --bind "$1" "$2"; export PYTHONPATH="$2:$PYTHONPATH"; shift 2; exec "$@"'
    if os.geteuid() == 0:  # there is no copy yet that was made when they could be reached
        STATE.mkdir(exist_ok=True)
        bind = f"mount -t tmpfs -o mode=755 tmpfs {STATE}; {bind}"
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
    assert not (find_cluster(tmp_path / "postgres") / "postmaster.pid").exists()


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
    (find_cluster(tmp_path / "postgres") / "PG_VERSION").write_text("9.5\n")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_stale_pid_file_keeps_nobody_from_starting(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres"):
        pass
    (find_cluster(tmp_path / "postgres") / "postmaster.pid").write_text(f"{os.getpid()}\n/some/folder\n")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_killed_server_is_not_trusted_again(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        with server.connect("postgres") as connection:
            connection.execute("CREATE TABLE maybe_torn AS SELECT 1")
        os.kill(server_pid(tmp_path / "postgres"), signal.SIGKILL)
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT to_regclass('maybe_torn')").fetchall() == [(None,)]


def test_a_server_that_outlived_its_process_is_ended_by_the_next(tmp_path: Path) -> None:
    orphaned = EmbeddedPostgres(tmp_path / "postgres")
    orphaned.start()
    pid = server_pid(tmp_path / "postgres")
    with EmbeddedPostgres(tmp_path / "postgres") as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert server_pid(tmp_path / "postgres") != pid
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


OWN = {"DB_PASSWORD": "rahasia", "TELEGRAM_BOT_TOKEN": "rahasia", "DROPBOX_REFRESH_TOKEN": "rahasia"}


@pytest.mark.parametrize("setpriv", [True, False])
def test_the_server_has_a_user_without_capabilities_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setpriv: bool
) -> None:
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    if not setpriv:  # small containers have none
        monkeypatch.setenv("PATH", str(tmp_path))
    with EmbeddedPostgres(tmp_path / "postgres", keep=False) as server:
        pid = server_pid(tmp_path / "postgres")
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        given = Path(f"/proc/{pid}/environ").read_bytes()
        socket = Path(server.host).stat()
    users = set(status["Uid"].split())
    assert len(users) == 1
    assert users.isdisjoint({"0", str(NOBODY)})
    assert users == {str(socket.st_uid)}
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert b"rahasia" not in given
    if os.geteuid() == 0:
        assert status["CapBnd"] == "0" * 16
        assert status["Groups"].strip() == ""
        assert pwd.getpwuid(socket.st_uid).pw_name == SERVER_USER
    assert not find_cluster(tmp_path / "postgres").exists()


def test_roots_cluster_is_below_var_lib_and_the_server_can_write_nothing_around_it(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data" / "postgres", keep=False):
        cluster = find_cluster(tmp_path / "data" / "postgres")
        if os.geteuid() != 0:
            assert cluster == tmp_path / "data" / "postgres"
            return
        assert cluster.is_relative_to("/var/lib/toko")
        assert list((tmp_path / "data").iterdir()) == []
        around = [*cluster.parents][:3]
        assert [(folder.stat().st_uid, folder.stat().st_mode & 0o022) for folder in around] == [(0, 0)] * 3
        programs = list(Path("/var/lib/toko/programs").rglob("*"))
        assert [path for path in programs if path.stat().st_uid != 0 or path.stat().st_mode & 0o022] == []


def test_the_cluster_of_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    """Root's was in the data folder, and any process of `nobody` could write it."""
    old = tmp_path / "data" / "postgres"
    with EmbeddedPostgres(old) as server, server.connect("postgres") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    if os.geteuid() == 0:
        shutil.move(find_cluster(old), old)
        (old.parent / "postgres.new").mkdir()
        for path in (old, *old.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    with EmbeddedPostgres(old, keep=False) as server, server.connect("postgres") as connection:
        kept = connection.execute("SELECT to_regclass('kept')").fetchall()
        assert kept == ([(None,)] if os.geteuid() == 0 else [("kept",)])
        if os.geteuid() == 0:
            assert list(old.parent.iterdir()) == []


def test_root_follows_no_link_that_its_server_made(tmp_path: Path) -> None:
    """A server that was taken over could replace any file of its folder."""
    with EmbeddedPostgres(tmp_path / "postgres"):
        pass
    cluster, victim = find_cluster(tmp_path / "postgres"), tmp_path / "victim"
    victim.write_text("whole")
    for name in ("pg_hba.conf", "pg_ident.conf"):
        (cluster / name).unlink()
        if os.geteuid() == 0:  # another user's folder is its own
            (cluster / name).symlink_to(victim)
    os.mkfifo(cluster / "postmaster.pid")  # reading it would never end
    with EmbeddedPostgres(tmp_path / "postgres", keep=False) as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert victim.read_text() == "whole"


def test_a_cluster_whose_data_folder_is_gone_is_removed_when_another_is_made(tmp_path: Path) -> None:
    gone, runs = tmp_path / "gone" / "postgres", tmp_path / "runs" / "postgres"
    with EmbeddedPostgres(gone):
        pass
    with EmbeddedPostgres(runs, keep=False):
        shutil.rmtree(gone.parent)
        runs.parent.rename(tmp_path / "away")  # its server runs, so it stays
        with EmbeddedPostgres(tmp_path / "new" / "postgres", keep=False):
            assert not find_cluster(gone).exists()
            assert (find_cluster(runs).exists()) == (os.geteuid() == 0)


def test_a_state_folder_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "STATE", tmp_path / "state")
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    if os.geteuid() == 0:
        with pytest.raises(PostgresError, match="must be a folder that only root can write"):
            EmbeddedPostgres(tmp_path / "data" / "postgres").start()
    else:
        with EmbeddedPostgres(tmp_path / "data" / "postgres"):
            assert list((tmp_path / "state").iterdir()) == []


def test_a_user_that_cannot_be_created_is_one_line_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "USERADD", ("--no-such-option",))
    with pytest.raises(PostgresError, match=r"toko-none cannot be created .*create it, or run") as error:
        place.system_user("toko-none")
    assert "\n" not in str(error.value)


def test_a_user_of_the_right_name_that_is_root_is_not_used() -> None:
    with pytest.raises(PostgresError, match="root is root: PostgreSQL needs an ordinary user"):
        place.system_user("root")
