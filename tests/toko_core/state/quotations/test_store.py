"""Quotations are kept: each has a number of its own, and several processes can change one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.toko_core.state.databases import state, url
from toko_core.people.store import People
from toko_core.state.database import StateDatabase
from toko_core.state.quotations import store
from toko_core.state.quotations.records import MOST_LINES, Line
from toko_core.state.quotations.store import Quotations
from toko_core.state.tables import quotation_lines, quotations

__all__ = ["state", "url"]

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
BUDI, ANI = 101, 201
SUGAR = Line("gula 5", Decimal(5), None, "GULA1", "GULA <b>", "BKS", Decimal("17500.0001"))
OPEN = Line("bu Ani minta kopi", Decimal("0.25"), "lusin", choices=("K1", "K2"))


@pytest.fixture
def kept(state: StateDatabase) -> Quotations:
    return Quotations(state, ZONE)


@pytest.fixture
def two(url: str) -> Iterator[list[Quotations]]:
    """The same database, opened as two processes open it."""
    databases = [StateDatabase(url) for _ in range(2)]
    yield [Quotations(database, ZONE) for database in databases]
    for database in databases:
        database.close()


def test_a_quotation_is_found_again_as_it_was(kept: Quotations, url: str) -> None:
    made = kept.create(BUDI, "Budi", 2, [SUGAR, OPEN], NOW)
    assert (made.label, [line.place for line in made.lines]) == ("1/2026", [1, 2])
    other = StateDatabase(url)  # as after a restart
    again = Quotations(other, ZONE)
    assert again.find(made.id) == made == again.find_number(1, 2026)
    assert again.find(made.id + 1) is None
    other.close()


def test_numbers_count_up_through_the_year_of_the_shop(kept: Quotations) -> None:
    evening = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # a minute to midnight in Jakarta
    made = [kept.create(BUDI, "Budi", 1, [], moment).label for moment in (NOW, evening, evening + timedelta(minutes=1))]
    assert made == ["1/2026", "2/2026", "1/2027"]


def test_everybody_who_asks_at_once_gets_a_number_of_their_own(two: list[Quotations]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: two[n % 2].create(n, "", 1, [SUGAR], NOW).number, range(40)))
    assert sorted(made) == list(range(1, 41))


def test_lines_added_at_once_by_two_replicas_are_all_kept_up_to_the_limit(two: list[Quotations]) -> None:
    made = two[0].create(BUDI, "Budi", 1, [SUGAR], NOW)
    with ThreadPoolExecutor(8) as pool:
        left_out = sum(pool.map(lambda n: two[n % 2].add(made.id, [OPEN] * 10), range(12)))
    found = two[1].find(made.id)
    assert found is not None
    assert (len(found.lines), left_out) == (MOST_LINES, 121 - MOST_LINES)
    assert [line.place for line in found.lines] == list(range(1, MOST_LINES + 1))


def test_the_place_of_a_removed_line_is_never_that_of_another_one(kept: Quotations) -> None:
    made = kept.create(BUDI, "Budi", 1, [SUGAR, OPEN], NOW)
    kept.remove(made.id, 2)
    kept.add(made.id, [SUGAR])
    kept.change(made.id, Line("x", place=2))  # an old button
    found = kept.find(made.id)
    assert found is not None
    assert [(line.place, line.kodeitem) for line in found.lines] == [(1, "GULA1"), (3, "GULA1")]


def test_an_edited_message_replaces_its_lines_and_makes_no_second_quotation(kept: Quotations) -> None:
    made = kept.create(BUDI, "Budi", 1, [SUGAR, OPEN], NOW, 77)
    edited = kept.create(BUDI, "Budi", 1, [SUGAR], NOW, 77)
    assert (edited.id, edited.label, [line.place for line in edited.lines]) == (made.id, made.label, [3])
    assert kept.find(made.id) == edited
    assert kept.create(ANI, "Ani", 1, [SUGAR], NOW, 77).label == "2/2026", "the message of another person"


def test_only_the_newest_of_a_person_are_kept_and_no_number_comes_again(
    kept: Quotations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_KEPT", 3)
    kept.create(ANI, "Ani", 1, [SUGAR], NOW)
    for _ in range(5):
        kept.create(BUDI, "Budi", 1, [SUGAR], NOW)
    assert [quotation.number for quotation in kept.newest(10)] == [6, 5, 4, 1]
    assert (kept.count(), kept.count(BUDI), kept.count(ANI)) == (4, 3, 1)
    assert [quotation.number for quotation in kept.newest(2, 1, BUDI)] == [5, 4]
    assert kept.create(BUDI, "Budi", 1, [], NOW).number == 7


def test_erasing_a_person_leaves_their_quotations_without_a_name_and_without_what_they_typed(
    kept: Quotations, state: StateDatabase
) -> None:
    made = kept.create(BUDI, "Budi", 1, [SUGAR, OPEN], NOW, 77)
    others = kept.create(ANI, "Ani", 1, [OPEN], NOW, 78)
    People(state, {1}, set()).erase(BUDI, None)
    found = kept.find(made.id)
    assert found is not None
    assert (found.maker_id, "Budi" in found.maker_name) == (None, False)
    assert [line.asked for line in found.lines] == ["", ""]
    assert found.receipt(None) == made.receipt(None)
    assert kept.find(others.id) == others
    with state.read() as connection:
        rows = [*connection.execute(select(quotations)), *connection.execute(select(quotation_lines))]
    assert not any(
        "Budi" in str(row) or "77" in str(row.asked_message if "maker_id" in row._fields else "") for row in rows
    )


def test_another_shop_in_the_database_is_not_seen(url: str) -> None:
    first, second = StateDatabase(url, "a"), StateDatabase(url, "b")
    made = Quotations(first, ZONE).create(BUDI, "Budi", 1, [SUGAR], NOW)
    other = Quotations(second, ZONE)
    assert other.find(made.id) is None
    other.remove(made.id, 1)
    assert other.create(BUDI, "Budi", 1, [], NOW).number == 1
    assert Quotations(first, ZONE).find(made.id) == made
    first.close()
    second.close()
