"""The products that somebody opened are theirs: whoever is removed or erased leaves none behind."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.toko_core.state.databases import on_both
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_core.state.recents import KEPT_FOR, MOST_KEPT, RecentProducts
from toko_core.state.tables import opened_products

SITI, BUDI, ANI = 1, 2, 3
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def recents(state: StateDatabase) -> RecentProducts:
    People(state, {SITI}, {BUDI}).add(ANI, None, Role.CUSTOMER, name="Ani")
    return RecentProducts(state, {SITI, BUDI})


def rows(state: StateDatabase) -> int:
    with state.read() as connection:
        return connection.execute(select(func.count()).select_from(opened_products)).scalar_one()


@on_both
def test_the_last_product_comes_first_and_each_comes_once(recents: RecentProducts, state: StateDatabase) -> None:
    recents.add({ANI: ["A", "B", "A", "C"], BUDI: ["X"]}, NOW)
    recents.add({ANI: ["B", "D"]}, NOW)
    assert recents.newest(ANI) == ["D", "B", "C", "A"]
    assert recents.newest(BUDI) == ["X"]
    recents.add({ANI: [f"P{number}" for number in range(30)]}, NOW)
    assert recents.newest(ANI) == [f"P{number}" for number in range(29, 29 - MOST_KEPT, -1)]
    assert rows(state) == MOST_KEPT + 1


@on_both
@pytest.mark.parametrize("how", ["remove", "erase"])
def test_who_is_removed_or_erased_leaves_none_behind(how: str, recents: RecentProducts, state: StateDatabase) -> None:
    recents.add({ANI: ["A", "B"], BUDI: ["A"]}, NOW)
    people = People(state, {SITI}, {BUDI})
    getattr(people, how)(ANI, None)
    assert rows(state) == 1
    recents.add({ANI: ["C"]}, NOW)  # a replica wrote later
    assert recents.newest(ANI) == []
    assert rows(state) == 1


def test_what_is_old_and_what_people_opened_whom_env_named_is_removed(
    recents: RecentProducts, state: StateDatabase
) -> None:
    recents.add({SITI: ["A"], BUDI: ["B"]}, NOW)
    recents.add({ANI: ["C"]}, NOW - KEPT_FOR + timedelta(minutes=1))
    RecentProducts(state, {SITI}).prune(NOW)
    assert (recents.newest(SITI), recents.newest(BUDI), recents.newest(ANI)) == (["A"], [], ["C"])
    recents.prune(NOW + timedelta(days=1))
    assert recents.newest(ANI) == []
