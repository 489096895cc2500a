"""`toko doctor` for the state database: what can be wrong with it, while nothing in it changes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from toko_assets.cli.doctor.finding import Mark, guarded
from toko_assets.cli.doctor.people import look_at_people
from toko_assets.common.settings import load_settings
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase, open_state


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateDatabase]:
    monkeypatch.setenv("TOKO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OWNER_USERS", "1")
    monkeypatch.delenv("ALLOWED_USERS", raising=False)
    monkeypatch.chdir(tmp_path)
    with closing(open_state(load_settings())) as state:
        yield state


def look() -> list[tuple[Mark, str]]:
    return [(found.mark, found.said) for found in guarded("people", look_at_people(load_settings()))]


def test_before_anybody_was_added_it_creates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKO_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert look() == [(Mark.GOOD, "only those of .env: nobody was added yet (docs/people.md)")]
    assert list(tmp_path.iterdir()) == []


def test_it_counts_people_and_names_those_who_are_in_both(
    state: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = People(state, set(), set())
    known.add(5, None, Role.OWNER)
    assert look() == [(Mark.GOOD, "2 have access, 2 of them as owners; 1 are in .env")]
    monkeypatch.setenv("ALLOWED_USERS", "5")
    (mark, said), _ = look()
    assert mark is Mark.NOTE
    assert said == (
        ".env and the state database both name 5: .env counts. If they leave, remove them from both: first from .env, "
        "then with `toko people remove ID`."
    )


def test_people_without_an_owner_are_wrong(state: StateDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    People(state, {1}, set()).add(5, None, Role.STAFF)
    monkeypatch.delenv("OWNER_USERS")
    assert look()[-1] == (
        Mark.WRONG, "Nobody is an owner: nobody sees cost or can approve others: toko people add ID --role owner",
    )  # fmt: skip


def test_a_file_that_others_can_read_is_noticed(state: StateDatabase) -> None:
    assert state.file is not None
    state.file.chmod(0o644)
    assert look()[-1] == (Mark.NOTE, f"Other users can read {state.file}: chmod 600 {state.file}")


def test_a_damaged_file_and_one_of_another_version_are_lines(state: StateDatabase) -> None:
    assert state.file is not None
    state.close()
    with closing(sqlite3.connect(state.file)) as connection:
        connection.execute("UPDATE state_version SET version_num = '9999'")
        connection.commit()
    ((mark, said),) = look()
    assert mark is Mark.WRONG
    assert "a newer toko made it" in said
    state.file.write_bytes(b"damaged" * 1000)
    said = f"The state database {state.file} is damaged: file is not a database"
    assert look() == [(Mark.WRONG, f"{said}: `toko restore-backup` brings back the one of a backup.")]
