"""Counts add up, whoever writes them, and are kept 90 days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.toko_core.state.databases import on_both
from toko_core.state.database import StateDatabase
from toko_core.state.demand import store as module
from toko_core.state.demand.counts import Count
from toko_core.state.demand.store import DAYS_KEPT, Demand, Kind, Wanted
from toko_core.state.tables import metadata, searches

TODAY = date(2026, 11, 30)


@pytest.fixture
def demand(state: StateDatabase) -> Demand:
    return Demand(state)


@on_both
def test_replicas_that_write_at_once_add_up(url: str, state: StateDatabase) -> None:
    other = StateDatabase(url)
    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(Demand(database).add, [Count(TODAY, "gula", 1, 0, 1), Count(TODAY, f"barang {number}", 2, 2)])
            for number in range(10) for database in (state, other)
        ]  # fmt: skip
        for done in work:
            done.result()
    other.close()
    with state.read() as connection:
        found = connection.execute(select(searches).where(searches.c.query == "gula")).one()
    assert (found.searched, found.missed, found.opened) == (20, 0, 20)
    number, missing = Demand(state).most(Kind.MISSING, TODAY, 100)
    assert number == len(missing) == 10
    assert set(missing) == {Wanted(f"barang {number}", 4) for number in range(10)}


@on_both
def test_the_lists_have_what_was_not_found_and_what_was_not_opened_the_most_frequent_first(demand: Demand) -> None:
    demand.add([
        Count(TODAY, "durian", 2, 2), Count(TODAY, "gula", 5, 0, 5), Count(TODAY, "beras", 7, 0, 3),
        Count(TODAY, "tisu magic", 3, 3, 1),  # opened later from a list of similar products
        Count(TODAY, "kopi", 4, 1, 1),  # the shop has it by now
        Count(TODAY, "dari kemarin", 0, 0, 1),
    ])  # fmt: skip
    demand.add([Count(TODAY - timedelta(days=6), "durian", 3, 3), Count(TODAY - timedelta(days=7), "rambutan", 9, 9)])
    week = TODAY - timedelta(days=6)
    assert demand.most(Kind.MISSING, week, 10) == (
        3, [Wanted("durian", 5), Wanted("tisu magic", 2), Wanted("kopi", 1)]
    )  # fmt: skip
    assert demand.most(Kind.UNOPENED, week, 10) == (2, [Wanted("beras", 4), Wanted("kopi", 2)])
    assert demand.most(Kind.MISSING, week, 1, 1) == (3, [Wanted("tisu magic", 2)])
    assert demand.most(Kind.MISSING, TODAY - timedelta(days=29), 1) == (4, [Wanted("rambutan", 9)])


def test_old_days_are_removed(demand: Demand, state: StateDatabase) -> None:
    demand.add([Count(TODAY - timedelta(days=days), "gula", 1) for days in range(0, 200, 10)])
    demand.prune(TODAY)
    with state.read() as connection:
        days = connection.execute(select(searches.c.day).order_by(searches.c.day)).scalars().all()
    assert len(days) == DAYS_KEPT / 10
    assert days[0] == TODAY - timedelta(days=80)


def test_a_day_has_a_limited_number_of_queries_and_goes_on_counting_those(
    demand: Demand, state: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_A_DAY", 3)
    for _ in range(2):
        demand.add([Count(TODAY, f"barang {number}", 1, 1) for number in range(5)])
    demand.add([Count(TODAY + timedelta(days=1), "gula", 1)])
    with state.read() as connection:
        assert connection.execute(select(func.count()).select_from(searches)).scalar() == 4
    assert demand.most(Kind.MISSING, TODAY, 10)[1] == [Wanted(f"barang {number}", 2) for number in range(3)]


def test_counts_name_no_person_and_no_chat() -> None:
    assert {column.name for column in metadata.tables["searches"].c} == {
        "shop", "day", "query", "searched", "missed", "opened"
    }  # fmt: skip
