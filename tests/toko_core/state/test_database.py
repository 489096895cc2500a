"""The state database: who opens it creates it, several at once, and one that cannot be used says so in one line."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from tests.servers.postgres import free_port
from tests.toko_core.state.databases import on_both, postgres_url, sqlite_url
from toko_assets.postgres.server import PostgresServer
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.settings import ShopSettings
from toko_core.state import engines
from toko_core.state.database import StateDatabase, StateError, open_state
from toko_core.state.migrations import FOLDER, REVISIONS, VERSION_TABLE, upgrade
from toko_core.state.postgres import PatientConnection
from toko_core.state.tables import metadata, people

OWNER = Person(1, Role.OWNER, name="Ibu Sari", from_settings=True)


def run(code: str, *args: object, count: int = 1) -> list[str]:
    """Run code in processes of their own, at the same time. Return what each prints."""
    command = [sys.executable, "-c", code, *map(str, args)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for process in processes:  # all have imported what they need before one goes on
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    return said


def ids(state: StateDatabase) -> Sequence[int]:
    with state.read() as connection:
        return connection.execute(select(people.c.user_id).order_by(people.c.user_id)).scalars().all()


ADD = """
import sys
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
print("ready", flush=True); first = int(sys.stdin.readline() and sys.argv[2]) + __import__("os").getpid() * 100
state = StateDatabase(sys.argv[1])
for number in range(5):
    People(state, {1}, set()).add(first + number, None, Role.STAFF)
"""


@on_both
def test_processes_that_open_a_new_database_at_once_create_it_once_and_lose_nothing(url: str) -> None:
    run(ADD, url, 0, count=3)
    state = StateDatabase(url)
    assert len(ids(state)) == 15
    assert len(Audit(state).last(100)) == 15
    state.close()


@on_both
def test_every_row_of_every_table_carries_the_id_of_the_shop(url: str) -> None:
    assert [table.name for table in metadata.sorted_tables if "shop" not in table.c] == []
    one, other = StateDatabase(url), StateDatabase(url, shop="cabang")
    People(one, {1}, set()).add(5, None, Role.STAFF)
    assert People(other, {1}, set()).find(5) is None
    assert Audit(other).last(10) == []
    one.close()
    other.close()


def create_by_migrations(state: StateDatabase) -> None:
    """Create the tables as an upgrade from an empty first version does."""
    with state.engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))
        upgrade(connection)


@on_both
def test_migrations_make_the_tables_that_a_new_database_gets(state: StateDatabase) -> None:
    created = describe(state)
    create_by_migrations(state)
    assert describe(state) == created
    with state.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == REVISIONS[-1]


def describe(state: StateDatabase) -> object:
    """What the database says about its tables: names, types, defaults, keys, indexes."""
    found = inspect(state.engine)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(found.get_indexes(name), key=lambda index: str(index["name"])),
            found.get_foreign_keys(name),
        )
        for name in found.get_table_names()
    }


def test_a_new_database_needs_no_alembic(tmp_path: Path) -> None:
    code = """
import sys; print("ready", flush=True); sys.stdin.readline()
from toko_core.state.database import StateDatabase
StateDatabase(sys.argv[1]).engine
StateDatabase(sys.argv[1]).engine
print("alembic" in sys.modules, "psycopg" in sys.modules)
"""
    assert run(code, sqlite_url(tmp_path)) == ["False False\n"]


@on_both
def test_a_change_happens_as_a_whole_or_not_at_all(state: StateDatabase) -> None:
    with pytest.raises(KeyError), state.write() as connection:
        Audit(state).note("add", OWNER, "Budi", {}, connection=connection)
        raise KeyError
    assert Audit(state).last(10) == []


NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9001", "{before}"
def upgrade():
    with op.batch_alter_table("people", recreate="always") as table:
        table.add_column(sa.Column("extra", sa.String, nullable=False, server_default="new"))
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
    {last}
"""
OPEN = """
import sys
from pathlib import Path
from toko_core.people.store import People
from toko_core.state import migrations
from toko_core.state.database import StateDatabase
print("ready", flush=True); sys.stdin.readline()
migrations.FOLDER, migrations.REVISIONS = Path(sys.argv[2]), (*migrations.REVISIONS, "9001")
state = StateDatabase(sys.argv[1])
try:
    print([(person.user_id, person.name) for person in People(state, {1}, set()).everybody()])
except Exception as error:
    print(error)
"""


def next_version(folder: Path, last: str) -> Path:
    """The migrations of a next version, which changes a table."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r9001_extra.py").write_text(NEXT.format(before=REVISIONS[-1], last=last))
    return folder


@on_both
def test_processes_of_a_next_version_that_start_at_once_migrate_once_and_keep_all_rows(
    url: str, tmp_path: Path
) -> None:
    state = StateDatabase(url)
    People(state, {1}, set()).add(5, None, Role.STAFF, name="Budi")
    state.close()
    said = run(OPEN, url, next_version(tmp_path / "next", "pass"), count=2)
    assert said == ["[(1, ''), (5, 'Budi')]\n"] * 2
    with pytest.raises(StateError, match="version 9001"):
        _ = state.engine


@on_both
def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(url: str, tmp_path: Path) -> None:
    state = StateDatabase(url)
    People(state, {1}, set()).add(5, None, Role.STAFF, name="Budi")
    before = describe(state)
    state.close()
    (said,) = run(OPEN, url, next_version(tmp_path / "next", "raise KeyError('half way')"))
    assert "its tables could not be changed to those of this version: 'half way'" in said
    assert said.count("\n") == 1
    assert describe(state) == before
    assert [person.name for person in People(state, {1}, set()).everybody()] == ["", "Budi"]
    state.close()


@on_both
def test_a_database_of_a_newer_version_is_one_line_and_stays_untouched(url: str) -> None:
    state = StateDatabase(url)
    with state.write() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    state.close()
    with pytest.raises(StateError, match=r"newer toko made it \(version 9999, this one reads \d+\): upgrade toko\.$"):
        _ = state.engine


@pytest.mark.parametrize("content", [b"no database at all" * 100, None], ids=["text", "middle overwritten"])
def test_a_damaged_file_is_one_line_and_is_not_replaced(tmp_path: Path, content: bytes | None) -> None:
    state = StateDatabase(sqlite_url(tmp_path))
    assert state.file is not None
    People(state, {1}, set()).add(5, None, Role.STAFF)
    state.close()
    damaged = content or state.file.read_bytes()[:100] + b"\xff" * 20_000
    state.file.write_bytes(damaged)
    assert People(state, {1}, {2}).find(5) is None
    assert state.problem is not None
    assert str(state.file) in state.problem
    assert "toko restore-backup" in state.problem
    assert "\n" not in state.problem
    assert state.file.read_bytes() == damaged


def test_people_of_env_have_access_while_the_database_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    state = open_state(ShopSettings(toko_data_dir=tmp_path))
    known = People(state, {1}, {2})
    assert state.problem is not None
    assert (known.find(1), known.find(2), known.find(3)) == (
        Person(1, Role.OWNER, from_settings=True), Person(2, Role.STAFF, from_settings=True), None,
    )  # fmt: skip


def test_a_database_that_comes_back_is_used_again(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    state = open_state(ShopSettings(toko_data_dir=tmp_path))
    (tmp_path / "state").unlink()
    with pytest.raises(StateError):  # it is not tried again at once
        _ = state.engine
    state._retry_at = 0
    People(state, {1}, set()).add(5, None, Role.STAFF)
    assert state.problem is None
    state.close()


def test_a_postgres_server_that_does_not_answer_is_one_line_without_the_password() -> None:
    password = "sandi" + "-rahasia"
    state = StateDatabase(f"postgresql://toko:{password}@127.0.0.1:{free_port()}/toko")
    with pytest.raises(StateError) as caught:
        _ = state.engine
    assert "postgresql://toko:***@127.0.0.1" in str(caught.value)
    assert str(caught.value).endswith(" failed: Connection refused.")
    assert password not in "".join(traceback.format_exception(caught.value))
    assert "\n" not in str(caught.value)


def test_a_postgres_server_that_stops_answering_is_not_waited_for_forever(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "patience", 0.2)
    with postgres_url(postgres) as url, closing(StateDatabase(url)) as state:
        people = People(state, {1}, set())
        people.add(5, None, Role.STAFF)
        with state.read() as connection:
            process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            os.kill(process, signal.SIGSTOP)
            try:
                with pytest.raises(OperationalError):
                    connection.execute(text("SELECT 1"))
            finally:
                os.kill(process, signal.SIGCONT)
        assert people.find(5) is not None


def test_whoever_gets_no_connection_in_time_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "POOL_SECONDS", 0.05)
    with closing(StateDatabase(sqlite_url(tmp_path))) as state, ExitStack() as stack:
        with pytest.raises(StateError, match="all connections are in use"):
            for _ in range(50):
                stack.enter_context(state.read())
        stack.close()
        assert People(state, {1}, set()).find(2) is None
        assert state.problem is None


def test_the_file_is_for_its_user_only_whatever_the_umask(tmp_path: Path) -> None:
    os.umask(0)
    state = open_state(ShopSettings(toko_data_dir=tmp_path))
    assert state.file == tmp_path / "state" / "state.db"
    assert modes(state.file) == {0o600}
    assert stat.S_IMODE(state.file.parent.stat().st_mode) == 0o700
    state.close()


def test_the_group_may_write_where_it_may_write_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o2770)
    os.umask(0o077)
    state = open_state(ShopSettings(toko_data_dir=tmp_path))
    assert state.file is not None
    assert modes(state.file) == {0o660}
    state.close()


def modes(file: Path) -> set[int]:
    """The permissions of the file and of those that SQLite has beside it."""
    found = list(file.parent.iterdir())
    assert len(found) == 3
    return {stat.S_IMODE(path.stat().st_mode) for path in found}


def test_a_file_that_is_replaced_under_a_running_program_is_opened_again(tmp_path: Path) -> None:
    state, other = StateDatabase(sqlite_url(tmp_path / "a")), StateDatabase(sqlite_url(tmp_path / "b"))
    People(state, {1}, set()).add(5, None, Role.STAFF)
    People(other, {1}, set()).add(6, None, Role.STAFF)
    known = People(state, {1}, set())
    assert known.find(5) is not None
    other.close()
    assert state.file is not None
    assert other.file is not None
    for ending in ("-wal", "-shm"):
        state.file.with_name(state.file.name + ending).unlink()
    other.file.replace(state.file)
    assert (known.find(5), ids(state)) == (None, [6])
    assert known.find(6) is not None
    state.close()


def test_a_forked_process_has_connections_of_its_own(tmp_path: Path) -> None:
    code = """
import os, sys; print("ready", flush=True); sys.stdin.readline()
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
known = People(StateDatabase(sys.argv[1]), {1}, set())
known.add(5, None, Role.STAFF)
known.find(5)
child = os.fork()
if child == 0:
    known.add(6, None, Role.STAFF)
    os._exit(known.find(6) is None)
status = os.waitpid(child, 0)[1]
known.add(7, None, Role.STAFF)
print(status, [known.find(number).user_id for number in (5, 6, 7)])
"""
    assert run(code, sqlite_url(tmp_path)) == ["0 [5, 6, 7]\n"]


@on_both
def test_a_reader_sees_one_state_while_others_write(state: StateDatabase) -> None:
    known = People(state, {1}, set())
    known.add(5, None, Role.STAFF)
    with state.read() as connection:
        if not state.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        assert len(connection.execute(select(people)).all()) == 1
        writer = threading.Thread(target=known.add, args=(6, None, Role.STAFF))
        writer.start()
        writer.join()
        assert len(connection.execute(select(people)).all()) == 1
    assert ids(state) == [5, 6]


def test_what_is_erased_is_not_in_the_files_any_more(tmp_path: Path) -> None:
    state = StateDatabase(sqlite_url(tmp_path))
    known = People(state, {1}, set())
    known.add(5, None, Role.STAFF, name="Nama Rahasia", username="rahasia_sekali")
    known.erase(5, None)
    assert state.file is not None
    files = b"".join(path.read_bytes() for path in state.file.parent.iterdir())
    assert b"Rahasia" not in files
    assert b"rahasia_sekali" not in files
    state.close()


def test_state_url_names_the_database(tmp_path: Path) -> None:
    settings = ShopSettings(toko_data_dir=tmp_path, state_url=SecretStr(f"sqlite:///{tmp_path}/own/place.db"))
    state = open_state(settings)
    assert state.file == tmp_path / "own" / "place.db"
    assert not (tmp_path / "state").exists()
    state.close()


def test_a_table_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "state" / "state.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE people (of_somebody_else)")
    with pytest.raises(StateError, match="a table people that this program did not create"):
        _ = StateDatabase(sqlite_url(tmp_path)).engine


@on_both
def test_names_and_ids_of_any_kind_are_stored(state: StateDatabase) -> None:
    row = {
        "shop": "toko",
        "user_id": 2**52,
        "role": "staf",
        "stock": True,
        "name": "O'Brien \U0001f6d2",
        "username": "",
    }
    with state.write() as connection:
        connection.execute(insert(people).values(**row, since=datetime.now(UTC)))
    assert People(state, {1}, set()).everybody()[-1].name == row["name"]
