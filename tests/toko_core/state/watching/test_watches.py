"""What people mark is kept for each of them, and erased with them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.toko_core.state.databases import on_both, state, url
from toko_core.people import Role
from toko_core.people.store import People
from toko_core.state.database import StateDatabase
from toko_core.state.tables import OF_WATCHING
from toko_core.state.watching.deliveries import Deliveries
from toko_core.state.watching.watches import MOST_WATCHES, Marks, Watch, Watches

__all__ = ["state", "url"]

ZONE = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
BUDI, ANI = 101, 201
BOTH, STAR, BELL, NONE = Marks(True, True), Marks(True, False), Marks(False, True), Marks()


@pytest.fixture
def watches(state: StateDatabase) -> Watches:
    return Watches(state, ZONE)


@on_both
def test_marks_are_kept_for_each_person_in_the_order_in_which_they_were_made(watches: Watches) -> None:
    for code, marks in (("GULA1", STAR), ("MIE001", BELL), ("TEH1", STAR), ("MIE001", BOTH), ("TEH1", NONE)):
        assert watches.mark(BUDI, code, marks, NOON)
    assert watches.of(BUDI) == [Watch("GULA1", STAR), Watch("MIE001", BOTH)]
    assert watches.marks(BUDI, "MIE001") == BOTH
    assert watches.marks(ANI, "MIE001") == watches.marks(BUDI, "TEH1") == NONE
    watches.remove(BUDI, ["GULA1", "LAIN"])
    assert watches.of(BUDI) == [Watch("MIE001", BOTH)]


def test_somebody_who_marked_too_many_products_can_change_marks_but_add_none(watches: Watches) -> None:
    for number in range(MOST_WATCHES):
        assert watches.mark(BUDI, f"B{number}", STAR, NOON)
    assert not watches.mark(BUDI, "LAIN", STAR, NOON)
    assert watches.mark(BUDI, "B7", BOTH, NOON)
    assert watches.mark(ANI, "LAIN", STAR, NOON)
    assert watches.mark(BUDI, "B8", NONE, NOON)
    assert watches.mark(BUDI, "LAIN", STAR, NOON)


@on_both
def test_the_hour_of_the_morning_message_can_be_chosen_and_taken_back(watches: Watches) -> None:
    assert watches.morning_hour(BUDI) is None
    for hour in (7, 9, None, 6):
        watches.set_morning_hour(BUDI, hour, NOON, NOON)
        assert watches.morning_hour(BUDI) == hour
    assert watches.morning_hour(ANI) is None


@on_both
def test_erasing_somebody_deletes_all_that_they_watch(state: StateDatabase, watches: Watches) -> None:
    people = People(state, {1}, set())
    for user_id in (BUDI, ANI):
        people.add(user_id, None, Role.STAFF)
        watches.mark(user_id, "GULA1", BOTH, NOON.replace(hour=1))
    Deliveries(state, ZONE).plan_watched({"GULA1": NOON}, NOON.replace(hour=1), NOON, NOON)
    people.erase(BUDI, None)
    with state.read() as connection:
        left = {table.name: [row.person_id for row in connection.execute(table.select())] for table in OF_WATCHING}
    assert left == {"watches": [ANI], "watchers": [ANI], "deliveries": [ANI]}
