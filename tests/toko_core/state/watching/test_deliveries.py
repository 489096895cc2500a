"""Each message about prices is stored once and sent by one process, however many there are and whatever happens."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.toko_core.state.databases import on_both, state, url
from toko_core.state.database import StateDatabase
from toko_core.state.watching.deliveries import Deliveries, Delivery, Kind
from toko_core.state.watching.watches import Marks, Watches

__all__ = ["state", "url"]

ZONE = ZoneInfo("Asia/Jakarta")
FIRST, SECOND, THIRD = (datetime(2026, 11, 29, hour, tzinfo=UTC) for hour in (1, 5, 9))
"""The times of three catalogues."""
NOW = THIRD + timedelta(hours=1)
MORNING = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
"""In the shop it is half past seven."""
MIDNIGHT = datetime(2026, 11, 29, 17, tzinfo=UTC)
BUDI, ANI = 101, 201
BELL = Marks(notify=True)


@pytest.fixture
def two(url: str) -> Iterator[list[Deliveries]]:
    """The same database, opened as two processes open it."""
    databases = [StateDatabase(url) for _ in range(2)]
    yield [Deliveries(database, ZONE) for database in databases]
    for database in databases:
        database.close()


@pytest.fixture(autouse=True)
def watches(state: StateDatabase) -> Watches:
    """Budi watches sugar since the first catalogue, Ani tea."""
    watches = Watches(state, ZONE)
    watches.mark(BUDI, "GULA1", BELL, FIRST)
    watches.mark(ANI, "TEH1", BELL, FIRST)
    return watches


@pytest.fixture
def deliveries(state: StateDatabase) -> Deliveries:
    return Deliveries(state, ZONE)


def waiting(deliveries: Deliveries, data_time: datetime = MORNING) -> list[Delivery]:
    """All messages, the first one of each person before the second one."""
    found: list[Delivery] = []
    while delivery := deliveries.pick(data_time, [each.person_id for each in found]):
        found.append(delivery)
    return found


@on_both
def test_a_change_is_planned_once_for_who_watches_it_and_never_again(
    deliveries: Deliveries, two: list[Deliveries]
) -> None:
    assert deliveries.notified_until(SECOND) == FIRST
    with ThreadPoolExecutor(2) as processes:
        planned = list(processes.map(lambda each: each.plan_watched({"GULA1": SECOND}, FIRST, SECOND, NOW), two))
    assert sorted(planned) == [0, 1]
    assert deliveries.notified_until(SECOND) is None
    (delivery,) = waiting(deliveries)
    assert (delivery.person_id, delivery.kind, delivery.since, delivery.until) == (BUDI, Kind.WATCHED, FIRST, SECOND)
    assert deliveries.notified_until(FIRST) is None, "a catalogue that was rolled back is no news"
    assert deliveries.plan_watched({"TEH1": THIRD}, SECOND, THIRD, NOW) == 1
    assert {each.person_id: each.since for each in waiting(deliveries)} == {BUDI: FIRST, ANI: SECOND}


@on_both
def test_of_many_processes_one_begins_a_message(deliveries: Deliveries, two: list[Deliveries]) -> None:
    deliveries.plan_watched({"GULA1": SECOND}, FIRST, SECOND, NOW)
    (delivery,) = waiting(deliveries)
    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(lambda number: two[number % 2].begin(delivery, NOW), range(16)))
    assert sorted(begun) == [False] * 15 + [True]
    assert waiting(deliveries) == []
    deliveries.release(delivery)  # Telegram did not take it
    assert waiting(deliveries) == [delivery]
    assert two[1].begin(delivery, NOW)
    two[1].finish(delivery, NOW)
    deliveries.release(delivery)
    assert waiting(deliveries) == []


def test_messages_of_a_person_keep_their_order_and_wait_for_a_catalogue_that_has_the_changes(
    deliveries: Deliveries,
) -> None:
    deliveries.plan_watched({"GULA1": SECOND}, FIRST, SECOND, NOW)
    deliveries.plan_watched({"GULA1": THIRD}, SECOND, THIRD, NOW)
    assert deliveries.pick(FIRST) is None
    first = deliveries.pick(THIRD)
    assert first is not None
    assert first.until == SECOND
    deliveries.finish(first, NOW)
    assert deliveries.pick(SECOND) is None
    second = deliveries.pick(THIRD)
    assert second is not None
    assert second.until == THIRD
    assert deliveries.pick(THIRD, [BUDI]) is None


def test_the_morning_message_comes_once_a_day_at_its_hour_and_lists_each_change_once(
    deliveries: Deliveries, watches: Watches
) -> None:
    watches.set_morning_hour(BUDI, 7, SECOND, SECOND)  # noon of the day before
    watches.set_morning_hour(ANI, 8, SECOND, SECOND)
    assert deliveries.plan_mornings(THIRD, MORNING - timedelta(hours=1)) == 0
    assert [deliveries.plan_mornings(THIRD, MORNING) for _ in range(2)] == [1, 0]
    (delivery,) = waiting(deliveries)
    seven = datetime(2026, 11, 30, 0, tzinfo=UTC)
    assert (delivery.person_id, delivery.kind, delivery.written_at) == (BUDI, Kind.MORNING, seven)
    assert (delivery.since, delivery.until) == (MIDNIGHT - timedelta(days=1), THIRD)
    assert deliveries.plan_mornings(THIRD, MORNING + timedelta(hours=1)) == 1, "Ani's"
    deliveries.finish(delivery, MORNING)

    day = timedelta(days=1)
    assert deliveries.plan_mornings(THIRD, MORNING + day) == 0, "nothing is new"
    assert deliveries.plan_mornings(MIDNIGHT + 3 * day, MORNING + 2 * day) == 1
    (delivery,) = [each for each in waiting(deliveries, MORNING + 9 * day) if each.person_id == BUDI]
    assert (delivery.since, delivery.until) == (THIRD, MIDNIGHT + 2 * day)


def test_mornings_go_on_after_the_clock_was_a_year_ahead_and_list_nothing_twice(
    deliveries: Deliveries, watches: Watches
) -> None:
    day = timedelta(days=1)
    watches.set_morning_hour(BUDI, 7, SECOND, SECOND)
    assert deliveries.plan_mornings(THIRD, MORNING + 365 * day) == 1
    assert deliveries.plan_mornings(THIRD, MORNING) == 0
    assert deliveries.plan_mornings(MORNING, MORNING + day) == 1
    deliveries.finish(waiting(deliveries, THIRD)[0], MORNING)
    (delivery,) = waiting(deliveries)
    assert (delivery.since, delivery.until) == (THIRD, MORNING)


@pytest.mark.parametrize(
    ("hour", "first_day", "since"), [(6, 1, MIDNIGHT), (8, 0, MIDNIGHT - timedelta(days=1))], ids=["over", "to come"]
)
def test_an_hour_that_is_over_begins_tomorrow(
    deliveries: Deliveries, watches: Watches, hour: int, first_day: int, since: datetime
) -> None:
    watches.set_morning_hour(BUDI, hour, MORNING, THIRD)
    watches.set_morning_hour(BUDI, None, MORNING, THIRD)
    watches.set_morning_hour(BUDI, hour, MORNING, THIRD)
    evening = MORNING + timedelta(hours=12)
    planned = [deliveries.plan_mornings(evening, evening + timedelta(days=day)) for day in range(3)]
    assert planned.index(1) == first_day
    (delivery,) = waiting(deliveries, evening)
    assert delivery.since == since


def test_what_is_old_or_of_somebody_without_access_is_removed_and_an_unclear_message_is_counted_once(
    deliveries: Deliveries, watches: Watches
) -> None:
    deliveries.plan_watched({"GULA1": SECOND, "TEH1": SECOND}, FIRST, SECOND, NOW)
    assert deliveries.tidy({BUDI, ANI}, NOW) == 0
    of_budi, of_ani = sorted(waiting(deliveries), key=lambda each: each.person_id)
    assert deliveries.begin(of_budi, NOW), "and then the process is killed"
    assert deliveries.tidy({BUDI, ANI}, NOW + timedelta(minutes=1)) == 0
    assert waiting(deliveries) == [of_ani]
    assert [deliveries.tidy({BUDI}, NOW + timedelta(hours=1)) for _ in range(2)] == [1, 0]
    assert waiting(deliveries) == []
    assert watches.of(ANI) == []
    deliveries.plan_watched({"GULA1": THIRD}, SECOND, THIRD, NOW)
    assert len(waiting(deliveries)) == len(watches.of(BUDI)) == 1
    deliveries.tidy({BUDI}, NOW + timedelta(days=8))
    assert waiting(deliveries) == []
