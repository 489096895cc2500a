"""Copies of the state database: whole while others write, and back in one step, into either kind of database."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.toko_core.state.databases import on_both, sqlite_url
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.copies import REPLACED, check_copy, check_target, copy_state, restore_state
from toko_core.state.database import StateDatabase, StateError, file_url
from toko_core.state.tables import audit, people

OWNER = Person(1, Role.OWNER, name="Ibu Sari", from_settings=True)


@on_both
def test_a_copy_made_while_others_write_holds_each_change_as_a_whole(state: StateDatabase, tmp_path: Path) -> None:
    known, done = People(state, {1}, set()), threading.Event()
    known.add(4, OWNER, Role.STAFF)

    def add_people() -> None:
        number = 10
        while not done.is_set():
            known.add(number, OWNER, Role.STAFF)
            number += 1

    writer = threading.Thread(target=add_people)
    writer.start()
    copies = [tmp_path / f"{number}.db" for number in range(5)]
    for copy in copies:
        copy_state(state, copy)
    done.set()
    writer.join()
    for copy in copies:
        with closing(sqlite3.connect(copy)) as connection:
            (added,) = connection.execute("SELECT count(*) FROM people").fetchone()
            assert connection.execute("SELECT count(*) FROM audit").fetchone() == (added,)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [copy.name for copy in copies]


@on_both
def test_a_restore_replaces_all_rows_while_the_bot_has_the_database_open(state: StateDatabase, tmp_path: Path) -> None:
    known = People(state, {1}, set())
    known.add(5, OWNER, Role.CUSTOMER, level=2, name="Budi")
    asked = known.request(6, "Wati", "")
    copy_state(state, tmp_path / "copy.db")
    before, entries = known.everybody(), Audit(state).last(10)
    known.erase(5, OWNER)
    known.add(7, OWNER, Role.OWNER)
    assert asked is not None
    known.decide(asked.id, OWNER, Role.STAFF)
    with closing(StateDatabase(url_of(state))) as other:
        check_copy(tmp_path / "copy.db")
        restore_state(other, tmp_path / "copy.db")
    assert (known.everybody(), Audit(state).last(10)) == (before, entries)
    assert known.find(7) is None
    assert known.decide(asked.id, OWNER, Role.STAFF).done
    assert Audit(state).last(1)[0].number > entries[0].number


def url_of(state: StateDatabase) -> str:
    return state._url.render_as_string(hide_password=False)


@on_both
def test_a_copy_of_one_kind_of_database_goes_into_an_empty_one_of_another(url: str, tmp_path: Path) -> None:
    with closing(StateDatabase(sqlite_url(tmp_path / "first"))) as first:
        known = People(first, {1}, set())
        for number in range(5, 15):
            known.add(number, None, Role.STAFF)
        with first.write() as connection:
            rows = [{"shop": "toko", "at": entry.at, "action": "x", "details": {}} for entry in Audit(first).last(10)]
            connection.execute(audit.insert(), rows * 100)
        copy_state(first, tmp_path / "copy.db")
    with closing(StateDatabase(url)) as state:
        restore_state(state, tmp_path / "copy.db")
        with state.read() as connection:
            counts = [connection.execute(select(func.count()).select_from(table)).scalar() for table in (people, audit)]
        assert counts == [10, 1010]
        People(state, {1}, set()).remove(5, None)
        assert Audit(state).last(1)[0].action == "remove"


def test_a_damaged_database_is_not_copied_and_a_restore_moves_it_away(tmp_path: Path) -> None:
    with closing(StateDatabase(sqlite_url(tmp_path))) as state:
        People(state, {1}, set()).add(5, None, Role.STAFF)
        copy_state(state, tmp_path / "copy.db")
    assert state.file is not None
    state.file.write_bytes(state.file.read_bytes()[:4096] + b"\xff" * 8192)
    with pytest.raises(StateError, match=r"cannot be copied|is damaged"):
        copy_state(state, tmp_path / "second.db")
    restore_state(state, tmp_path / "copy.db")
    assert People(state, {1}, set()).find(5) is not None
    assert state.file.with_name(state.file.name + REPLACED).exists()
    state.close()


def test_what_only_cannot_be_read_now_is_not_moved_away(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "state.db"
    folder.mkdir(parents=True)  # as Docker makes it for a file that it does not find
    with closing(StateDatabase(sqlite_url(tmp_path))) as state, pytest.raises(StateError, match="cannot be read"):
        check_target(state)
    assert folder.is_dir()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "toko? 100%41 #1"
    with closing(StateDatabase(file_url(folder / "state.db"))) as state:
        People(state, {1}, set()).add(5, None, Role.STAFF)
        copy_state(state, folder / "copy.db")
        check_copy(folder / "copy.db")
        restore_state(state, folder / "copy.db")
        assert People(state, {1}, set()).find(5) is not None
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_copy_of_a_newer_version_or_a_damaged_one_is_rejected(tmp_path: Path) -> None:
    with closing(StateDatabase(sqlite_url(tmp_path))) as state:
        _ = state.engine
        copy_state(state, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        connection.execute("UPDATE state_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StateError, match="newer toko"):
        check_copy(tmp_path / "copy.db")
    (tmp_path / "copy.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StateError, match="not a database"):
        check_copy(tmp_path / "copy.db")
