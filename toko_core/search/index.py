"""The search index: from what somebody typed to the products that were meant.

1. The typed words are matched against the vocabulary (`matching.py`): each may mean some words, more or less.
2. The rows that hold those words are collected, the rarest typed word first, until there are enough of them
   (`postings.py`).
3. The most promising are compared word by word (`ranking.py`).

If the best row lacks a typed word, the word may be a slip although it is known: there is a second look; also if it is
the only row that has both of two known words, and not side by side.

Everything is numpy on small arrays, because that needs nothing compiled by us and nothing large at run time: the same
idea under numba answers three times as fast, but its compiler adds 208 MB to the bot's image and 65 to 120 MB to its
memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from toko_core.search.forward import SLOTS, ForwardIndex
from toko_core.search.identifiers import Identifiers
from toko_core.search.postings import Postings
from toko_core.search.query import Query, Reader
from toko_core.search.ranking import Ranked, Ranking
from toko_core.search.text import is_number, words, words_and_units
from toko_core.search.words.keys import KeyTable
from toko_core.search.words.matches import MOST_ASKED, Matches
from toko_core.search.words.matching import Matcher
from toko_core.search.words.pairs import WordPairs
from toko_core.search.words.skeletons import SkeletonOrder
from toko_core.search.words.trigrams import Trigrams
from toko_core.search.words.vocabulary import Vocabulary

MOST_REPEATED = 200
"""Words of a name that it has already had."""
KEPT, KEPT_GROWS, FEWEST_KEPT = 2.0, 0.4, 200
"""The highest entries, of which a row has one for each typed word it was found by: those rows are compared closely.
`KEPT * rows ** KEPT_GROWS`: 200 of 100,000, 502 of 1,000,000; not fewer."""
LONGEST_PAGE = 50
"""Hits: up to so many, the first ones do not depend on how many are asked for."""
LIKELY = 2
"""If a typed word is lacking, so many others, those that count most, may have slips that made another word of them."""
PINNING, PINNED = 4, 0.65
"""Typed words, and score: if so many were typed and the best row has so much of them, no rows but those at hand are
looked at a second time."""


class Hit(NamedTuple):
    """One found row; `score` is 1.0 for a query that is exactly the name, and falls to 0."""

    row: int
    score: float


class _Look(NamedTuple):
    weights: list[float]
    """What each typed word counts."""
    rows: NDArray[np.int64]
    """Those that were compared."""
    ranked: Ranked


class SearchIndex:
    """Build it from names, or from the arrays that an earlier one gave. `search` may be called from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._arrays = dict(arrays)
        self._vocabulary = Vocabulary(arrays)
        self._matcher = Matcher(self._vocabulary, arrays)
        self._reader = Reader(self._vocabulary, WordPairs(arrays), Identifiers(arrays))
        self._forward = ForwardIndex(arrays, self._vocabulary.lengths)
        self._ranking = Ranking(arrays, self._forward)
        self._postings = Postings(arrays, len(self))
        self._kept = max(FEWEST_KEPT, int(KEPT * len(self) ** KEPT_GROWS))

    def __len__(self) -> int:
        return len(self._forward)

    @classmethod
    def build(
        cls,
        names: Sequence[str],
        *,
        labels: Sequence[str] = (),
        sold: Sequence[bool] = (),
        codes: Iterable[tuple[str, int]] = (),
        barcodes: Iterable[tuple[str, int]] = (),
    ) -> Self:
        """Index the names; row i of a hit is names[i].

        `labels` and `sold` go with the names, if given: further words that find a row (brand, category), and whether it
        is sold; what is not ranks last. `codes` and `barcodes` are pairs of one and its row.
        """
        first_ids: dict[str, int] = {}
        documents, lengths, repeated = [], [], []
        for row, name in enumerate(names):
            written, units = words_and_units(name)
            document = list(dict.fromkeys(written))[:SLOTS]
            lengths.append(len(document))
            repeated.append(min(len(written) - len(document), MOST_REPEATED))
            besides = units + words(labels[row]) if labels else units
            document += [word for word in dict.fromkeys(besides) if word not in document]
            documents.append([first_ids.setdefault(word, len(first_ids)) for word in document[:SLOTS]])
        vocabulary = sorted(first_ids, key=str.encode)
        ids = np.empty(len(vocabulary), np.int32)
        ids[[first_ids[word] for word in vocabulary]] = np.arange(len(vocabulary))
        filled = np.arange(SLOTS) < np.array([len(document) for document in documents], np.int64)[:, None]
        slots = np.full((len(names), SLOTS), len(vocabulary), np.int32)  # an empty slot holds the id after the last
        slots[filled] = ids[np.array([word for document in documents for word in document], np.int64)]
        return cls(
            Vocabulary.build(vocabulary)
            | KeyTable.build(vocabulary)
            | SkeletonOrder.build(vocabulary)
            | Trigrams.build(vocabulary)
            | WordPairs.build(slots, len(vocabulary))
            | Identifiers.build(barcodes, codes)
            | Postings.build(slots, len(vocabulary))
            | {
                "slots": slots.ravel(),
                "name_lengths": np.array(lengths, np.uint8),
                "repeated": np.array(repeated, np.uint8),
                "unsold": ~np.array(sold, bool) if len(sold) else np.zeros(len(names), bool),
            }
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What `from_arrays` takes: plain one-dimensional arrays, to be stored anywhere."""
        return dict(self._arrays)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """An index of stored arrays, without building anything."""
        return cls(arrays)

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The best rows for a query of any text, best first; equal scores by row. Never raises."""
        query = self._reader.read(text)
        if not query.asked or limit < 1:
            return []
        matches = self._matcher.match(query.asked)
        look = self._look(query, matches, limit)
        again = look.ranked.lacking or (look.ranked.alone and self._vocabulary.are_spelt_out(query.asked))
        ranked = self._look_again(query, matches, look, limit) if again else look.ranked
        return list(map(Hit, ranked.rows, ranked.scores))

    def matched_words(self, text: str, row: int) -> set[str]:
        """The words of the row's name, as `text.words` gives them, that a query means."""
        _, slots = self._meant(text, row)
        return {self._word(row, slot) for slot in slots if slot is not None and self._forward.is_of_name(row, slot)}

    def suggestion(self, text: str, row: int) -> str | None:
        """The query in the words of a row that it found, or None if that says nothing new."""
        asked, slots = self._meant(text, row)
        meant = [
            word if slot is None or is_number(word) else self._word(row, slot)
            for word, slot in zip(asked, slots, strict=True)
        ]
        return None if meant == asked else " ".join(dict.fromkeys(meant))

    def _look(self, query: Query, matches: Matches, limit: int) -> _Look:
        if not len(matches.packed) and not matches.beginnings and not query.having:
            return _Look([], np.empty(0, np.int64), Ranked([], [], list(range(len(query.asked))), False))
        kept = self._kept if limit <= LONGEST_PAGE else max(self._kept, limit * len(query.asked))
        weighed = self._postings.weigh(query, matches)
        rows = self._postings.collect(query, matches, weighed, kept)
        return _Look(weighed.weights, rows, self._ranking.rank(query, matches, weighed.weights, rows, limit))

    def _look_again(self, query: Query, matches: Matches, look: _Look, limit: int) -> Ranked:
        """With more of what the typed words may mean that the best row lacks, and those that count most."""
        likely = sorted(range(len(look.weights)), key=look.weights.__getitem__)[-LIKELY:]
        split, matches = self._thorough(query, matches, [*look.ranked.lacking, *likely])
        is_pinned = len(query.asked) >= PINNING and look.ranked.scores and look.ranked.scores[0] >= PINNED
        if split is query and is_pinned:
            return self._ranking.rank(query, matches, look.weights, look.rows, limit)
        return self._look(split, matches, limit).ranked

    def _thorough(self, query: Query, matches: Matches, numbers: Iterable[int]) -> tuple[Query, Matches]:
        """The query with what nothing is like taken apart, and what its words may mean; `numbers`: also by slips."""
        split = self._reader.split_off(query, self._matcher.unclear(query.asked, matches))
        if split is not query:
            matches = self._matcher.match(split.asked)
        return split, self._matcher.match_slips(split.asked, numbers, matches)

    def _meant(self, text: str, row: int) -> tuple[list[str], list[int | None]]:
        """The typed words, and the slot of a row that is most like each."""
        query = self._reader.read(text)
        if not query.asked:
            return [], []
        query, matches = self._thorough(query, self._matcher.match(query.asked), range(MOST_ASKED))
        return query.asked, self._forward.slots_meant(query, matches, row)

    def _word(self, row: int, slot: int) -> str:
        return self._vocabulary.words[self._forward.word(row, slot)]
