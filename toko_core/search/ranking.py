"""Ranks rows: how much of what was typed each holds, how like, in which order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.forward import LACKING, SLOTS, Comparison, ForwardIndex
from toko_core.search.query import Query
from toko_core.search.text import is_number
from toko_core.search.words.matches import Matches

WORDS, IN_ORDER, WHOLE_NAME, FIRST = np.array([0.89, 0.04, 0.04, 0.03], np.float32)
"""What the words, their order and their completeness count, out of one."""
NEAR = 0.65
"""A row is near if its score is at least this share of the best one's; no other is an answer."""
PER_REPEATED = 0.002
"""What each word costs that the name repeats and the query does not, or the reverse: BENG BENG is not BENG."""
COUNTED = 5
"""Repeated words that count."""
CLEARLY_BEGUN = 4
"""Letters: a single word of up to so many that begins a known one is that, not a slip."""
PER_TURN, MOST_TURNS = 0.02, 10
"""What each row before it with the same meaning of an unclear word costs a row."""
TOGETHER, HAVING = 0.92, 0.7
"""A row that has two typed words as they were typed, side by side, scores more; another row has both if something in it
is as like each as this."""
UNSOLD = 2
"""More than any score: what is not sold ranks last."""
COARSE = np.float32(256)
"""Added to a score and taken away again, it leaves multiples of 1/32768."""
TELLING = 3
"""Letters: a shorter word, or a number, is not worth a second look if it is lacking."""


class Ranked(NamedTuple):
    """The best rows, best first."""

    rows: list[int]
    scores: list[float]
    lacking: list[int]
    """The typed words that the first row lacks, by number, if they are worth a second look."""
    alone: bool
    """Whether the first row has two typed words apart, and no other has both."""


class Ranking:
    """Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], words: ForwardIndex) -> None:
        """From `name_lengths`, `repeated` and `unsold` by row, and the words of each row."""
        self._words = words
        self._of_rows = np.empty((len(words), 4), np.float32)  # side by side: a row's are fetched at once
        self._of_rows[:, 0] = WHOLE_NAME / np.maximum(arrays["name_lengths"], 1)
        self._of_rows[:, 1] = arrays["repeated"]
        self._of_rows[:, 2] = PER_REPEATED * np.minimum(arrays["repeated"], COUNTED)
        self._of_rows[:, 3] = arrays["unsold"] * UNSOLD

    def rank(
        self, query: Query, matches: Matches, weights: Sequence[float], rows: NDArray[np.int64], limit: int
    ) -> Ranked:
        """The best of some rows, at least one."""
        comparison = self._words.compare(query, matches, rows)
        share_of_name, repeated, repeated_cost, unsold = self._of_rows.take(rows, axis=0).T
        score = _score(comparison, weights, share_of_name)
        if query.repeated:
            score -= PER_REPEATED * np.minimum(np.abs(repeated - query.repeated), COUNTED)
        else:
            score -= repeated_cost
        score += COARSE  # equal rows must not differ by the order in which their scores were added up
        score -= COARSE
        order = (unsold - score).argsort(kind="stable")
        similarity = comparison.similarity
        is_guess = not matches.beginnings or len(query.asked[0]) > CLEARLY_BEGUN
        if len(weights) == 1 and is_guess and np.maximum.reduce(similarity[0]) < 1:
            score[order] -= _turns(self._words.meant(rows, comparison.earliness[0]).take(order))
            order = (unsold - score).argsort(kind="stable")
        lacking = [
            number
            for number in (similarity[:, order[0]] < LACKING).nonzero()[0].tolist()
            if len(query.asked[number]) >= TELLING and not is_number(query.asked[number])
        ]
        alone = (
            len(weights) == 2
            and bool(score[order[0]] < TOGETHER)
            and (len(order) == 1 or bool((similarity[:, order[1]] < HAVING).any()))
        )
        order = order[score.take(order) >= np.maximum.reduce(score) * NEAR][:limit]
        return Ranked(rows.take(order).tolist(), score.take(order).tolist(), lacking, alone)


def _score(comparison: Comparison, weights: Sequence[float], share_of_name: NDArray[np.float32]) -> NDArray[np.float32]:
    similarity, earliness = comparison
    has = similarity > 0
    share = WORDS / sum(weights)
    score: NDArray[np.float32] = np.array([weight * share for weight in weights], np.float32) @ similarity
    score += np.minimum(_count(has) * share_of_name, WHOLE_NAME)
    score += (has[0] & (earliness[0] == SLOTS - 1)) * FIRST
    if len(weights) > 1:
        follows = (earliness[:-1] - earliness[1:] == 1) & has[:-1]
        score += _count(follows) * np.float32(IN_ORDER / (len(weights) - 1))
    else:
        score += IN_ORDER * similarity[0]
    return score


def _count(flags: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """By column."""
    counts: NDArray[np.uint8] = np.add.reduce(flags.view(np.uint8), dtype=np.uint8)
    return counts


def _turns(words: NDArray[np.int32]) -> NDArray[np.float32]:
    """What rows lose, so that the words that one typed word may mean take turns and a common one leaves room."""
    if (words == words[0]).all():
        return np.zeros(len(words), np.float32)
    seen: defaultdict[int, int] = defaultdict(int)
    turns = []
    for word in words.tolist():
        turns.append(seen[word])
        seen[word] += 1
    return np.minimum(np.array(turns, np.float32), np.float32(MOST_TURNS)) * np.float32(PER_TURN)
