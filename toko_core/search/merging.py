"""Merges the rows that were found by their names with those that were found by their remarks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.forward import LACKING, ForwardIndex
from toko_core.search.query import Query
from toko_core.search.ranking import NEAR
from toko_core.search.remarks import LEAST, Remarked
from toko_core.search.text import skeleton
from toko_core.search.words.matches import STEPS, Matches
from toko_core.search.words.vocabulary import Vocabulary

WEIGHT = 0.8
"""The score of a row whose remark has exactly the typed words. A row with such a name has 1."""
STRONG = 0.65
"""From this score on, a row whose name lacks a typed word ranks above one that only its remark finds."""
ABBREVIATED = 0.64
BETTER = 0.05


class Scored(NamedTuple):
    """A row and its score, as in a Hit."""

    row: int
    score: float


def merge(
    named: Sequence[tuple[int, float]],
    remarked: Remarked,
    query: Query,
    matches: Matches,
    forward: ForwardIndex,
    vocabulary: Vocabulary,
    unsold: NDArray[Any],
) -> list[Scored]:
    """Merge the hits of the names, best first, with the rows that remarks add. Rows that are not sold stay last.

    The order: rows with all typed words in the name; in name and remark; with most of them in the name; only in the
    remark; the other hits of the names.
    """
    trusted = [number for number in range(len(query.asked)) if _is_known(number, query, matches, vocabulary, remarked)]
    by_name = _similarity(forward, query, matches, np.array([row for row, _ in named], np.int64), trusted)
    complete = np.logical_and.reduce(by_name >= LACKING).tolist()
    mixed, alone = _added(forward, query, matches, remarked, trusted)
    added = {hit.row for hit in (*mixed, *alone)}
    others = [Scored(*hit) for hit, whole in zip(named, complete, strict=True) if not whole and hit[0] not in added]
    first = [Scored(*hit) for hit, whole in zip(named, complete, strict=True) if whole]
    strong = [hit for hit in others if hit.score >= STRONG and trusted]
    best = max((hit.score for hit in (*first, *mixed, *strong, *alone)), default=0)
    weak = [hit for hit in others if hit not in strong and hit.score >= best * NEAR]
    ordered = [*first, *mixed, *strong, *alone, *weak]
    ordered.sort(key=lambda hit: bool(unsold[hit.row]))
    return _descending(ordered)


def _is_known(number: int, query: Query, matches: Matches, vocabulary: Vocabulary, remarked: Remarked) -> bool:
    """Return whether the names have a typed word, so that what they say counts more than remarks.

    Otherwise the names have only similar words. If a remark has the very word, it is not a typo.
    """
    word = query.asked[number]
    if vocabulary.id_of(word) is not None or number in query.having:
        return True
    if any(prefix.asked == number for prefix in matches.prefixes):
        return True
    start, end = matches.bounds[number : number + 2]
    best = int(matches.steps[end - 1]) / STEPS if end > start else 0.0
    return (skeleton(word) == word and best >= ABBREVIATED) or best > max(remarked.best[number] - BETTER, 0)


def _similarity(
    forward: ForwardIndex, query: Query, matches: Matches, rows: NDArray[np.int64], trusted: Sequence[int]
) -> NDArray[np.float32]:
    """Return how similar the name or a label of each row is to each typed word, and 0 for words that names lack."""
    found = np.zeros((len(query.asked), len(rows)), np.float32)
    if len(rows) and trusted:
        found[trusted] = forward.compare(query, matches, rows).similarity[trusted]
    return found


def _added(
    forward: ForwardIndex, query: Query, matches: Matches, remarked: Remarked, trusted: Sequence[int]
) -> tuple[list[Scored], list[Scored]]:
    """Return the rows that remarks add, best first: those whose name has some typed word, and the others."""
    by_name = _similarity(forward, query, matches, remarked.rows, trusted)
    both = np.maximum(by_name, remarked.similarity)
    is_added = np.logical_and.reduce(both >= LEAST) & np.logical_or.reduce(by_name < LACKING)
    score = WEIGHT * both.mean(axis=0)
    order = (-score).round(5).argsort(kind="stable")
    has_own = np.logical_or.reduce(by_name >= LACKING)
    found = [(Scored(int(remarked.rows[at]), float(score[at])), bool(has_own[at])) for at in order if is_added[at]]
    return [hit for hit, own in found if own], [hit for hit, own in found if not own]


def _descending(hits: Sequence[Scored]) -> list[Scored]:
    """Lower the scores of rows that rank below one with a lower score."""
    scores = np.minimum.accumulate(np.array([hit.score for hit in hits], np.float64)).tolist()
    return [Scored(hit.row, score) for hit, score in zip(hits, scores, strict=True)]
