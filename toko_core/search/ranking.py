"""Ranks rows by how many of the typed words each contains, how similar they are, and in which order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.forward import IDENTIFIED, LACKING, SLOTS, Comparison, ForwardIndex
from toko_core.search.postings import Weighed
from toko_core.search.prior import MOST
from toko_core.search.query import Query
from toko_core.search.text import is_number
from toko_core.search.words.matches import Matches

WORDS, IN_ORDER, WHOLE_NAME, FIRST = np.array([0.89, 0.04, 0.04, 0.03], np.float32)
"""The parts of a score, which add up to 1: the words, their order, a complete name, and the first word of the name."""
NEAR = 0.35
"""Only rows with at least this share of the best score are returned."""
PER_REPEATED = 0.002
"""The cost of each word that the name repeats and the query does not, or the reverse: BENG BENG is not BENG."""
COUNTED = 5
"""The most repeated words that cost something."""
LONGEST_CLEAR_PREFIX = 4
"""A single typed word of up to this many letters that is a prefix of a known word counts as that, not as a typo."""
PER_TURN, MOST_TURNS = 0.02, 10
"""With an unclear word, a row loses PER_TURN for each row above it that has the same meaning of the word."""
PRIOR, PRIOR_OF_WORD = 0.05, 0.5
"""What a product costs that does not sell, next to one that sells best: PRIOR, but at most PRIOR_OF_WORD of what the
lightest typed word adds to the score, so that a row with all typed words stays above one that lacks one of them."""
EXACT = 0.999
"""A row with this score has exactly the typed name, and costs nothing."""
TOGETHER, HAVING = 0.92, 0.7
"""A row that contains two typed words exactly and side by side scores more than TOGETHER. Another row contains both if
it has a similarity of at least HAVING to each."""
UNSOLD = 2
"""Higher than any score, so that products that are not sold rank last."""
COARSE = np.float32(256)
"""Adding this to a score and subtracting it again rounds the score to a multiple of 1/32768."""
SURE = 0.62
"""A row with this score is surely meant."""
NO_EVIDENCE, FULL_EVIDENCE = 0.4, 0.85
"""A word of a row that is less similar to a typed one than NO_EVIDENCE says nothing; from FULL_EVIDENCE on, it is
meant."""
JOINED = 0.9
"""From this similarity on, one word of a row may be meant by two typed words: MINYAKGORENG by `minyak goreng`."""
SHORTEST_LACKING = 3
"""Only a missing word of at least this many letters, and no number, starts a second pass."""


class Doubtful(NamedTuple):
    """A row that may not be meant."""

    row: int
    similarity: list[float]
    """By typed word: the similarity of the row's most similar word."""


class Ranked(NamedTuple):
    """The best rows, best first."""

    rows: list[int]
    scores: list[float]
    lacking: list[int]
    """The numbers of the typed words that the first row lacks, if they are worth a second pass."""
    alone: bool
    """Whether the first row is the only one with both of two typed words, and does not have them side by side."""
    doubtful: Doubtful | None
    """The best row, if it is not surely meant."""


class Ranking:
    """Scores rows and sorts them. Thread-safe."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], words: ForwardIndex, prior: NDArray[np.uint8] | None
    ) -> None:
        """Use the arrays `name_lengths`, `repeated` and `unsold` by row, the words of each row, and a prior."""
        self._words = words
        self._of_rows = np.empty((len(words), 4), np.float32)  # side by side, so that one access fetches all of a row
        self._of_rows[:, 0] = WHOLE_NAME / np.maximum(arrays["name_lengths"], 1)
        self._of_rows[:, 1] = arrays["repeated"]
        self._of_rows[:, 2] = PER_REPEATED * np.minimum(arrays["repeated"], COUNTED)
        self._of_rows[:, 3] = arrays["unsold"] * UNSOLD
        self._prior = None if prior is None else prior * np.float32(1 / MOST)

    def rank(self, query: Query, matches: Matches, weighed: Weighed, rows: NDArray[np.int64], limit: int) -> Ranked:
        """Return the best of `rows`, which are at least one."""
        weights = weighed.weights
        comparison = self._words.compare(query, matches, rows)
        share_of_name, repeated, repeated_cost, unsold = self._of_rows.take(rows, axis=0).T
        score = _score(comparison, weights, share_of_name)
        if query.repeated:
            score -= PER_REPEATED * np.minimum(np.abs(repeated - query.repeated), COUNTED)
        else:
            score -= repeated_cost
        if self._prior is not None:
            score -= self._prior.take(rows) * (score < EXACT) * min(PRIOR, PRIOR_OF_WORD * min(weights) / sum(weights))
        score += COARSE  # the order of additions must not make a difference between equal rows
        score -= COARSE
        order = (unsold - score).argsort(kind="stable")
        similarity = comparison.similarity
        is_guess = not matches.prefixes or len(query.asked[0]) > LONGEST_CLEAR_PREFIX
        if len(weights) == 1 and is_guess and np.maximum.reduce(similarity[0]) < 1:
            score[order] -= _turns(self._words.words_at(rows, comparison.earliness[0]).take(order))
            order = (unsold - score).argsort(kind="stable")
        of_best, places = similarity[:, order[0]].tolist(), comparison.earliness[:, order[0]].tolist()
        lacking = [
            number
            for number, word in enumerate(query.asked)
            if (of_best[number] < LACKING or _is_taken(number, of_best, places))
            and len(word) >= SHORTEST_LACKING
            and not is_number(word)
        ]
        alone = (
            len(weights) == 2
            and bool(score[order[0]] < TOGETHER)
            and (len(order) == 1 or bool((similarity[:, order[1]] < HAVING).any()))
        )
        best = int(score.argmax())
        order = order.compress(score.take(order) >= score[best] * NEAR)[:limit]
        doubtful = Doubtful(int(rows[best]), similarity[:, best].tolist()) if score[best] < SURE else None
        return Ranked(rows.take(order).tolist(), score.take(order).tolist(), lacking, alone, doubtful)


def share_of_evidence(similarity: Sequence[float], evidence: Sequence[float]) -> float:
    """Return which share of the evidence a row has, from 0 to 1, by the similarity of its words to the typed ones."""
    shares = [min(max((alike - NO_EVIDENCE) / (FULL_EVIDENCE - NO_EVIDENCE), 0), 1) for alike in similarity]
    return sum(share * weight for share, weight in zip(shares, evidence, strict=True)) / sum(evidence)


def _is_taken(number: int, similarity: Sequence[float], places: Sequence[int]) -> bool:
    """Return whether the row's word for a typed word is rather meant by another typed word, and not by both as one."""
    alike, place = similarity[number], places[number]
    if alike >= JOINED or place == IDENTIFIED:
        return False
    return any(other == place and better > alike for other, better in zip(places, similarity, strict=True))


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
    """Count the true flags of each column."""
    counts: NDArray[np.uint8] = np.add.reduce(flags.view(np.uint8), dtype=np.uint8)
    return counts


def _turns(words: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return what each row loses, so that the possible meanings of one typed word alternate.

    Otherwise the most common meaning would fill the whole page.
    """
    if (words == words[0]).all():
        return np.zeros(len(words), np.float32)
    seen: defaultdict[int, int] = defaultdict(int)
    turns = []
    for word in words.tolist():
        turns.append(seen[word])
        seen[word] += 1
    return np.minimum(np.array(turns, np.float32), np.float32(MOST_TURNS)) * np.float32(PER_TURN)
