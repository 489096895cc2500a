"""The search index: from what somebody typed to the products that were meant.

1. The typed words are matched against the vocabulary (`vocabulary.py`): each may mean some words, more or less.
2. The rows that hold those words are collected, the rarest typed word first, until there are enough of them.
3. The most promising are compared word by word, from a forward index: how much of what was typed they hold, how like,
   in which order.

Everything is numpy on small arrays, because that needs nothing compiled by us and nothing large at run time: the same
idea under numba answers three times as fast, but its compiler adds 208 MB to the bot's image and 65 to 120 MB to its
memory. What a search costs grows with the number of typed words, and with the number of names that hold them up to a
limit that grows more slowly than the number of names.
"""

import threading
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from toko_bot.search.identifiers import Identifiers
from toko_bot.search.pairs import WordPairs
from toko_bot.search.text import is_number, words
from toko_bot.search.vocabulary import BEGINNING_LIKE, LAST_BEGINNING_LIKE, Beginning, Matches, Vocabulary, spread

LONGEST_QUERY = 200
"""Characters; what follows is not read."""
MOST_WORDS = 10
SLOTS = 16
"""Distinct words of a name, and of its labels after them, that are indexed."""
MOST_REPEATED = 200
"""Words of a name that it has already had."""
ROWS, ROWS_GROW, FEWEST_ROWS = 2.93, 0.602, 2_000
"""Rows that are collected for a query: `ROWS * rows ** ROWS_GROW`, 3,000 of 100,000, 12,000 of 1,000,000; not fewer."""
KEPT, KEPT_GROWS, FEWEST_KEPT = 2.0, 0.4, 200
"""The highest entries, of which a row has one for each typed word it was found by: those rows are compared closely.
`KEPT * rows ** KEPT_GROWS`: 200 of 100,000, 502 of 1,000,000; not fewer."""
LONGEST_PAGE = 50
"""Hits: up to so many, the first ones do not depend on how many are asked for."""
LEVELS = 511
"""Of the rows' sums: finding the highest by counting costs a third of sorting."""
STEPS = 4095
"""A similarity is kept as so many steps, beside the slot it was found in, in 16 bits."""

BEGINNING_SHARE = 0.7
"""How alike any word of a beginning counts while rows are collected."""
CERTAIN = 0.9
AS_GOOD = 0.06
"""Words this much less alike than the best one still count as what was meant."""
UNKNOWN = 0.6
"""Of the highest possible weight: what a typed word counts that nothing is like."""
NUMBER = 0.6
"""What a number counts, beside a word as rare: the right product in another size beats another product in that size."""
ENDING = 0.85
"""How like a row is whose barcode ends in what was typed: less than one of that size."""
IN_ORDER, WHOLE_NAME, FIRST = 0.04, 0.04, 0.03
"""What the order and the completeness of the words count beside the words, out of one."""
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
UNSOLD = 2
"""More than any score: what is not sold ranks last."""
TELLING = 3
"""Letters: a shorter word, or a number, is not worth a second look if it is lacking."""
LIKELY = 2
"""If a typed word is lacking, so many others, those that count most, may have slips that made another word of them."""
LACKING = 0.5
"""A row lacks a typed word if nothing in it is as like as this."""


class Hit(NamedTuple):
    """One found row; `score` is 1.0 for a query that is exactly the name, and falls to 0."""

    row: int
    score: float


class _Having(NamedTuple):
    rows: NDArray[np.int64]
    similarity: NDArray[np.float32]


class _Query(NamedTuple):
    asked: list[str]
    """The distinct typed words."""
    repeated: int
    """How many more were typed."""
    rows: dict[int, _Having]
    """Of a typed word that is a code, a barcode or the end of one: the rows that have it."""


class SearchIndex:
    """Build it from names, or from the arrays that an earlier one gave. `search` may be called from many threads."""

    def __init__(
        self, vocabulary: Vocabulary, pairs: WordPairs, identifiers: Identifiers, arrays: Mapping[str, NDArray[Any]]
    ) -> None:
        self._vocabulary = vocabulary
        self._pairs = pairs
        self._identifiers = identifiers
        self._arrays = dict(arrays)
        self._slots = arrays["slots"].reshape(-1, SLOTS)
        self._share_of_name = np.float32(WHOLE_NAME) / np.maximum(arrays["name_lengths"], 1).astype(np.float32)
        self._repeated = arrays["repeated"].astype(np.float32)
        self._repeated_cost = PER_REPEATED * np.minimum(self._repeated, COUNTED)
        self._frequency = arrays["frequency"].astype(np.int64)
        self._row_starts = np.concatenate([[0], np.cumsum(self._frequency)])
        self._rows = arrays["rows"].astype(np.int64)
        self._unsold_cost = arrays["unsold"] * np.float32(UNSOLD)
        self._most_rows = max(FEWEST_ROWS, int(ROWS * len(self) ** ROWS_GROW))
        self._kept = max(FEWEST_KEPT, int(KEPT * len(self) ** KEPT_GROWS))
        self._scratch = threading.local()

    def __len__(self) -> int:
        return len(self._slots)

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
            written = words(name)
            document = list(dict.fromkeys(written))[:SLOTS]
            lengths.append(len(document))
            repeated.append(min(len(written) - len(document), MOST_REPEATED))
            if labels:
                document += [word for word in dict.fromkeys(words(labels[row])) if word not in document]
            documents.append([first_ids.setdefault(word, len(first_ids)) for word in document[:SLOTS]])
        vocabulary = Vocabulary.build(first_ids)
        ids = np.array([vocabulary.id_of(word) for word in first_ids], np.int32)
        filled = np.arange(SLOTS) < np.array([len(document) for document in documents], np.int64)[:, None]
        slots = np.full((len(names), SLOTS), len(vocabulary), np.int32)  # an empty slot holds the id after the last
        slots[filled] = ids[np.array([word for document in documents for word in document], np.int64)]
        frequency, rows = _rows_of_words(slots, filled, len(vocabulary))
        return cls(
            vocabulary,
            WordPairs.build(slots, len(vocabulary)),
            Identifiers.build(barcodes, codes),
            {
                "slots": slots.ravel(),
                "name_lengths": np.array(lengths, np.uint8),
                "repeated": np.array(repeated, np.uint8),
                "frequency": frequency,
                "rows": rows,
                "unsold": ~np.array(sold, bool) if len(sold) else np.zeros(len(names), bool),
            },
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What `from_arrays` takes: plain one-dimensional arrays, to be stored anywhere."""
        parts = (self._vocabulary, self._pairs, self._identifiers)
        return {name: array for part in parts for name, array in part.to_arrays().items()} | self._arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """An index of stored arrays, without building anything."""
        return cls(Vocabulary(arrays), WordPairs(arrays), Identifiers(arrays), {name: arrays[name] for name in ARRAYS})

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The best rows for a query of any text, best first; equal scores by row. Never raises."""
        query = self._read(text)
        if not query.asked or limit < 1:
            return []
        matches, hits, doubtful = self._search(query, limit)
        if not doubtful:
            return hits
        query = self._split_off(query, matches)
        _, hits, _ = self._search(query, limit, doubtful)
        return hits

    def matched_words(self, text: str, row: int) -> set[str]:
        """The words of the row's name, as `text.words` gives them, that a query means."""
        length = self._arrays["name_lengths"][row]  # labels stand behind the name
        return {self._word(row, slot) for slot in self._slots_meant(text, row) if slot is not None and slot < length}

    def suggestion(self, text: str, row: int) -> str | None:
        """The query in the words of a row that it found, or None if that says nothing new."""
        query = self._thorough(text)
        slots = self._slots_meant(text, row)
        meant = [
            word if slot is None or is_number(word) else self._word(row, slot)
            for word, slot in zip(query.asked, slots, strict=True)
        ]
        return None if meant == query.asked else " ".join(dict.fromkeys(meant))

    def _word(self, row: int, slot: int) -> str:
        return self._vocabulary.words[int(self._slots[row, slot])]

    def _read(self, text: str) -> _Query:
        """Typed words, those that were typed as one taken apart, and what is an identifier among them."""
        text = text[:LONGEST_QUERY].encode(errors="replace").decode()
        asked: list[str] = []
        for word in words(text):
            if self._vocabulary.id_of(word) is None and not is_number(word):
                asked += self._vocabulary.split(word, self._pairs.stand_together) or (word,)
            else:
                asked.append(word)
        repeated = -len(asked)
        asked = list(dict.fromkeys(asked))
        repeated += len(asked)
        asked = asked[:MOST_WORDS]
        rows: dict[int, _Having] = {}
        chunks = text.split()[:MOST_WORDS]
        whole = self._identifiers.whole(text)
        if len(whole) and (len(chunks) > 1 or text.strip() not in asked):  # a code of several words
            asked = asked or [text]
            return _Query(
                asked, -repeated, dict.fromkeys(range(len(asked)), _Having(whole, np.ones(len(whole), np.float32)))
            )
        for chunk in chunks:
            if chunk.isalpha():
                continue
            found = self._identifiers.whole(chunk)
            ending = self._identifiers.ending(chunk) if chunk in asked else found[:0]
            if not len(found) and not len(ending):
                continue
            if chunk not in asked:
                asked.append(chunk)
            ending = np.setdiff1d(ending, found)
            alike = np.array([1, ENDING if len(asked) > 1 else 1], np.float32)
            having = _Having(np.concatenate([found, ending]), alike.repeat([len(found), len(ending)]))
            rows[asked.index(chunk)] = having
        return _Query(asked, -repeated, rows)

    def _split_off(self, query: _Query, matches: Matches) -> _Query:
        """Take apart what nothing is like but begins with a word, as `minyakgorng` does."""
        asked = list(query.asked)
        for number in self._vocabulary.unclear(asked, matches):
            parts = self._vocabulary.split_off(asked[number]) if number not in query.rows else None
            if parts is not None and len(asked) < MOST_WORDS:
                asked[number] = parts[0]
                asked.append(parts[1])
        return query._replace(asked=asked)

    def _thorough(self, text: str) -> _Query:
        query = self._read(text)
        return self._split_off(query, self._vocabulary.match(query.asked))

    def _slots_meant(self, text: str, row: int) -> list[int | None]:
        """Of each typed word, the slot of a row that is most like it."""
        query = self._thorough(text)
        if not query.asked:
            return []
        similarity, slot = self._compare(
            query, self._vocabulary.match(query.asked, range(MOST_WORDS)), np.array([row], np.int64)
        )
        return [
            int(place) if alike >= LACKING and place < SLOTS else None
            for alike, place in zip(similarity[:, 0].tolist(), slot[:, 0].tolist(), strict=True)
        ]

    def _search(self, query: _Query, limit: int, thorough: Container[int] = ()) -> tuple[Matches, list[Hit], list[int]]:
        """What the typed words may mean, the best rows, and which typed words may have slips."""
        matches = self._vocabulary.match(query.asked, thorough)
        if not len(matches.asked) and not matches.beginnings and not query.rows:
            return matches, [], list(range(len(query.asked)))
        bounds = matches.asked.searchsorted(np.arange(len(query.asked) + 1))
        frequency = self._frequency.take(matches.word)
        weights = self._weigh(query, matches, frequency, bounds)
        kept = self._kept if limit <= LONGEST_PAGE else max(self._kept, limit * len(query.asked))
        rows = self._collect(query, matches, frequency, bounds.tolist(), weights, kept)
        similarity, slot = self._compare(query, matches, rows)
        guessed = not matches.beginnings or len(query.asked[0]) > CLEARLY_BEGUN
        return matches, *self._rank(query, rows, weights, similarity, slot, limit, turns=guessed)

    def _weigh(
        self, query: _Query, matches: Matches, frequency: NDArray[np.int64], bounds: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """What each typed word counts: more, the fewer rows have what it probably means."""
        found = np.zeros(len(query.asked), np.int64)
        best = np.zeros(len(query.asked), np.float32)
        some = (bounds[1:] > bounds[:-1]).nonzero()[0]
        if len(some):
            best[some] = matches.similarity.take(bounds.take(some + 1) - 1)
            as_good = matches.similarity >= best.take(matches.asked) - AS_GOOD
            found[some] = np.add.reduceat(frequency * as_good, bounds.take(some))
        for beginning in matches.beginnings:
            if best[beginning.asked] < CERTAIN or beginning.asked == len(query.asked) - 1:
                found[beginning.asked] += self._row_starts[beginning.end] - self._row_starts[beginning.start]
        for number, having in query.rows.items():
            found[number] = min(int(found[number]), len(having.rows)) or len(having.rows)
        found[found == 0] = (len(self) + 1) ** (1 - UNKNOWN)
        weights: NDArray[np.float32] = np.log((len(self) + 1.1) / np.minimum(found, len(self))).astype(np.float32)
        for number, word in enumerate(query.asked):
            if is_number(word) and number not in query.rows:
                weights[number] *= NUMBER
        return weights

    def _collect(
        self,
        query: _Query,
        matches: Matches,
        frequency: NDArray[np.int64],
        bounds: list[int],
        weights: NDArray[np.float32],
        kept: int,
    ) -> NDArray[np.int64]:
        """The most promising rows, ascending."""
        spans = {b.asked: (int(self._row_starts[b.start]), int(self._row_starts[b.end])) for b in matches.beginnings}
        total = np.concatenate([NOTHING, frequency.cumsum()])
        totals = total.take(bounds).tolist()
        sizes = [behind - before for before, behind in pairwise(totals)]
        pieces = [having.rows for having in query.rows.values()]
        worth = [weights[number] for number in query.rows]
        left = self._most_rows - sum(map(len, pieces))
        for number in sorted(
            range(len(sizes)), key=lambda n: sizes[n] + sum(spans.get(n, ())[1:]) - sum(spans.get(n, ())[:1])
        ):
            if sizes[number] > left:  # the most alike words alone, the last one in part
                start, end = bounds[number], bounds[number + 1]
                least = min(int(total.searchsorted(totals[number + 1] - left)), end - 1)
                frequency[start:least] = 0
                frequency[least:end] = np.minimum(frequency[least:end], max(left, 0))
            left -= sizes[number]
            if number in spans and left > 0:
                first, behind = spans[number]
                pieces.append(self._rows[first : min(behind, first + left)])
                worth.append(weights[number] * BEGINNING_SHARE)
                left -= behind - first
        source, place = spread(self._row_starts.take(matches.word), frequency)
        values = (matches.similarity * weights.take(matches.asked)).take(source)
        rows = self._rows.take(place)
        if pieces:
            values = np.concatenate([values, np.array(worth, np.float32).repeat([len(piece) for piece in pieces])])
            rows = np.concatenate([rows, *pieces])
        return self._highest(rows, values, kept)

    def _highest(self, rows: NDArray[np.int64], values: NDArray[np.float32], kept: int) -> NDArray[np.int64]:
        """Of rows that may come several times, each with a value: those of the highest sums, ascending."""
        sums, _ = self._thread_scratch()
        np.add.at(sums, rows, values)
        found = sums.take(rows)
        sums[rows] = 0
        if len(rows) > kept:
            level = (found * (LEVELS / found.max())).astype(np.int64)
            above = np.bincount(level)[::-1].cumsum()  # entries of the highest level, of the two highest …
            enough = len(above) - 1 - int(above.searchsorted(kept))
            best = (level > enough).nonzero()[0]
            equal = (level == enough).nonzero()[0][: kept - len(best)]
            rows = rows.take(np.concatenate([best, equal]))
        rows = np.sort(rows)
        is_first = np.concatenate([IS_FIRST, rows[1:] != rows[:-1]])
        return rows.compress(is_first)

    def _compare(
        self, query: _Query, matches: Matches, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """Of each typed word (first axis) and each row (second): how like its likest word is, and that word's slot."""
        _, numbers = self._thread_scratch()
        table = self._number_words(query.asked, matches, numbers)
        found = table.take(numbers.take(self._slots.take(rows, axis=0).T), axis=1)  # typed word, slot, row
        for beginning in matches.beginnings:
            numbers[beginning.start : beginning.end] = 0
        numbers[matches.word] = 0
        found += EARLIER_IS_MORE
        best = found.max(axis=1)
        similarity = (best >> 4) * np.float32(1 / STEPS)
        slot = SLOTS - 1 - (best & (SLOTS - 1)).astype(np.int16)
        for number, having in query.rows.items():
            _, here, there = np.intersect1d(rows, having.rows, return_indices=True)
            better = similarity[number, here] < having.similarity[there]
            similarity[number, here[better]] = having.similarity[there[better]]
            slot[number, here[better]] = SLOTS
        return similarity, slot

    def _number_words(self, asked: Sequence[str], matches: Matches, numbers: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Give the matched words numbers from 1, in `numbers` by word; answers how like each typed word each number is.

        Words that begin like a typed word, of one length, share a number: they are equally like.
        """
        count = len(matches.word)
        lengths = len(BEGINNING_LIKE[0])
        alike = np.zeros((len(asked), count + 1 + len(matches.beginnings) * lengths), np.float32)
        base = count + 1
        done: list[Beginning] = []
        for beginning in sorted(matches.beginnings, key=lambda b: b.start - b.end):
            start, end = beginning.start, beginning.end
            np.add(self._vocabulary.capped_lengths[start:end], base, out=numbers[start:end])
            done.append(beginning)
            for outer in done:  # a longer beginning lies within a shorter one, or apart
                if outer.start <= start and end <= outer.end:
                    like = LAST_BEGINNING_LIKE if outer.asked == len(asked) - 1 else BEGINNING_LIKE
                    alike[outer.asked, base : base + lengths] = like[len(asked[outer.asked])]
            base += lengths
        before = numbers.take(matches.word)
        numbers[matches.word] = np.arange(1, count + 1)
        number = numbers.take(matches.word)
        if matches.beginnings:
            alike[:, number] = alike.take(before, axis=1)
            alike[matches.asked, number] = np.maximum(matches.similarity, alike[matches.asked, number])
        else:
            alike[matches.asked, number] = matches.similarity
        return (alike * STEPS).astype(np.uint16) * np.uint16(SLOTS)

    def _rank(
        self,
        query: _Query,
        rows: NDArray[np.int64],
        weights: NDArray[np.float32],
        similarity: NDArray[np.float32],
        slot: NDArray[np.int16],
        limit: int,
        *,
        turns: bool,
    ) -> tuple[list[Hit], list[int]]:
        """The best rows, and which typed words may have slips. With `turns`, a single word is a guess."""
        has = similarity > 0
        score = (weights * ((1 - IN_ORDER - WHOLE_NAME - FIRST) / weights.sum())) @ similarity
        score += np.minimum(has.sum(axis=0) * self._share_of_name.take(rows), WHOLE_NAME)
        score += FIRST * (has[0] & (slot[0] == 0))
        if query.repeated:
            score -= PER_REPEATED * np.minimum(np.abs(self._repeated.take(rows) - query.repeated), COUNTED)
        else:
            score -= self._repeated_cost.take(rows)
        if len(weights) > 1:
            follows = (slot[1:] - slot[:-1] == 1) & has[1:] & has[:-1]
            score += follows.sum(axis=0) * (IN_ORDER / (len(weights) - 1))
        else:
            score += IN_ORDER * similarity[0]
        unsold = self._unsold_cost.take(rows)
        order = (unsold - score).argsort(kind="stable")
        if turns and len(weights) == 1 and similarity.max() < 1:
            score[order] -= _turns(self._slots[rows, np.minimum(slot[0], SLOTS - 1)].take(order))
            order = (unsold - score).argsort(kind="stable")
        doubtful = [
            number
            for number in (similarity[:, order[0]] < LACKING).nonzero()[0].tolist()
            if len(query.asked[number]) >= TELLING and not is_number(query.asked[number])
        ]
        if doubtful:  # or the slip is in the word that counts most, and happens to be another word
            doubtful += np.argsort(-weights)[:LIKELY].tolist()
        order = order[score.take(order) >= score.max() * NEAR][:limit]
        hits = list(map(Hit._make, zip(rows.take(order).tolist(), score.take(order).tolist(), strict=True)))
        return hits, doubtful

    def _thread_scratch(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Of this thread: a sum for each row, a number for each word; all 0 between uses."""
        arrays: tuple[NDArray[np.float32], NDArray[np.int32]]
        try:
            arrays = self._scratch.arrays
        except AttributeError:
            arrays = self._scratch.arrays = (
                np.zeros(len(self), np.float32),
                np.zeros(len(self._vocabulary) + 1, np.int32),
            )
        return arrays


ARRAYS = ("slots", "name_lengths", "repeated", "frequency", "rows", "unsold")
IS_FIRST = np.ones(1, bool)
NOTHING = np.zeros(1, np.int64)
EARLIER_IS_MORE = np.arange(SLOTS - 1, -1, -1, dtype=np.uint16)[:, None]
"""Added to similarities by slot: of equally like words of a name, the first is taken."""


def _rows_of_words(
    slots: NDArray[np.int32], filled: NDArray[np.bool_], vocabulary: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How many rows have each word, and those rows, word after word: first where it comes early, in a short name."""
    row, slot = np.nonzero(filled)
    word = slots[filled]
    order = np.lexsort((filled.sum(axis=1)[row], slot, word))
    row, word = row[order], word[order]
    _, once = np.unique(word.astype(np.int64) * len(slots) + row, return_index=True)
    once.sort()
    row, word = row[once], word[once]
    return np.bincount(word, minlength=vocabulary).astype(np.int32), row.astype(np.int32)


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
