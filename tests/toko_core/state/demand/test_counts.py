"""Searches are counted once: not each letter, not each opened product, and never with who searched."""

from datetime import UTC, date, datetime, timedelta

import pytest

from toko_core.state.demand import counts as module
from toko_core.state.demand.counts import Count, Outcome, SearchCounter

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
TODAY = date(2026, 11, 30)
LATER = timedelta(minutes=2)


@pytest.fixture
def counter() -> SearchCounter:
    return SearchCounter()


def all_of(counter: SearchCounter) -> dict[str, tuple[int, int, int]]:
    """What is counted: how often each query was searched for, not found and opened."""
    taken = counter.take(NOW, everything=True)
    return {count.query: (count.searched, count.missed, count.opened) for count in taken}


def test_a_query_that_is_typed_letter_by_letter_counts_once_as_the_last_one(counter: SearchCounter) -> None:
    for number, query in enumerate(["indo", "indomi", "indomei", "indomie"]):
        counter.search(1, query, Outcome.LISTED, NOW + timedelta(seconds=50 * number))
    assert all_of(counter) == {"indomie": (1, 0, 0)}


def test_other_chats_other_products_and_later_searches_count_on_their_own(counter: SearchCounter) -> None:
    counter.search(1, "gula", Outcome.LISTED, NOW)
    counter.search(2, "gula", Outcome.LISTED, NOW)
    counter.search(1, "durian", Outcome.NOTHING, NOW)
    counter.search(1, "gula", Outcome.LISTED, NOW)
    counter.search(1, "gula", Outcome.LISTED, NOW + LATER)
    assert all_of(counter) == {"gula": (4, 0, 0), "durian": (1, 1, 0)}


def test_a_list_counts_once_however_many_products_are_opened_from_it(counter: SearchCounter) -> None:
    counter.search(1, "gula", Outcome.LISTED, NOW)
    for _ in range(3):
        counter.open(1, "gula", NOW)
    assert counter.take(NOW + LATER) == [Count(TODAY, "gula", 1, 0, 1)]
    counter.open(1, "gula", NOW + LATER)
    assert all_of(counter) == {}
    counter.search(1, "gula", Outcome.LISTED, NOW + LATER)
    assert all_of(counter) == {"gula": (1, 0, 0)}
    counter.open(1, "gula", NOW + LATER)
    counter.open(1, "gula", NOW + LATER)
    assert all_of(counter) == {"gula": (0, 0, 1)}


def test_what_somebody_opened_is_not_corrected_by_the_next_search(counter: SearchCounter) -> None:
    counter.search(1, "indomie", Outcome.LISTED, NOW)
    counter.open(1, "indomie", NOW)
    counter.search(1, "indomie goreng", Outcome.LISTED, NOW)
    assert all_of(counter) == {"indomie": (1, 0, 1), "indomie goreng": (1, 0, 0)}


def test_similar_products_are_an_answer_once_one_was_opened(counter: SearchCounter) -> None:
    counter.search(1, "tisu magic", Outcome.NOTHING, NOW)
    counter.open(1, "tisu magic", NOW)
    assert all_of(counter) == {"tisu magic": (1, 0, 1)}


def test_codes_and_answers_in_other_chats_are_not_counted_but_correct_what_was_typed(counter: SearchCounter) -> None:
    counter.search(1, "zzqq", Outcome.NOTHING, NOW)
    counter.search(1, "zzqqx", Outcome.UNCOUNTED, NOW)
    assert all_of(counter) == {}
    counter.search(1, "durian", Outcome.NOTHING, NOW)
    counter.search(1, "mie001", Outcome.UNCOUNTED, NOW)
    assert all_of(counter) == {"durian": (1, 1, 0)}


def test_a_search_waits_until_it_can_no_longer_be_corrected(counter: SearchCounter) -> None:
    counter.search(1, "gula", Outcome.LISTED, NOW)
    assert counter.take(NOW + timedelta(seconds=59)) == []
    assert counter.take(NOW + LATER) == [Count(TODAY, "gula", 1)]
    assert counter.take(NOW + LATER) == []


def test_a_search_counts_for_the_day_of_the_shop(counter: SearchCounter) -> None:
    counter.search(1, "gula", Outcome.LISTED, datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC))
    assert counter.take(datetime(2026, 12, 1, 0, 1, tzinfo=UTC)) == [Count(TODAY, "gula", 1)]


def test_what_could_not_be_written_is_added_to_what_came_meanwhile(counter: SearchCounter) -> None:
    counter.search(1, "gula", Outcome.LISTED, NOW)
    taken = counter.take(NOW, everything=True)
    counter.search(2, "gula", Outcome.NOTHING, NOW)
    counter.put_back(taken)
    assert all_of(counter) == {"gula": (2, 1, 0)}


def test_memory_is_limited(counter: SearchCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 5)
    monkeypatch.setattr(module, "MOST_CHATS", 5)
    for number in range(50):
        counter.search(number, f"barang {number}", Outcome.LISTED, NOW)
        counter.open(number, f"lain {number}", NOW)
        assert max(len(counter._last), len(counter._opened), len(counter._waiting)) <= 5
