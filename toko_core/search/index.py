"""The search index: finds the products that somebody meant with what they typed.

1. It matches the typed words against the vocabulary (`matching.py`). Each typed word may mean several words, each with
   a similarity.
2. It collects the rows with those words until there are enough, beginning with the rarest typed word (`postings.py`).
3. It compares the most promising rows with the query word by word (`ranking.py`).

If the best row lacks a typed word, a second pass treats the word as a possible typo, even if the vocabulary has it. A
second pass also follows if the best row is the only one with both of two known words, and they are not side by side.

If even then the best row has too little of what was typed (`share_of_evidence`), nothing is found.

All work is numpy on small arrays, so there is no code of ours to compile and no large dependency at run time. The same
design under numba responds three times as fast, but its compiler adds 208 MB to the bot's image and 65 to 120 MB to
its memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import count, pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from toko_core.search.codes.identifiers import Identifiers
from toko_core.search.codes.lookup import CodeLookup, Printed
from toko_core.search.forward import LACKING, SLOTS, ForwardIndex
from toko_core.search.language.numbers import UNITS
from toko_core.search.language.packs import PACKS
from toko_core.search.language.sentences import Sentences
from toko_core.search.language.synonyms import Synonyms, load_synonyms
from toko_core.search.merging import merge
from toko_core.search.postings import Postings, Weighed
from toko_core.search.query import LONGEST_QUERY, Query, Reader
from toko_core.search.ranking import SURE, Ranked, Ranking, share_of_evidence
from toko_core.search.remarks import RemarkIndex
from toko_core.search.text import is_number, words, words_and_units
from toko_core.search.words.keys import KeyTable
from toko_core.search.words.matches import MOST_ASKED, Matches, steps
from toko_core.search.words.matching import Matcher
from toko_core.search.words.pairs import WordPairs
from toko_core.search.words.sense_building import build_senses
from toko_core.search.words.senses import Senses
from toko_core.search.words.skeletons import SkeletonOrder
from toko_core.search.words.sounds import Sounds, sound
from toko_core.search.words.trigrams import Trigrams
from toko_core.search.words.vocabulary import Vocabulary

MOST_REPEATED = 200
"""The highest count of repeated words in a name."""
KEPT, KEPT_GROWS, FEWEST_KEPT = 2.0, 0.4, 170
"""How many of the highest entries are kept: `KEPT * rows ** KEPT_GROWS`, which is 200 of 100,000 rows and 502 of
1,000,000, but at least FEWEST_KEPT. A row has one entry for each typed word that found it. The rows of the kept entries
are compared word by word."""
LONGEST_PAGE = 50
"""Up to this limit, the first hits do not depend on the limit."""
PER_HIT = 1.5
"""For a higher limit, this many rows are compared for each hit."""
LIKELY = 2
"""If the best row lacks a typed word, the second pass also treats this many other typed words, those with the highest
weights, as possible typos that happen to be known words."""
LEAST_EVIDENCE, LEAST_OF_ONE = 0.52, 0.5
"""If the best row has less evidence, the shop does not sell what was typed, and nothing is found. The second number is
for one typed word. Of 400 names of goods that 18,000 names lack, more than half then find nothing; of 3,100 half typed,
misspelt and abbreviated names of an index, none."""
EXACTLY, ENOUGH_WORDS = 0.95, 2
"""A row with ENOUGH_WORDS typed words, each with a similarity of at least EXACTLY, is meant, however long the query is.
Numbers and words for a pack do not count."""
PINNING, PINNED = 4, 0.65
"""If at least PINNING words were typed and the best row scores at least PINNED, the second pass compares only the rows
of the first pass."""
TYPO, SHORTEST_TYPO = 0.8, 5
"""A typed word of at least this many letters that is so similar to a word of the best row is a typo of it."""
LIKELY_MEANT = steps(0.7)
"""A word that is at least this similar to an unknown word may be what it means."""
ABBREVIATED = 0.84
"""From this similarity on, a word has all consonants of a typed one, and no others."""
SUGGESTED_FROM = 8
"""The number of best rows whose words `suggest` tries as corrections."""


class Hit(NamedTuple):
    """One row that was found. `score` is 1.0 if the query is exactly the name, and lower otherwise, down to 0."""

    row: int
    score: float


class _Pass(NamedTuple):
    """The result of one pass of a search."""

    query: Query
    matches: Matches
    weighed: Weighed | None
    """The weights of the typed words; None if nothing matches any of them."""
    rows: NDArray[np.int64]
    """The rows that were compared."""
    ranked: Ranked


class SearchIndex:
    """An index built from names, or loaded from the arrays of an earlier index. `search` is thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], prior: NDArray[np.uint8] | None = None) -> None:
        self._arrays = dict(arrays)
        self._unsold = arrays["unsold"]
        self._slots = arrays["slots"].reshape(-1, SLOTS)
        self._name_lengths = arrays["name_lengths"]
        self._vocabulary = Vocabulary(arrays)
        self._matcher = Matcher(self._vocabulary, arrays)
        self._identifiers = Identifiers(arrays)
        self._senses = Senses(arrays)
        pairs = WordPairs(arrays)
        sentences = Sentences(self._vocabulary.id_of, pairs.stand_together, arrays, SLOTS)
        self._reader = Reader(self._vocabulary, pairs, self._identifiers, self._senses, sentences)
        self._forward = ForwardIndex(arrays, self._vocabulary.lengths)
        self._ranking = Ranking(arrays, self._forward, prior)
        self._postings = Postings(arrays, len(self))
        self._remarks = RemarkIndex.load(arrays)
        # not a method of this object: a cycle of references would keep a replaced catalogue in memory for long
        self._codes = CodeLookup(self._identifiers, partial(_is_word, self._vocabulary, self._remarks))
        self._kept = max(FEWEST_KEPT, int(KEPT * len(self) ** KEPT_GROWS))
        # Who searches asks about the same text again, to mark its words. Threads replace each of these as a whole.
        self._last_read: tuple[str, Query, Matches] | None = None
        self._last_meant: tuple[str, int, list[str], list[int | None]] | None = None

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
        serials: Iterable[tuple[str, int]] = (),
        remarks: Sequence[str | None] = (),
        synonyms: Synonyms | None = None,
    ) -> Self:
        """Index the names. Row i of a hit is names[i].

        `labels` and `sold`, if given, are as long as `names`. A label holds further words that find a row, such as its
        brand and category. Rows that are not sold rank last. `codes`, `barcodes` and `serials` are pairs of one and its
        row. `remarks`, if given, has a further text for each row, which finds it if no name has all typed words.
        `synonyms` are those that come with the program, unless others are given.
        """
        first_ids: defaultdict[str, int] = defaultdict(count().__next__)
        of_labels = {label: words(label) for label in set(labels)}
        documents, lengths, repeated = [], [], []
        for row, name in enumerate(names):
            written, units = words_and_units(name)
            document = list(dict.fromkeys(written))[:SLOTS]
            lengths.append(len(document))
            repeated.append(min(len(written) - len(document), MOST_REPEATED))
            further = units + of_labels[labels[row]] if labels else units
            document += [word for word in dict.fromkeys(further) if word not in document]
            documents.append([first_ids[word] for word in document[:SLOTS]])
        vocabulary = sorted(first_ids, key=str.encode)
        ids = np.empty(len(vocabulary), np.int32)
        ids[[first_ids[word] for word in vocabulary]] = np.arange(len(vocabulary))
        filled = np.arange(SLOTS) < np.array([len(document) for document in documents], np.int64)[:, None]
        slots = np.full((len(names), SLOTS), len(vocabulary), np.int32)  # an empty slot holds the id after the last
        slots[filled] = ids[np.array([word for document in documents for word in document], np.int64)]
        spoken = [sound(word) for word in vocabulary]
        return cls(
            Vocabulary.build(vocabulary)
            | KeyTable.build(vocabulary)
            | SkeletonOrder.build(vocabulary)
            | Trigrams.build(vocabulary)
            | WordPairs.build(slots, len(vocabulary))
            | Identifiers.build(barcodes, codes)
            | Identifiers.build_serials(serials)
            | Postings.build(slots, len(vocabulary))
            | Sounds.build(vocabulary, spoken)
            | build_senses(vocabulary, spoken, slots, np.array(lengths, np.uint8), synonyms or load_synonyms())
            | RemarkIndex.build(remarks)
            | {
                "slots": slots.ravel(),
                "name_lengths": np.array(lengths, np.uint8),
                "repeated": np.array(repeated, np.uint8),
                "unsold": ~np.array(sold, bool) if len(sold) else np.zeros(len(names), bool),
            }
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the index as plain one-dimensional arrays, which can be stored anywhere, for `from_arrays`."""
        return dict(self._arrays)

    def forget_arrays(self) -> None:
        """Free the arrays that only `to_arrays` needs, which returns none from now on: 7 MB of 100,000 products."""
        self._arrays = {}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prior: NDArray[np.uint8] | None = None) -> Self:
        """Load an index from stored arrays, without building anything.

        `prior`, if given, is what `sales_prior` returns: of rows that match equally well, those that sell come first.
        """
        return cls(arrays, prior)

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """Return the best rows for any text, best first; rows with equal scores in their order. Never raises.

        Rows whose code is the text come first. A text that is plainly a code, such as a barcode, finds no other rows.
        """
        if limit < 1:
            return []
        coded = self._codes.find(text)
        if coded.only:
            return [Hit(*hit) for hit in coded.hits[:limit]]
        if not coded.hits:
            return self._search_words(text, limit)
        found, worst = dict(coded.hits), coded.hits[-1][1]
        named = [hit for hit in self._search_words(text, limit + len(found)) if hit.row not in found]
        hits = [*coded.hits, *((hit.row, min(hit.score, worst)) for hit in named)]
        return [Hit(*hit) for hit in hits[:limit]]

    def is_code(self, text: str) -> bool:
        """Return whether the text is nothing but a code or serial number, or digits that codes of rows end in."""
        coded = self._codes.find(text)
        return coded.only or (bool(coded.hits) and text.strip().isdecimal())

    def rows_of_code(self, text: str) -> list[int]:
        """Return the rows whose code, barcode or serial number is the text, or ends in it, the best first."""
        return [row for row, _ in self._codes.find(text).hits]

    def find_printed(self, text: str, *, is_gtin: bool) -> Printed | None:
        """Return the rows of a barcode in a photo, or None if its text names no goods: `CodeLookup.find_printed`."""
        return self._codes.find_printed(text, is_gtin=is_gtin)

    def _search_words(self, text: str, limit: int) -> list[Hit]:
        query, matches = self._read(text)
        if not query.asked:
            return []
        page = limit if self._remarks is None else max(limit, LONGEST_PAGE)
        ranked = self._rank(query, matches, page)
        if query.is_split and _best(ranked) < SURE:  # `barrbar` is rather BARBAR with a typo than BARR BAR
            whole = self._search_query(self._reader.read(text, split=False), page)
            if _best(whole[2]) > _best(ranked):
                query, matches, ranked = whole
        if query.ending is not None:
            longer = self._search_query(self._reader.read(text, with_ending=True), page)
            if self._has_ending(*longer):
                query, matches, ranked = longer
        remarked = self._remarks.find(query.asked, self._vocabulary.id_of) if self._remarks is not None else None
        if remarked is None:
            return list(map(Hit, ranked.rows[:limit], ranked.scores))
        named = list(zip(ranked.rows, ranked.scores, strict=True))
        unsold = self._unsold
        merged = merge(named, remarked, query, matches, self._forward, self._vocabulary, unsold)
        return [Hit(*hit) for hit in merged[:limit]]

    def _search_query(self, query: Query, limit: int) -> tuple[Query, Matches, Ranked]:
        matches = self._match(query)
        return query, matches, self._rank(query, matches, limit)

    def _has_ending(self, query: Query, matches: Matches, ranked: Ranked) -> bool:
        """Return whether the best row has all typed words, and one that the ending abbreviates."""
        if not ranked.rows or query.ending not in query.asked:
            return False
        similarity = self._forward.compare(query, matches, np.array(ranked.rows[:1], np.int64)).similarity[:, 0]
        return bool(similarity.min() >= LACKING and similarity[query.asked.index(query.ending)] >= ABBREVIATED)

    def is_search(self, text: str) -> bool:
        """Return whether a text asks for a product: whether it has more than greetings and words of a question."""
        return bool(self._read(text)[0].asked) or bool(self._codes.find(text).hits)

    def row_named(self, text: str) -> int | None:
        """Return the first row whose name has all words of a text; None if none has.

        It also finds the words that a search leaves out, such as greetings.
        """
        ids = {self._vocabulary.id_of(word) for word in words(text)}
        if not ids or None in ids:
            return None
        slots = self._slots
        of_name = np.arange(SLOTS) < self._name_lengths[:, None]
        has = np.logical_and.reduce([((slots == each) & of_name).any(axis=1) for each in ids])
        return int(has.argmax()) if has.any() else None

    def suggest(self, text: str, limit: int = 3) -> list[str]:
        """Return texts that find something and may be meant by one that finds nothing, the likeliest first."""
        query, matches = self._read(text)
        if not query.asked:
            return []
        first = self._run_pass(query, matches, SUGGESTED_FROM)
        ranked = self._second_pass(query, matches, first, SUGGESTED_FROM).ranked
        found: dict[str, None] = {}
        thorough, similar = self._thorough(query, matches, range(MOST_ASKED))
        for row in ranked.rows:
            if len(found) == limit:
                break
            meant = zip(thorough.asked, self._forward.match_slots(thorough, similar, row), strict=True)
            has = [word if is_number(word) else self._word(row, slot) for word, slot in meant if slot is not None]
            better = " ".join(dict.fromkeys(has))
            if has and better != " ".join(query.asked) and better not in found and self.search(better, 1):
                found[better] = None
        return list(found)

    def rows_of_serial(self, text: str) -> list[int]:
        """Return the rows with a serial number that is exactly the text, in any letter case."""
        return [int(row) for row in self._identifiers.find_serial(text)]

    def matched_words(self, text: str, row: int) -> set[str]:
        """Return the words of the row's name that a query means, in the form that `text.words` gives them."""
        _, slots = self._meant(text, row)
        return {self._word(row, slot) for slot in slots if slot is not None and self._forward.is_of_name(row, slot)}

    def suggestion(self, text: str, row: int) -> str | None:
        """Return the query with the words of a row that it found, or None if they are the same words."""
        asked, slots = self._meant(text, row)
        meant = [
            word if slot is None or is_number(word) else self._word(row, slot)
            for word, slot in zip(asked, slots, strict=True)
        ]
        return None if meant == asked else " ".join(dict.fromkeys(meant))

    def _match(self, query: Query) -> Matches:
        return self._matcher.match(query.asked, self._senses.words(query.senses) if query.senses else ())

    def _rank(self, query: Query, matches: Matches, limit: int) -> Ranked:
        """Return the best rows by name and labels."""
        first = self._run_pass(query, matches, limit)
        again = first.ranked.lacking or (first.ranked.alone and self._vocabulary.are_spelt_out(query.asked))
        if not again and self._is_meant(first):
            return first.ranked
        found = self._second_pass(query, matches, first, limit)
        if _best(first.ranked) > _best(found.ranked):
            found = first
        if self._is_meant(found):
            return found.ranked
        corrected = self._corrected(found)
        category = self._reader.category_of(query)
        if category is None and corrected.asked != found.query.asked:  # a category with a typo: `garem halus`
            category = self._reader.category_of(corrected, is_whole=True)
        if category is not None:  # who asks for `keju parut`, where all cheese is sliced, wants to see the cheese
            return self._rank(category, self._match(category), limit)
        return found.ranked._replace(rows=[], scores=[])

    def _is_meant(self, found: _Pass) -> bool:
        """Return whether the best row is similar enough to what was typed; always for an index without senses."""
        if found.ranked.doubtful is None or found.weighed is None or not self._senses.are_known:
            return True
        asked, row = found.query.asked, found.ranked.doubtful.row
        evidence = self._postings.weigh_evidence(found.query, found.matches, found.weighed)
        words = self._forward.words(row)
        similarity = self._with_typos(asked, found.ranked.doubtful.similarity, words)
        for sense in found.query.senses:
            if self._senses.is_meant_by(sense, row, words):  # it ranks lower, but it is what was asked for
                for number in sense.numbers:
                    similarity[number] = 1
        typed = list(zip(asked, similarity, strict=True))
        if sum(alike >= EXACTLY for word, alike in typed if not (is_number(word) or word in PACKS)) >= ENOUGH_WORDS:
            return True
        is_lacking_unit = [word in UNITS and alike < 1 for word, alike in typed]
        if not all(is_lacking_unit):  # a shop sells by the dozen what has no dozen in its name
            evidence = [0 if ignored else weight for ignored, weight in zip(is_lacking_unit, evidence, strict=True)]
        least = LEAST_EVIDENCE if len(asked) > 1 else LEAST_OF_ONE
        return share_of_evidence(similarity, evidence) >= least

    def _with_typos(self, asked: Sequence[str], similarity: Sequence[float], of_row: Iterable[int]) -> list[float]:
        """Return the similarity of typed words to a row, with those that are typos of words of the row.

        A typo of a word that many names have may be missed by the match, which keeps the rarest candidates.
        """
        named = [word for word in map(self._vocabulary.words.__getitem__, of_row) if not is_number(word)]
        compared = list(similarity)
        for number, word in enumerate(asked):
            if len(word) >= SHORTEST_TYPO and similarity[number] < TYPO and not is_number(word):
                nearest = max((OSA.normalized_similarity(word, other) for other in named), default=0)
                compared[number] = nearest if nearest >= TYPO else similarity[number]
        return compared

    def _run_pass(self, query: Query, matches: Matches, limit: int) -> _Pass:
        if not len(matches.packed) and not matches.prefixes and not query.having and not query.phrases:
            nothing = Ranked([], [], list(range(len(query.asked))), False, None)
            return _Pass(query, matches, None, np.empty(0, np.int64), nothing)
        is_long = limit > LONGEST_PAGE
        kept = max(self._kept, int(PER_HIT * limit)) if is_long else self._kept
        weighed = self._postings.weigh(query, matches)
        rows = self._postings.collect(query, matches, weighed, kept, are_rows=is_long)
        if weighed.before[-1] > kept and len(named := self._named(query.asked)):
            rows = np.union1d(rows, named)
        return _Pass(query, matches, weighed, rows, self._ranking.rank(query, matches, weighed, rows, limit))

    def _corrected(self, found: _Pass) -> Query:
        """Return the query with the likeliest word of the vocabulary for each word that is not in it."""
        matches, asked = found.matches, list(found.query.asked)
        for number, (start, end) in enumerate(pairwise(matches.bounds)):
            is_similar = end > start and matches.steps[end - 1] >= LIKELY_MEANT
            if is_similar and not is_number(asked[number]) and self._vocabulary.id_of(asked[number]) is None:
                asked[number] = self._vocabulary.words[int(matches.word[end - 1])]
        return self._reader.corrected(found.query, asked)

    def _named(self, asked: Sequence[str]) -> NDArray[np.int64]:
        """Return rows whose name is what was typed. There may be more rows with all typed words than are compared."""
        name = [self._vocabulary.id_of(word) for word in asked]
        known = [word for word in name if word is not None]
        if len(known) < len(asked):
            return np.empty(0, np.int64)
        return self._forward.among(self._postings.begun(known), known)

    def _second_pass(self, query: Query, matches: Matches, first: _Pass, limit: int) -> _Pass:
        """Search again, with typos in the words that the best row lacks and in those with the highest weights."""
        weights = first.weighed.weights if first.weighed else []
        likely = sorted(range(len(weights)), key=weights.__getitem__)[-LIKELY:]
        is_pinned = len(query.asked) >= PINNING and first.ranked.scores and first.ranked.scores[0] >= PINNED
        numbers = first.ranked.lacking if is_pinned else [*first.ranked.lacking, *likely]
        split, matches = self._thorough(query, matches, numbers)
        if split is query and is_pinned and first.weighed:
            ranked = self._ranking.rank(query, matches, first.weighed, first.rows, limit)
            return first._replace(matches=matches, ranked=ranked)
        return self._run_pass(split, matches, limit)

    def _thorough(self, query: Query, matches: Matches, numbers: Iterable[int]) -> tuple[Query, Matches]:
        """Split the typed words that nothing matches, such as `minyakgorng`; return the query and its matches.

        The words at the indexes `numbers` may have more typos.
        """
        split = self._reader.split_off(query, self._matcher.unclear(query.asked, matches))
        if split is not query:
            matches = self._match(split)
        return split, self._matcher.match_typos(split.asked, numbers, matches)

    def _read(self, text: str) -> tuple[Query, Matches]:
        """Read a text, and match its words."""
        last, text = self._last_read, text[:LONGEST_QUERY]
        if last is None or last[0] != text:
            query = self._reader.read(text)
            last = text, query, self._match(query)
            self._last_read = last
        return last[1:]

    def _meant(self, text: str, row: int) -> tuple[list[str], list[int | None]]:
        """Return the typed words, and the slot of a row that is most similar to each."""
        last, text = self._last_meant, text[:LONGEST_QUERY]
        if last is None or last[:2] != (text, row):
            query, matches = self._read(text)
            slots = self._forward.match_slots(query, matches, row) if query.asked else []
            pairs = enumerate(zip(query.asked, slots, strict=True))
            others = [n for n, (word, slot) in pairs if slot is None or self._word(row, slot) != word]
            if others:  # the row lacks these words, or has similar ones
                split_off = range(len(query.asked), MOST_ASKED)
                query, matches = self._thorough(query, matches, [*others, *split_off])
                slots = self._forward.match_slots(query, matches, row)
            last = text, row, query.asked, slots
            self._last_meant = last
        return last[2:]

    def _word(self, row: int, slot: int) -> str:
        return self._vocabulary.words[self._forward.word(row, slot)]


def _is_word(vocabulary: Vocabulary, remarks: RemarkIndex | None, word: str) -> bool:
    """Return whether a name, label or remark has a word."""
    return vocabulary.id_of(word) is not None or (remarks is not None and remarks.has_word(word))


def _best(ranked: Ranked) -> float:
    return max(ranked.scores, default=0)
