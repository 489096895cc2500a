"""People: one decision about a request, access that ends at once, and what a role is shown."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update

from tests.toko_core.state.databases import on_both
from tests.toko_core.state.test_database import run
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.requests import Requests
from toko_core.people.store import MOST_REQUESTS, Decision, People, PeopleError, Problem, Request
from toko_core.people.view import Role, View
from toko_core.state.database import StateDatabase, StateError
from toko_core.state.tables import FORGOTTEN, audit, metadata, requests

OWNER = Person(1, Role.OWNER, name="Ibu Sari", from_settings=True)


@pytest.fixture
def known(state: StateDatabase) -> People:
    """The people of a shop whose .env names an owner, 1, and somebody of the staff, 2."""
    return People(state, {1}, {1, 2})


def ask(known: People, user_id: int = 5) -> Request:
    asked = known.request(user_id, "Budi", "budi")
    assert asked is not None
    return asked


@on_both
def test_an_approved_stranger_is_staff_in_every_process_at_once(known: People, url: str) -> None:
    other = StateDatabase(url)
    replica = People(other, {1}, {1, 2})
    assert replica.find(5) is None
    decision = known.decide(ask(known).id, OWNER, Role.STAFF)
    assert (decision.done, decision.by, decision.role) == (True, "Ibu Sari", Role.STAFF)
    assert replica.find(5) == Person(5, Role.STAFF, name="Budi", username="budi")
    replica.remove(5, OWNER)
    assert known.find(5) is None
    with pytest.raises(PeopleError, match="has no access"):
        known.change(5, OWNER, role=Role.OWNER)
    other.close()


@on_both
def test_owners_who_press_at_once_make_one_decision(known: People, url: str, state: StateDatabase) -> None:
    request = ask(known)
    owners = [Person(1, Role.OWNER, name="Ibu Sari"), known.add(7, None, Role.OWNER, name="Pak Joko")]
    barrier = threading.Barrier(4)

    def press(place: int) -> Decision:
        with closing(StateDatabase(url)) as replica:
            barrier.wait()
            role = (Role.STAFF, Role.CUSTOMER, None, Role.OWNER)[place]
            return People(replica, {1}, {1, 2}).decide(request.id, owners[place % 2], role)

    with ThreadPoolExecutor(4) as pool:
        decisions = list(pool.map(press, range(4)))
    assert sorted(decision.done for decision in decisions) == [False, False, False, True]
    assert len({(decision.by, decision.role, decision.when) for decision in decisions}) == 1
    assert len([entry for entry in Audit(state).last(10) if entry.action in {"approve", "reject"}]) == 1


DECIDE = """
import sys
from toko_core.people.person import Person
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase, StateError
known = People(StateDatabase(sys.argv[1]), {1}, set())
print("ready", flush=True); sys.stdin.readline()
print([known.decide(int(number), Person(1, Role.OWNER), Role.STAFF).done for number in sys.argv[2:]])
"""


@on_both
def test_processes_that_decide_the_same_requests_at_once_make_each_decision_once(
    known: People, url: str, state: StateDatabase
) -> None:
    asked = [ask(known, 100 + number).id for number in range(20)]
    one, other = (said.count("True") for said in run(DECIDE, url, *asked, count=2))
    assert one + other == 20
    assert len(known.everybody()) == 22
    assert len(Audit(state).last(100)) == 20


def test_a_rejected_person_is_never_asked_about_again_until_an_owner_adds_them(known: People) -> None:
    known.decide(ask(known).id, OWNER, None)
    assert known.find(5) is None
    assert known.request(5, "Budi", "budi") is None
    assert known.add(5, OWNER, Role.CUSTOMER, level=2) == known.find(5)


@on_both
def test_somebody_may_ask_once_a_day(known: People, state: StateDatabase) -> None:
    first = ask(known)
    assert known.request(5, "Budi", "budi") is None
    make_older(state, timedelta(days=1, minutes=1))
    second = ask(known)
    assert second.id != first.id
    with pytest.raises(PeopleError):  # the button of the first message
        known.decide(first.id, OWNER, Role.STAFF)


def make_older(state: StateDatabase, age: timedelta) -> None:
    with state.write() as connection:
        connection.execute(update(requests).values(asked_at=datetime.now(UTC) - age))


@pytest.mark.parametrize("entry", ["add", "requests"])
def test_the_old_request_of_the_only_owner_takes_nothing_away(state: StateDatabase, entry: str) -> None:
    known = People(state, set(), set())
    first, second = ask(known), ask(known, 6)
    owner = known.add(5, None, Role.OWNER)
    if entry == "requests":  # of a version whose `add` left the request
        with state.write() as connection:
            connection.execute(insert(requests).values(
                shop=state.shop, asked_at=datetime.now(UTC), id=first.id, user_id=5, name="", username=""
            ))  # fmt: skip
    for role in (Role.CUSTOMER, None):
        with pytest.raises(PeopleError) as error:
            known.decide(first.id, owner, role, 1)
        assert error.value.problem in {Problem.HAS_ACCESS, Problem.UNKNOWN}
    assert known.find(5) == owner
    assert [request.id for request in Requests(state).waiting()] == [second.id]


def test_the_request_of_somebody_whom_env_names_now_is_not_decided(state: StateDatabase) -> None:
    request = ask(People(state, {1}, {1}))
    known = People(state, {1}, {1, 5})
    with pytest.raises(PeopleError) as error:
        known.decide(request.id, OWNER, Role.OWNER)
    assert error.value.problem is Problem.HAS_ACCESS
    assert Requests(state).waiting() == []
    assert People(state, {1}, {1}).find(5) is None


def test_times_of_a_clock_that_was_wrong_keep_nobody_out(known: People, state: StateDatabase) -> None:
    ask(known)
    known.add(6, None, Role.STAFF)
    known.remove(6, None)
    assert Requests(state).ended_lately(6)
    make_older(state, -timedelta(days=3650))
    with state.write() as connection:
        connection.execute(update(audit).values(at=datetime.now(UTC) + timedelta(days=3650)))
    assert not Requests(state).ended_lately(6)
    assert known.request(5, "Budi", "budi") is not None


def test_names_that_cannot_be_stored_lose_what_is_wrong_with_them(known: People) -> None:
    assert known.add(6, None, Role.STAFF, name="Bu\udcffdi\x00\n", username="b\ud800").label == "Budi"
    assert known.change(6, None, name="Si\udcffti").name == "Siti"


@on_both
def test_without_its_tables_nobody_of_the_database_has_access(known: People, state: StateDatabase) -> None:
    known.add(6, None, Role.STAFF)
    with state.write() as connection:
        connection.execute(text("DROP TABLE people"))
    assert known.find(6) is None
    assert known.find(1) is not None
    with pytest.raises(StateError):
        known.everybody()


def test_people_with_access_ask_for_nothing(known: People) -> None:
    known.add(5, OWNER, Role.STAFF)
    assert [known.request(user_id, "Nama", "") for user_id in (1, 2, 5)] == [None, None, None]


def test_a_crowd_of_strangers_makes_a_limited_number_of_requests(known: People, state: StateDatabase) -> None:
    asked = [known.request(100 + number, "x" * 5000, "") for number in range(MOST_REQUESTS + 5)]
    assert asked.index(None) == MOST_REQUESTS
    assert len(next(request.name for request in asked if request)) == 100
    make_older(state, timedelta(days=31))
    assert known.request(99, "Budi", "") is not None
    with state.read() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar() == 1


@pytest.mark.parametrize(
    ("role", "given", "level", "stock"),
    [(Role.OWNER, 3, None, True), (Role.STAFF, 3, None, True), (Role.CUSTOMER, 3, 3, False)],
)
def test_a_role_decides_level_and_stock(known: People, role: Role, given: int, level: int | None, stock: bool) -> None:
    known.decide(ask(known).id, OWNER, role, given)
    person = known.find(5)
    assert person is not None
    assert (person.level, person.stock) == (level, stock)
    assert person.view(private=False) == View(cost=False, stock=stock, level=level)
    assert person.view(private=True).cost == (role is Role.OWNER)


def test_a_customer_has_one_level_whatever_is_changed(known: People) -> None:
    known.add(5, OWNER, Role.STAFF)
    assert known.change(5, OWNER, role=Role.CUSTOMER) == Person(5, Role.CUSTOMER, 1, stock=False)
    assert known.change(5, OWNER, level=2, stock=True) == Person(5, Role.CUSTOMER, 2, stock=True)
    assert known.change(5, OWNER, level=None) == Person(5, Role.CUSTOMER, 1, stock=True)
    for wrong in (0, -1, 100):
        with pytest.raises(PeopleError, match="from 1 to 99"):
            known.change(5, OWNER, level=wrong)
    assert known.change(5, OWNER, role=Role.STAFF) == Person(5, Role.STAFF)


def test_people_of_env_cannot_be_changed_and_come_first(known: People) -> None:
    for user_id in (1, 2):
        for change in (
            lambda: known.add(user_id, OWNER, Role.CUSTOMER),  # noqa: B023
            lambda: known.change(user_id, OWNER, role=Role.CUSTOMER),  # noqa: B023
            lambda: known.remove(user_id, OWNER),  # noqa: B023
            lambda: known.erase(user_id, OWNER),  # noqa: B023
        ):
            with pytest.raises(PeopleError, match=r"is named in \.env") as caught:
                change()
            assert caught.value.problem is Problem.FROM_SETTINGS
    assert known.everybody() == [
        Person(1, Role.OWNER, from_settings=True), Person(2, Role.STAFF, from_settings=True),
    ]  # fmt: skip


def test_env_wins_over_the_database_and_lends_the_name(state: StateDatabase) -> None:
    People(state, {1}, set()).add(5, None, Role.CUSTOMER, name="Budi", username="budi")
    later = People(state, {1}, {5})
    assert later.find(5) == Person(5, Role.STAFF, from_settings=True)
    assert later.everybody()[1] == Person(5, Role.STAFF, name="Budi", username="budi", from_settings=True)


def test_the_last_owner_stays(state: StateDatabase) -> None:
    known = People(state, set(), {2})
    joko = known.add(7, None, Role.OWNER, name="Pak Joko")
    for change in (
        lambda: known.change(7, joko, role=Role.STAFF),
        lambda: known.add(7, joko, Role.STAFF),
        lambda: known.remove(7, joko),
        lambda: known.erase(7, joko),
    ):
        with pytest.raises(PeopleError, match="last owner"):
            change()
    known.add(8, joko, Role.OWNER)
    known.remove(7, joko)
    assert known.find(7) is None


DEMOTE = """
import sys
from toko_core.people.person import Person
from toko_core.people.store import People, PeopleError
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase, StateError
known = People(StateDatabase(sys.argv[1]), set(), set())
print("ready", flush=True); me = int(sys.stdin.readline() and sys.argv[2])
for attempt in range(20):
    owners = [person for person in known.owners() if person.user_id != 0]
    if len(owners) > 1:
        try:
            known.remove(owners[-1].user_id, None)
        except PeopleError:
            pass
"""


@on_both
def test_owners_who_are_removed_at_once_leave_one(state: StateDatabase, url: str) -> None:
    known = People(state, set(), set())
    for number in range(10):
        known.add(10 + number, None, Role.OWNER)
    run(DEMOTE, url, 0, count=2)
    assert len(known.owners()) == 1


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.CUSTOMER])
def test_only_owners_change_people_also_with_an_old_button(known: People, role: Role | None) -> None:
    joko = known.add(7, None, Role.OWNER, name="Pak Joko")
    request = ask(known)
    if role is None:
        known.remove(7, OWNER)
    else:
        known.change(7, OWNER, role=role)
    staff_of_env = Person(2, Role.OWNER)
    for by in (joko, staff_of_env):
        for change in (
            lambda: known.decide(request.id, by, Role.OWNER),  # noqa: B023
            lambda: known.add(9, by, Role.OWNER),  # noqa: B023
            lambda: known.change(7, by, role=Role.OWNER),  # noqa: B023
            lambda: known.remove(7, by),  # noqa: B023
            lambda: known.erase(7, by),  # noqa: B023
        ):
            with pytest.raises(PeopleError) as caught:
                change()
            assert caught.value.problem is Problem.NOT_OWNER
    assert known.decide(request.id, OWNER, Role.STAFF).done


def test_a_request_that_does_not_exist_is_an_error(known: People) -> None:
    with pytest.raises(PeopleError) as caught:
        known.decide(12345, OWNER, Role.STAFF)
    assert caught.value.problem is Problem.UNKNOWN


@on_both
def test_everything_that_changes_people_is_in_the_audit_list(known: People, state: StateDatabase) -> None:
    known.decide(ask(known).id, OWNER, Role.CUSTOMER, 2)
    known.change(5, OWNER, level=3)
    known.change(5, OWNER, level=3)  # changes nothing
    known.remove(5, None)
    listed = Audit(state).last(10)
    assert [
        (entry.action, entry.by_id, entry.by, entry.subject_id, entry.subject, entry.details) for entry in listed
    ] == [
        ("remove", None, "", 5, "Budi", {"role": "pelanggan"}),
        ("change", 1, "Ibu Sari", 5, "Budi", {"level": [2, 3]}),
        ("approve", 1, "Ibu Sari", 5, "Budi", {"role": "pelanggan", "level": 2}),
    ]
    assert Audit(state).last(1, before=listed[0].number) == [listed[1]]
    assert all(datetime.now(UTC) - entry.at < timedelta(minutes=5) for entry in listed)


@on_both
def test_erasing_somebody_keeps_the_entries_without_who_it_was(known: People, state: StateDatabase) -> None:
    joko = known.add(7, None, Role.OWNER, name="Pak Joko", username="joko_unik")
    known.decide(ask(known).id, joko, Role.STAFF)
    Audit(state).note("override", joko, "INDOMIE GORENG", {"code": "123"})
    before = Audit(state).last(10)
    known.erase(7, OWNER)
    after = Audit(state).last(10)
    assert [entry.number for entry in after[1:]] == [entry.number for entry in before]
    assert [(entry.action, entry.by, entry.by_id, entry.subject, entry.subject_id) for entry in after] == [
        ("erase", "Ibu Sari", 1, "", None),
        ("override", FORGOTTEN, None, "INDOMIE GORENG", None),
        ("approve", FORGOTTEN, None, "Budi", 5),
        ("add", "", None, FORGOTTEN, None),
    ]
    assert known.find(7) is None
    with state.read() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert [row for row in rows if 7 in row or "joko" in str(row).lower()] == []


def test_somebody_who_was_removed_or_only_asked_can_be_erased(known: People, state: StateDatabase) -> None:
    ask(known)
    known.erase(5, None)
    with state.read() as connection:
        assert connection.execute(select(requests)).all() == []
    assert known.request(5, "Budi", "") is not None


def test_an_id_that_is_nowhere_in_the_database_is_not_reported_as_erased(known: People, state: StateDatabase) -> None:
    known.add(5, None, Role.STAFF, name="Budi")
    known.erase(5, None)
    for user_id in (5, 6):
        with pytest.raises(PeopleError, match="nowhere in the database") as caught:
            known.erase(user_id, None)
        assert caught.value.problem is Problem.UNKNOWN
    assert [entry.action for entry in Audit(state).last(10)] == ["erase", "add"]


def test_every_column_that_names_a_person_is_erased() -> None:
    """A new table with `…_by` or `…name` columns must use `person_columns`, or be one that `erase` deletes from."""
    deleted, of_groups = {"people", "requests"}, {"chat_aliases"}
    unmarked = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables if table.name not in deleted | of_groups
        for column in table.columns
        if (column.name.endswith("_id") and str(column.type) == "BIGINT" and not column.info and not column.primary_key)
        or column.name in {"user_id", "name", "username"}
    ]  # fmt: skip
    assert unmarked == []


def test_finding_people_loads_no_alembic_and_no_telegram() -> None:
    (said,) = run(
        "import sys; print('ready', flush=True); sys.stdin.readline(); import toko_core.people\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'telegram') if name in sys.modules])"
    )
    assert said == "[]\n"
