"""Measures how long an engine's searches take, and the rank of the right name."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.latency import quantile
from benchmarks.search.engines.engine import LIMIT, Search
from benchmarks.search.results import KindScore, Latency

WARM_UP = 24
"""The number of searches before the measurement. Their duration decides how many searches are measured."""
BUDGET_SECONDS = 60.0
"""The seconds for the searches of an engine at a size. With more than 20 ms a search, not all searches fit."""
LEAST_QUERIES = 120
"""The fewest searches, even for a slow engine: ten of each kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search and the rows that answer it."""

    kind: str
    query: str
    answers: frozenset[int]


def measure(
    search: Search, questions: Sequence[Question], passes: int, budget: float = BUDGET_SECONDS
) -> tuple[Latency, tuple[KindScore, ...]]:
    """Run all searches `passes` times. A slow engine gets fewer passes, or only the first searches.

    The order is the same for all engines, and alternates between the kinds, so the first searches are a fair sample.
    """
    queries, passes = _affordable(_warm_up(search, questions), len(questions), passes, budget)
    asked = questions[:queries]
    latency, answers = _run(search, asked, passes)
    return latency, _scores(zip(asked, answers, strict=True))


def answer(
    search: Search, texts: Sequence[str], passes: int, budget: float = BUDGET_SECONDS
) -> tuple[Latency, tuple[tuple[int, ...], ...]]:
    """Run each search of `texts` up to `passes` times, at least once. Returns also the rows that it found."""
    asked = [Question("", text, frozenset()) for text in texts]
    seconds = _warm_up(search, asked) * len(asked)
    latency, answers = _run(search, asked, max(1, min(passes, int(budget / seconds))))
    return latency, tuple(tuple(map(int, rows)) for rows in answers)


def _run(search: Search, asked: Sequence[Question], passes: int) -> tuple[Latency, list[Sequence[int]]]:
    answers, first = _one_pass(search, asked)
    times = [first, *(_one_pass(search, asked)[1] for _ in range(passes - 1))]
    latency = Latency(
        queries=len(asked),
        passes=passes,
        p50=median(quantile(one, 0.50) for one in times),
        p99=median(quantile(one, 0.99) for one in times),
        slowest=median(max(one) for one in times),
    )
    return latency, answers


def _warm_up(search: Search, questions: Sequence[Question]) -> float:
    """Return the approximate seconds of a search."""
    some = questions[:WARM_UP]
    return sum(_one_pass(search, some)[1]) / len(some)


def _affordable(seconds: float, queries: int, passes: int, budget: float) -> tuple[int, int]:
    """Return the number of queries and of passes that fit into the budget."""
    searches = int(budget / seconds)
    if searches >= queries:
        return queries, min(passes, searches // queries)
    return min(queries, max(searches, LEAST_QUERIES)), 1


def _one_pass(search: Search, questions: Sequence[Question]) -> tuple[list[Sequence[int]], list[float]]:
    """Run each search once. Returns the answer and the seconds of each."""
    clock = time.perf_counter
    answers, times = [], []
    for question in questions:
        started = clock()
        answer = search(question.query)
        times.append(clock() - started)
        answers.append(answer)
    return answers, times


def _scores(answered: Iterable[tuple[Question, Sequence[int]]]) -> tuple[KindScore, ...]:
    ranks: dict[str, list[int | None]] = {}
    for question, rows in answered:
        places = (place for place, row in enumerate(rows[:LIMIT], start=1) if row in question.answers)
        ranks.setdefault(question.kind, []).append(next(places, None))
    return tuple(KindScore.of(kind, of_kind) for kind, of_kind in ranks.items())
