"""A second index, of the remarks on products. Names come first: a remark only adds rows that the names don't find.

A row is found if each typed word is in its name, labels or remark, and at least one of them only in the remark. The
index of names does not know remarks, so a search in a shop without them is the same, and takes as long, as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from toko_core.search.slices import slice_indices
from toko_core.search.text import words
from toko_core.search.words.keys import KeyTable
from toko_core.search.words.matches import STEPS, Matches
from toko_core.search.words.matching import Matcher
from toko_core.search.words.skeletons import SkeletonOrder
from toko_core.search.words.trigrams import Trigrams
from toko_core.search.words.vocabulary import Vocabulary

PREFIX = "remark_"
"""The prefix of the names of this index's arrays among those of the whole search index."""
LEAST = 0.6
"""The lowest similarity of a typed word to one in a remark."""
SHORTEST_PREFIX = 3
PREFIX_LIKE, PREFIX_SHARE = 0.75, 0.2
"""The similarity of a prefix is PREFIX_LIKE, and up to PREFIX_SHARE more the longer it is."""
MOST_COMPARED = 2_000


class Remarked(NamedTuple):
    """Rows whose remark has at least one typed word."""

    rows: NDArray[np.int64]
    """Ascending."""
    similarity: NDArray[np.float32]
    """By typed word (first axis) and row (second axis): the most similar word of the remark; 0 for none."""
    best: list[float]
    """By typed word: the highest similarity to any word of any remark."""


class RemarkIndex:
    """The words of all remarks, with the remarks that have each. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
        self._vocabulary = Vocabulary(own)
        self._matcher = Matcher(self._vocabulary, own)
        self._starts: NDArray[np.int64] = own["starts"]
        self._remarks = own["remarks"]
        """By word: places in `_rows`."""
        self._rows: NDArray[np.int64] = own["rows"].astype(np.int64)
        """The rows that have a remark, ascending: most products of a shop have none."""

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]]) -> Self | None:
        """Return the index, or None if the shop has no remarks, or its arrays are of an earlier version."""
        return cls(arrays) if f"{PREFIX}remarks" in arrays else None

    @staticmethod
    def build(remarks: Sequence[str | None]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the remark of each row; none if no remark has a word."""
        rows: list[int] = []
        places: dict[str, list[int]] = {}
        for row, remark in enumerate(remarks):
            found = dict.fromkeys(words(remark)) if remark else {}
            for word in found:
                places.setdefault(word, []).append(len(rows))
            if found:
                rows.append(row)
        if not rows:
            return {}
        vocabulary = sorted(places, key=str.encode)
        counts = [len(places[word]) for word in vocabulary]
        arrays = {
            **Vocabulary.build(vocabulary),
            **KeyTable.build(vocabulary),
            **SkeletonOrder.build(vocabulary),
            **Trigrams.build(vocabulary),
            "starts": np.cumsum([0, *counts], dtype=np.int64),
            "remarks": np.array([place for word in vocabulary for place in places[word]], np.int32),
            "rows": np.array(rows, np.int32),
        }
        return {PREFIX + name: array for name, array in arrays.items()}

    def has_word(self, word: str) -> bool:
        """Return whether a remark has a word."""
        return self._vocabulary.id_of(word) is not None

    def find(self, asked: Sequence[str], known: Callable[[str], int | None]) -> Remarked | None:
        """Find the rows whose remark has any of the typed words; None if there are none.

        A word that names have, as `known` tells, is no typo or abbreviation of a word in a remark.
        """
        matches = self._matcher.match(asked)
        every = np.zeros((len(asked), len(self._rows)), np.float32)
        best = [0.0] * len(asked)
        for number, word in enumerate(asked):
            meant, like = self._meant(number, word, matches, as_typed=known(word) is not None)
            if len(meant):
                counts = self._starts.take(meant + 1) - self._starts.take(meant)
                having = self._remarks.take(slice_indices(self._starts.take(meant), counts))
                every[number, having] = like.repeat(counts)  # of a remark's words, the last and most similar counts
                best[number] = float(like[-1])
        total = every.sum(axis=0)
        found = total.nonzero()[0]
        if not len(found):
            return None
        if len(found) > MOST_COMPARED:
            found = np.sort(found[(-total[found]).argsort(kind="stable")[:MOST_COMPARED]])
        return Remarked(self._rows.take(found), every[:, found], best)

    def _meant(
        self, number: int, word: str, matches: Matches, *, as_typed: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the ids of the words that a typed word may mean, and their similarities, ascending."""
        start, end = matches.bounds[number : number + 2]
        if as_typed:
            start = max(start, end - 1) if self._vocabulary.id_of(word) is not None else end
        meant = [matches.word[start:end]]
        like = [(matches.steps[start:end] / STEPS).astype(np.float32)]
        for prefix in matches.prefixes if len(word) >= SHORTEST_PREFIX else ():
            if prefix.asked == number:
                lengths = self._vocabulary.lengths[prefix.start : prefix.end]
                meant.append(np.arange(prefix.start, prefix.end))
                like.append((PREFIX_LIKE + PREFIX_SHARE * np.minimum(len(word) / lengths, 1)).astype(np.float32))
        ids, similarity = np.concatenate(meant), np.concatenate(like)
        order = similarity.argsort(kind="stable")
        order = order[similarity.take(order) >= LEAST]
        return ids.take(order), similarity.take(order)
