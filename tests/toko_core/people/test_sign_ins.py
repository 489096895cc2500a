"""Sign-ins and links: what is stored of them, when they end, and that a link signs in once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.toko_core.state.databases import on_both
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.sign_in_links import MOST_OF_A_PERSON as MOST_LINKS
from toko_core.people.sign_in_links import VALID_FOR, LinkOf, SignInLinks
from toko_core.people.sign_ins import IDLE, LIFE, MOST_OF_A_PERSON, SignIns, Way
from toko_core.people.store import People
from toko_core.people.throttle import Throttle
from toko_core.people.view import Role
from toko_core.state.copies import copy_state, restore_state
from toko_core.state.database import StateDatabase
from toko_core.state.tables import OF_SIGN_IN, sign_in_links, sign_ins

OWNER = Person(1, Role.OWNER, name="Ibu Sari")
SECOND = timedelta(seconds=1)


@on_both
def test_a_sign_in_counts_in_every_process_until_any_of_them_ends_it(state: StateDatabase, url: str) -> None:
    known = SignIns(state)
    token = known.begin(5, "Budi", Way.LINK, "Chrome di Android")
    with closing(StateDatabase(url)) as other:
        replica = SignIns(other)
        found = replica.find(token)
        assert found is not None
        assert (found.person_id, found.name, found.way, found.device) == (5, "Budi", Way.LINK, "Chrome di Android")
        assert replica.end([found.number], None) == 1
        assert replica.key() == known.key()
    assert known.find(token) is None


def test_only_hashes_are_stored(state: StateDatabase) -> None:
    token, link = SignIns(state).begin(5, "Budi", Way.LINK, ""), SignInLinks(state).make(5, "Budi")
    assert len({token, link}) == 2
    with state.read() as connection:
        rows = str([connection.execute(select(table)).all() for table in OF_SIGN_IN])
    assert token not in rows
    assert link not in rows


@pytest.mark.parametrize(
    ("column", "age", "valid"),
    [
        ("began_at", LIFE - 60 * SECOND, True), ("began_at", LIFE, False), ("began_at", -LIFE - 60 * SECOND, False),
        ("seen_at", IDLE - 60 * SECOND, True), ("seen_at", IDLE, False), ("seen_at", -IDLE - 60 * SECOND, False),
    ],
)  # fmt: skip
def test_a_sign_in_ends_by_its_age_and_when_it_is_not_used(
    state: StateDatabase, column: str, age: timedelta, valid: bool
) -> None:
    known = SignIns(state)
    token = known.begin(5, "Budi", Way.LINK, "")
    assert known.find(token) is not None
    with closing(StateDatabase(state._url)) as other, other.write() as connection:
        connection.execute(update(sign_ins).values({column: datetime.now(UTC) - age}))
    assert (known.find(token) is not None) == valid
    assert (len(known.all()) == 1) == valid


def test_using_a_sign_in_keeps_it(state: StateDatabase) -> None:
    known = SignIns(state)
    token = known.begin(5, "Budi", Way.LINK, "")
    with state.write() as connection:
        connection.execute(update(sign_ins).values(seen_at=datetime.now(UTC) - IDLE + 60 * SECOND))
    found = known.find(token)
    assert found is not None
    known.see(found.number)
    again = known.find(token)
    assert again is not None
    assert again.seen_at - found.seen_at > IDLE - 120 * SECOND


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\udcff", "é"])
def test_what_is_no_id_of_a_sign_in_finds_nothing(state: StateDatabase, token: str) -> None:
    SignIns(state).begin(5, "Budi", Way.LINK, "")
    assert SignIns(state).find(token) is None
    assert SignInLinks(state).find(token) is None
    assert SignInLinks(state).use(token) is None


def test_whoever_ends_the_sign_ins_of_others_is_in_the_audit_list(state: StateDatabase) -> None:
    known = SignIns(state)
    for person_id, name in ((5, "Budi"), (5, "Budi"), (6, "Wati"), (1, "Ibu Sari")):
        known.begin(person_id, name, Way.LINK, "")
    numbers = {one.number for one in known.all()}
    assert known.end(numbers, Person(6, Role.STAFF), of=6) == 1
    assert Audit(state).last(10) == []
    assert known.end(numbers, OWNER) == 3
    (entry,) = Audit(state).last(10)
    assert (entry.action, entry.by, entry.subject, entry.details) == (
        "end_sign_ins",
        "Ibu Sari",
        "Budi",
        {"sign_ins": 2},
    )
    assert known.end(numbers, OWNER) == 0


def test_one_person_has_a_limited_number_of_sign_ins_and_links(state: StateDatabase) -> None:
    known, links = SignIns(state), SignInLinks(state)
    tokens = [known.begin(5, "Budi", Way.LINK, "") for _ in range(MOST_OF_A_PERSON + 2)]
    other = known.begin(6, "Wati", Way.LINK, "")
    assert [known.find(token) is None for token in tokens] == [True] * 2 + [False] * MOST_OF_A_PERSON
    assert known.find(other) is not None
    made = [links.make(5, "Budi") for _ in range(MOST_LINKS + 1)]
    assert [links.find(link) is None for link in made] == [True] + [False] * MOST_LINKS


@on_both
def test_a_link_that_several_replicas_use_at_once_signs_in_once(state: StateDatabase, url: str) -> None:
    token = SignInLinks(state).make(5, "Budi")
    barrier = threading.Barrier(4)

    def press(_: int) -> LinkOf | None:
        with closing(StateDatabase(url)) as replica:
            links = SignInLinks(replica)
            assert links.find(token) == LinkOf(5, "Budi")
            barrier.wait()
            return links.use(token)

    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(press, range(4)))
    assert sorted(used, key=str) == [LinkOf(5, "Budi"), None, None, None]
    assert SignInLinks(state).find(token) is None


@pytest.mark.parametrize(("until", "valid"), [(SECOND * 30, True), (-SECOND, False), (VALID_FOR * 3, False)])
def test_a_link_expires(state: StateDatabase, until: timedelta, valid: bool) -> None:
    links = SignInLinks(state)
    token = links.make(5, "Budi")
    with state.write() as connection:
        connection.execute(update(sign_in_links).values(until=datetime.now(UTC) + until))
    assert (links.find(token) is not None) == valid
    assert (links.use(token) is not None) == valid


def test_what_people_had_who_are_in_no_list_any_more_is_deleted(state: StateDatabase) -> None:
    people, known = People(state, {1}, {2}), SignIns(state)
    people.add(5, None, Role.STAFF)
    tokens = [known.begin(number, "", Way.LINK, "") for number in (1, 2, 5, 9)]
    SignInLinks(state).make(9, "")
    known.prune(frozenset({1}))
    assert [known.find(token) is not None for token in tokens] == [True, False, True, False]
    with state.read() as connection:
        assert connection.execute(select(func.count()).select_from(sign_in_links)).scalar() == 0


@on_both
def test_a_restore_ends_all_sign_ins_and_links(state: StateDatabase, tmp_path_factory: pytest.TempPathFactory) -> None:
    known, links = SignIns(state), SignInLinks(state)
    people = People(state, {1}, set())
    people.add(5, None, Role.STAFF)
    token, link = known.begin(5, "Budi", Way.LINK, ""), links.make(5, "Budi")
    copy = tmp_path_factory.mktemp("copy") / "copy.db"
    copy_state(state, copy)
    known.end([one.number for one in known.all()], None)
    links.use(link)
    restore_state(state, copy)
    assert people.find(5) is not None
    assert (known.find(token), links.find(link)) == (None, None)


def test_a_throttle_lets_a_few_pass_and_knows_few_keys() -> None:
    throttle = Throttle(3, 60.0, most_keys=2)
    assert [throttle.take("a") > 0 for _ in range(5)] == [False, False, False, True, True]
    assert 0 < throttle.take("a") <= 60
    throttle.give_back("a")
    assert [throttle.take("a") > 0 for _ in range(2)] == [False, True]
    throttle.forget("a")
    assert throttle.take("a") == 0
    for number in range(100):
        throttle.take(number)
    assert len(throttle._spent) == 2
