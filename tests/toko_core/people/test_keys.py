"""Keys of the API: stored hashed, revoked at once, and counted."""

from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import select

from tests.toko_core.state.databases import on_both
from toko_core.people.audit import Audit
from toko_core.people.keys import ApiKeyError, Key, Keys, Scope
from toko_core.people.person import Person
from toko_core.people.view import Role, View
from toko_core.state.database import StateDatabase, StateError
from toko_core.state.tables import api_keys

OWNER = Person(1, Role.OWNER, name="Ibu Sari")
TODAY = date(2026, 5, 4)


@on_both
def test_a_key_is_found_by_its_secret_until_any_process_revokes_it(state: StateDatabase, url: str) -> None:
    keys = Keys(state)
    key, secret = keys.add("kasir", [Scope.PRICES, Scope.STOCK], 2, OWNER)
    with closing(StateDatabase(url)) as other:
        replica = Keys(other)
        assert replica.find(secret) == keys.find(secret) == key
        replica.revoke("kasir")
    assert keys.find(secret) is None
    assert keys.all() == []


def test_only_the_hash_of_the_secret_is_stored(state: StateDatabase) -> None:
    _, secret = Keys(state).add("kasir", [Scope.PRICES])
    assert secret.startswith("toko_")
    assert len(secret) >= 48
    with state.read() as connection:
        rows = str(connection.execute(select(api_keys)).all())
    assert secret not in rows
    assert secret.removeprefix("toko_") not in rows


@pytest.mark.parametrize(
    ("scopes", "view"),
    [
        ([Scope.PRICES], View(stock=False)),
        ([Scope.PRICES, Scope.STOCK], View(stock=True)),
        ([Scope.PRICES, Scope.COST], View(cost=True, stock=False)),
    ],
)
def test_scopes_say_what_a_key_is_shown(scopes: list[Scope], view: View) -> None:
    assert Key("kasir", frozenset(scopes)).view == view


@pytest.mark.parametrize("secret", ["", "toko_", "toko_\udcff", "x" * 100_000, "toko_" + "é" * 43])
def test_what_is_no_secret_of_a_key_finds_nothing(state: StateDatabase, secret: str) -> None:
    keys = Keys(state)
    keys.add("kasir", [Scope.PRICES])
    assert keys.find(secret) is None


def test_wrong_names_scopes_and_levels_are_rejected(state: StateDatabase) -> None:
    keys = Keys(state)
    keys.add("kasir", [Scope.PRICES])
    for name, scopes, level in (
        ("kasir", [Scope.PRICES], None), ("", [Scope.PRICES], None), ("a b", [Scope.PRICES], None),
        ("x" * 41, [Scope.PRICES], None), ("lain", [], None), ("lain", [Scope.COST], None), ("lain", [Scope.PRICES], 0),
        ("lain", [Scope.PRICES], 100),
    ):  # fmt: skip
        with pytest.raises(ApiKeyError):
            keys.add(name, scopes, level)
    with pytest.raises(ApiKeyError, match="no key lain"):
        keys.revoke("lain")
    assert [key.name for key in keys.all()] == ["kasir"]


@on_both
def test_requests_are_counted_by_key_and_day(state: StateDatabase) -> None:
    keys = Keys(state)
    keys.add("kasir", [Scope.PRICES])
    keys.add("toko-online", [Scope.PRICES])
    keys.count({"kasir": 3, "unknown": 5}, TODAY.replace(day=3))
    keys.count({"kasir": 2}, TODAY)
    keys.count({"kasir": 4, "toko-online": 1}, TODAY)
    assert keys.uses(TODAY) == {"kasir": 6, "toko-online": 1}
    assert keys.uses(date.min) == {"kasir": 9, "toko-online": 1}
    keys.prune(TODAY)
    keys.revoke("toko-online")
    assert keys.uses(date.min) == {"kasir": 6}


def test_the_audit_list_says_who_added_and_revoked_a_key(state: StateDatabase) -> None:
    keys = Keys(state)
    keys.add("kasir", [Scope.COST, Scope.PRICES], by=OWNER)
    keys.revoke("kasir")
    revoked, added = Audit(state).last(10)
    assert (revoked.action, revoked.by, revoked.subject) == ("revoke_key", "", "kasir")
    assert (added.action, added.by, added.subject) == ("add_key", "Ibu Sari", "kasir")
    assert added.details == {"scopes": ["cost", "prices"], "level": None}


def test_nobody_is_told_that_a_key_was_revoked_while_the_database_cannot_be_read(state: StateDatabase) -> None:
    keys = Keys(state)
    _, secret = keys.add("kasir", [Scope.PRICES])
    assert state.file is not None
    state.close()
    state.file.write_bytes(b"no database" * 1000)
    with pytest.raises(StateError):  # None would say that the key was revoked
        keys.find(secret)
