"""A trigram index over product names.

A query and a name are alike when they share many rare trigrams: a misspelt or half-typed word still shares most of
its own. Cost of a search grows with the number of names that share the query's commonest trigram.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[^\W\d_]+|\d+")
"""Letters and digits apart: 85GR is '85' and 'gr', however it was written."""
GRAM = 3
LONGEST_QUERY = 200
"""Characters; what follows is not read."""
WEAKEST_SCORE = 0.25
NAME_LENGTH_PENALTY = 0.15
"""What each trigram of a name that the query does not ask for counts against it."""


class Hit(NamedTuple):
    """One found row; `score` is 1.0 for a query that is exactly the name, and falls to 0."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Build it from names, or from the arrays that an earlier one gave. `search` may be called from many threads."""

    grams: NDArray[np.str_]
    """Distinct trigrams, sorted."""
    starts: NDArray[np.int64]
    """Where each trigram's rows begin in `rows`; one more at the end."""
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    """Of each trigram: log(names / names with it)."""
    lengths: NDArray[np.float32]
    """Of each name: the sum of its trigrams' weights."""

    @classmethod
    def build(cls, names: Sequence[str]) -> Self:
        """Index the names; row i of a hit is names[i]."""
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for row, name in enumerate(names):
            for gram in _grams(name):
                postings[gram].append(row)
        ordered = sorted(postings)
        counts = np.array([len(postings[gram]) for gram in ordered], np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
        rows = np.fromiter((row for gram in ordered for row in postings[gram]), np.int32, int(starts[-1]))
        weights = np.log((len(names) + 1) / np.maximum(counts, 1)).astype(np.float32)
        lengths = np.bincount(rows, np.repeat(weights, counts), minlength=len(names)).astype(np.float32)
        return cls(np.array(ordered, f"<U{GRAM}"), starts, rows, weights, lengths)

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The best rows for a query of any text, best first; equal scores by row. Never raises."""
        found = self._known(_grams(text[:LONGEST_QUERY]))
        if not found:
            return []
        unknown = len(_grams(text[:LONGEST_QUERY])) - len(found)
        asked = float(self.weights[found].sum()) + unknown * float(self.weights.max())
        shared = np.zeros(len(self.lengths), np.float32)
        for gram in found:
            shared[self.rows[self.starts[gram] : self.starts[gram + 1]]] += self.weights[gram]
        scores = shared / (asked + NAME_LENGTH_PENALTY * (self.lengths - shared) + 1e-6)
        near = np.flatnonzero(scores >= WEAKEST_SCORE)
        best = near[np.lexsort((near, -scores[near]))][:limit]
        return [Hit(int(row), float(scores[row])) for row in best]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What `from_arrays` takes: plain arrays, to be stored anywhere."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """An index of stored arrays, without building anything."""
        return cls(**arrays)

    def _known(self, grams: Iterable[str]) -> list[int]:
        """Positions of the grams that any name has."""
        wanted = np.array(sorted(grams), self.grams.dtype)
        places = np.searchsorted(self.grams, wanted)
        return [int(p) for p, gram in zip(places, wanted, strict=True) if p < len(self.grams) and self.grams[p] == gram]


def _grams(text: str) -> set[str]:
    """Trigrams of each folded word, the word's beginning and end marked by a blank."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    padded = (f" {word} " for word in WORD.findall(plain))
    return {word[i : i + GRAM] for word in padded for i in range(len(word) - GRAM + 1)}
