"""How long an engine's searches take, and where in its answers the right name is."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.latency import quantile
from benchmarks.search.engines.engine import LIMIT, Search
from benchmarks.search.results import KindScore, Latency

WARM_UP = 24
"""Searches before anything counts; what they take says how much can be measured."""
BUDGET_SECONDS = 60.0
"""Of searching, for an engine at a size: with more than 20 ms a search, not all searches fit in."""
LEAST_QUERIES = 120
"""Searched however slow an engine is: ten of each kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search and the rows that answer it."""

    kind: str
    query: str
    answers: frozenset[int]


def measure(
    search: Search, questions: Sequence[Question], passes: int, budget: float = BUDGET_SECONDS
) -> tuple[Latency, tuple[KindScore, ...]]:
    """Ask all questions so many times; of a slow engine fewer times, or only the first of them.

    The questions' order is the same for all engines, and takes the kinds in turn: the first are a fair sample.
    """
    queries, passes = _affordable(_warm_up(search, questions), len(questions), passes, budget)
    asked = questions[:queries]
    answers, first = _one_pass(search, asked)
    times = [first, *(_one_pass(search, asked)[1] for _ in range(passes - 1))]
    latency = Latency(
        queries=queries,
        passes=passes,
        p50=median(quantile(one, 0.50) for one in times),
        p99=median(quantile(one, 0.99) for one in times),
        slowest=median(max(one) for one in times),
    )
    return latency, _scores(zip(asked, answers, strict=True))


def _warm_up(search: Search, questions: Sequence[Question]) -> float:
    """Seconds of a search, roughly."""
    some = questions[:WARM_UP]
    return sum(_one_pass(search, some)[1]) / len(some)


def _affordable(seconds: float, queries: int, passes: int, budget: float) -> tuple[int, int]:
    """(queries, passes) that fit into the budget."""
    searches = int(budget / seconds)
    if searches >= queries:
        return queries, min(passes, searches // queries)
    return min(queries, max(searches, LEAST_QUERIES)), 1


def _one_pass(search: Search, questions: Sequence[Question]) -> tuple[list[Sequence[int]], list[float]]:
    """The answer and the seconds of each search."""
    clock = time.perf_counter
    answers, times = [], []
    for question in questions:
        begun = clock()
        answer = search(question.query)
        times.append(clock() - begun)
        answers.append(answer)
    return answers, times


def _scores(answered: Iterable[tuple[Question, Sequence[int]]]) -> tuple[KindScore, ...]:
    ranks: dict[str, list[int | None]] = {}
    for question, rows in answered:
        places = (place for place, row in enumerate(rows[:LIMIT], start=1) if row in question.answers)
        ranks.setdefault(question.kind, []).append(next(places, None))
    return tuple(KindScore.of(kind, of_kind) for kind, of_kind in ranks.items())
