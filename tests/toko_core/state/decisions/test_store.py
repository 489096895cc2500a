"""One question has one decision and one run, whichever process answers first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.toko_core.state.databases import on_both
from toko_core.state.database import StateDatabase
from toko_core.state.decisions import LATE, NO, YES, Decision, Decisions, Kind, Press, Question, buttons_of
from toko_core.state.quiet import read_quiet

NOW = datetime(2026, 11, 30, tzinfo=UTC)
QUESTION = Question("run:1", Kind.PUBLISH, "Pakai?", {"job": "sync", "runs": [{}], "about": "toko.i5bu"})


def note(*_: object) -> None:
    """Add no entry to the audit list."""


@pytest.fixture
def two(url: str) -> Iterator[list[Decisions]]:
    """The decisions as two processes have them."""
    with closing(StateDatabase(url)) as one, closing(StateDatabase(url)) as other:
        yield [Decisions(one), Decisions(other)]


def at_once(two: list[Decisions], work: Callable[[Decisions, int], object]) -> list[object]:
    """Let both do something at the same time, five times each."""
    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(work, two * 5, range(10)))


@on_both
def test_of_many_who_decide_at_once_one_decides_and_one_launches(two: list[Decisions]) -> None:
    asked = at_once(two, lambda store, _: store.ask(QUESTION).id)
    assert len(set(asked)) == 1
    number = two[0].ask(QUESTION).id
    decided = at_once(two, lambda store, who: store.decide(number, who, f"Pemilik {who}", YES, note))
    done = [decision for decision, is_new in decided if is_new]  # type: ignore[misc, has-type]
    assert len(done) == 1
    assert {decision.by for decision, _ in decided} == {done[0].by}  # type: ignore[misc, has-type]
    assert sum(bool(began) for began in at_once(two, lambda store, _: store.begin_launch(number))) == 1
    two[1].end_launch(number)  # Dagster did not respond
    assert two[0].begin_launch(number)
    two[0].end_launch(number, run_id="r-1")
    assert not two[1].begin_launch(number)


def test_what_is_unfinished_lacks_its_run_or_its_messages(state: StateDatabase) -> None:
    store = Decisions(state)
    keys = ("left", "launched", "asked", "late")
    made = {key: store.ask(Question(key, Kind.PUBLISH, "", {"job": "sync", "runs": [{}]})).id for key in keys}
    for key in keys:
        store.note_message(key, 102, 7)
        store.note_message(key, 102, 7)
    assert store.unfinished() == []
    store.decide(made["left"], 102, "Siti", NO, note)
    store.decide(made["launched"], 102, "Siti", YES, note)
    store.close_late(made["late"])
    assert {decision.key for decision in store.unfinished()} == {"left", "launched", "late"}
    for key in ("left", "launched", "late"):
        assert store.take_messages(made[key]) == [(102, 7)]
    assert [decision.key for decision in store.unfinished()] == ["launched"]
    assert store.decide(made["late"], 102, "Siti", YES, note)[0].choice == LATE
    store.end_launch(made["launched"], problem="no such job")
    assert store.unfinished() == []


def test_a_decision_about_quiet_hours_sets_them_and_only_the_first_counts(state: StateDatabase) -> None:
    store = Decisions(state)
    asked = [store.ask(Question(h, Kind.QUIET, "", {"hours": h})).id for h in ("21.00–06.00", "22.00–05.00")]
    store.decide(asked[0], 102, "Siti", YES, note)
    store.decide(asked[1], 102, "Siti", YES, note)
    store.decide(asked[0], 103, "Rina", YES, note)
    assert str(read_quiet(state)) == "22.00–05.00"


def test_a_note_that_fails_leaves_the_question_open(state: StateDatabase) -> None:
    store = Decisions(state)
    number = store.ask(QUESTION).id

    def fail(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.decide(number, 102, "Siti", YES, fail)
    found = store.find(number)
    assert found is not None
    assert found.is_open


def test_the_data_of_a_button_fits_and_is_read_again() -> None:
    decision = Decision((1 << 53) - 1, "k", Kind.ADOPT, "", {"databases": [f"i5_{n}" for n in range(12)]}, NOW)
    for label, data in buttons_of(decision):
        pressed = Press.decode(data)
        assert pressed is not None
        assert label == f"Pakai {decision.database(pressed.choice)}"
        assert len(data.encode()) <= 64
        assert pressed.encode() == data
