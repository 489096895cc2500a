"""Finds the words of the vocabulary that each typed word may mean.

A typed word is compared with the vocabulary, never with the names. Each way to write a word differently is looked up,
not searched for: in a hash table of keys (`keys.py`), in ranges of the vocabulary by word (`vocabulary.py`) and by
skeleton (`skeletons.py`), and by trigrams (`trigrams.py`) if nothing else finds it.

The cost grows with the length of the typed word, not with the vocabulary, but for the trigrams and for short
beginnings, whose ranges do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from toko_core.search.text import LONGEST_WORD, is_number, skeleton
from toko_core.search.words.keys import KeyTable, letter_keys, skeleton_key, skeleton_part_keys, slip_keys
from toko_core.search.words.matches import ASKED_BITS, Matches, best_of_pairs, like, likes, steps
from toko_core.search.words.ranges import HEAD
from toko_core.search.words.skeletons import SkeletonOrder
from toko_core.search.words.trigrams import SHORTEST as SHORTEST_FOR_TRIGRAMS
from toko_core.search.words.trigrams import Trigrams
from toko_core.search.words.typos import is_likely_slip
from toko_core.search.words.vocabulary import Vocabulary

LEAST = 0.3
"""A word found by its trigrams that is less like the typed one is not meant."""
CLEAR = 0.6
"""A word with no candidate as alike as this is looked for by its trigrams as well."""
CLEAR_STEPS = steps(CLEAR)
SAME_SKELETON, PART_OF_SKELETON = like(0.85), like(0.64)
"""How like words are whose skeletons are the same, or but for a consonant, if the typed one is a skeleton itself."""
ABBREVIATED, BOTH_WITH_VOWELS, ABBREVIATED_BY_MORE = like(0.72), like(0.5), like(0.5)
"""The same if the typed word has vowels: a word that is its skeleton, one with vowels, one that is its skeleton but for
a consonant."""
FEW_CONSONANTS = 3
"""So many say too little with one of them left out."""
SAME, JOINED, UNITLESS = like(1), like(0.95), like(0.9)
LONGEST_SIZE = 6
"""Characters of a number that may be a size without its unit."""
LONGER_THAN_WORD, SKELETON_BEGINNING = 0.3, 0.45
PER_SHARE = 0.4
"""A word and a beginning of it are more alike the more of it the beginning is: by so much times its share."""
SHORTEST_BEGINNING = 3
PER_SLIP, SHORT_WORDS_MORE = 1.25, 1.5
"""A slip costs the first, divided by the letters and the second."""
UNLIKELY_SLIP = like(0.05)
MOST_SLIPS = 2

LONGEST_COUNTED = 255
"""Letters or consonants; a longer word counts as one of so many."""
LENGTHS = np.arange(LONGEST_COUNTED + 1)
distance = OSA.distance
LIKE_BY_SLIPS = [
    [like(1 - PER_SLIP * slips / (length + SHORT_WORDS_MORE)) for length in LENGTHS.tolist()]
    for slips in range(MOST_SLIPS + 1)
]
"""By slips, and by letters of the longer word."""
LIKE_BY_CONSONANTS = likes(
    SKELETON_BEGINNING + PER_SHARE * np.minimum(np.arange(HEAD + 1)[:, None] / np.maximum(LENGTHS, 1), 1)
)
"""By consonants typed (first axis) and consonants of the word (second)."""


class Matcher:
    """Matches typed words with a vocabulary. Safe to use from many threads."""

    def __init__(self, vocabulary: Vocabulary, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the vocabulary and the arrays of its keys, skeletons and trigrams."""
        self._vocabulary = vocabulary
        self._keys = KeyTable(arrays)
        self._skeletons = SkeletonOrder(arrays)
        self._trigrams = Trigrams(arrays)
        self._has_vowels = vocabulary.lengths != self._skeletons.lengths

    def match(self, asked: Sequence[str]) -> Matches:
        """What each typed word may mean; `asked` are words as `text.words` gives them.

        A word that is in the vocabulary is taken for what it says, for an abbreviation or a beginning; another one also
        for a slip.
        """
        id_of = self._vocabulary.id_of
        found: list[int] = []
        keys = _Keys()
        abbreviated: list[int] = []
        for number, word in enumerate(asked):
            same = id_of(word)
            if same is not None:
                found.append((number << ASKED_BITS) + SAME + same)
            if is_number(word):
                self._match_number(number, word, found)
                continue
            self._match_beginnings(number, word, found)
            if len(word) < 2:
                continue
            if number + 1 < len(asked):
                joined = id_of(word + asked[number + 1])
                if joined is not None:
                    found += [(each << ASKED_BITS) + JOINED + joined for each in (number, number + 1)]
            consonants = skeleton(word)
            if consonants == word:
                keys.add_abbreviation(number, word.encode()[:LONGEST_WORD])
                abbreviated.append(number)
            elif len(consonants) > 1:
                keys.add_skeleton(number, consonants.encode()[:LONGEST_WORD])
                self._match_abbreviations(number, consonants, found)
            if same is None:
                keys.add_slips(number, slip_keys(word.encode()[:LONGEST_WORD]))
        packed = self._match_keys(asked, keys, found)
        if abbreviated:
            packed += self._match_skeleton_beginnings(asked, abbreviated)
        packed.append(np.array(found, np.int64))
        return Matches.of(packed, len(asked), self._vocabulary.beginnings(asked))

    def match_slips(self, asked: Sequence[str], numbers: Iterable[int], matches: Matches) -> Matches:
        """The matches and what some of the typed words may mean besides, by number.

        A known word is also taken for a slip of another, an unknown one for two slips, and looked for by its trigrams
        if nothing is like it.
        """
        keys = _Keys()
        numbers = set(numbers).intersection(
            number for number, word in enumerate(asked) if len(word) > 1 and not is_number(word)
        )
        for number in numbers:
            word = asked[number].encode()[:LONGEST_WORD]
            is_known = self._vocabulary.id_of(asked[number]) is not None
            keys.add_slips(number, slip_keys(word) if is_known else letter_keys(word))
        found: list[int] = []
        packed = [matches.packed, *self._match_keys(asked, keys, found), np.array(found, np.int64)]
        more = Matches.of([best_of_pairs(packed)], len(asked), matches.beginnings)
        unclear = numbers.intersection(self.unclear(asked, more))
        if not unclear:
            return more
        by_trigrams = [self._match_trigrams(number, asked[number]) for number in unclear]
        return Matches.of([more.packed, *by_trigrams], len(asked), matches.beginnings)

    def unclear(self, asked: Sequence[str], matches: Matches) -> list[int]:
        """The typed words that nothing is like."""
        begun = {beginning.asked for beginning in matches.beginnings}
        bounds = matches.bounds.tolist()
        return [
            number
            for number, word in enumerate(asked)
            if number not in begun
            and len(word) >= SHORTEST_FOR_TRIGRAMS
            and not is_number(word)
            and (bounds[number] == (end := bounds[number + 1]) or matches.steps[end - 1] < CLEAR_STEPS)
        ]

    def _match_number(self, number: int, word: str, found: list[int]) -> None:
        """`600` also asks for 600 ml and 600 g, `5` for 5 kg and 5 l."""
        if len(word) > LONGEST_SIZE or not word.replace(".", "").isdecimal():
            return
        thousandfold = f"{float(word) * 1000:.10g}"
        for size in (f"{word}g", f"{word}ml", f"{thousandfold}g", f"{thousandfold}ml"):
            with_unit = self._vocabulary.id_of(size)
            if with_unit is not None:
                found.append((number << ASKED_BITS) + UNITLESS + with_unit)

    def _match_beginnings(self, number: int, word: str, found: list[int]) -> None:
        """Words that the typed one begins with."""
        for end in range(SHORTEST_BEGINNING, min(len(word), LONGEST_WORD)):
            shorter = self._vocabulary.id_of(word[:end])
            if shorter is not None:
                found.append((number << ASKED_BITS) + like(LONGER_THAN_WORD + PER_SHARE * end / len(word)) + shorter)

    def _match_abbreviations(self, number: int, consonants: str, found: list[int]) -> None:
        """Words that are the skeleton of the typed one without one of its consonants but the first."""
        for left_out in range(1, min(len(consonants), LONGEST_WORD)) if len(consonants) > FEW_CONSONANTS else ():
            shorter = self._vocabulary.id_of(consonants[:left_out] + consonants[left_out + 1 :])
            if shorter is not None:
                found.append((number << ASKED_BITS) + ABBREVIATED_BY_MORE + shorter)

    def _match_keys(self, asked: Sequence[str], keys: "_Keys", found: list[int]) -> list[NDArray[np.int64]]:
        if not keys.of_skeletons and not keys.of_slips:
            return []
        source, words = self._keys.find(keys.of_skeletons + keys.of_slips)
        by_skeleton = int(source.searchsorted(len(keys.of_skeletons))) if keys.of_slips else len(source)
        if by_skeleton < len(source):
            slips = [keys.slipped[i - len(keys.of_skeletons)] for i in source[by_skeleton:].tolist()]
            self._compare_slips(asked, slips, words[by_skeleton:].tolist(), found)
        if by_skeleton:
            which = source[:by_skeleton] * 2
            which += self._has_vowels.take(words[:by_skeleton])
            return [np.array(keys.parts, np.int64).take(which) + words[:by_skeleton]]
        return []

    def _compare_slips(self, asked: Sequence[str], numbers: list[int], words: list[int], found: list[int]) -> None:
        """Of typed words, by number, and other words that share a key with them, or several."""
        for number, word in set(zip(numbers, words, strict=True)):
            typed, meant = asked[number], self._vocabulary.words[word]
            slips = distance(typed, meant, score_cutoff=MOST_SLIPS)
            if 0 < slips <= MOST_SLIPS:
                alike = LIKE_BY_SLIPS[slips][min(max(len(typed), len(meant)), LONGEST_COUNTED)]
                if slips == 1 and not is_likely_slip(typed, meant):
                    alike -= UNLIKELY_SLIP
                found.append((number << ASKED_BITS) + alike + word)

    def _match_skeleton_beginnings(self, asked: Sequence[str], numbers: list[int]) -> list[NDArray[np.int64]]:
        short = [number for number in numbers if len(asked[number].encode()) <= HEAD]
        return [
            LIKE_BY_CONSONANTS[len(asked[number])].take(self._skeletons.lengths.take(words))
            + words
            + (number << ASKED_BITS)
            for number, words in zip(short, self._skeletons.begun_by([asked[number] for number in short]), strict=True)
            if len(words)
        ]

    def _match_trigrams(self, number: int, word: str) -> NDArray[np.int64]:
        words = self._trigrams.nearest(word)
        meant = [self._vocabulary.words[i] for i in words.tolist()]
        alike = cpdist([word] * len(meant), meant, scorer=OSA.normalized_similarity, dtype=np.float64)
        return (likes(alike * CLEAR) + words + (number << ASKED_BITS)).compress(alike * CLEAR >= LEAST)


class _Keys:
    """The keys that typed words are looked for by."""

    def __init__(self) -> None:
        self.of_skeletons: list[int] = []
        self.parts: list[int] = []
        """For each of them two matches but for the word: with a word that is a skeleton, with one that has vowels."""
        self.of_slips: list[int] = []
        self.slipped: list[int] = []
        """For each of them, the number of the typed word."""

    def add_slips(self, number: int, keys: list[int]) -> None:
        self.of_slips += keys
        self.slipped += [number] * len(keys)

    def add_abbreviation(self, number: int, consonants: bytes) -> None:
        """The typed word is a skeleton itself."""
        part = (number << ASKED_BITS) + PART_OF_SKELETON
        parts = skeleton_part_keys(consonants)
        self.of_skeletons += [skeleton_key(consonants), *parts]
        self.parts += [(number << ASKED_BITS) + SAME_SKELETON] * 2 + [part] * (2 * len(parts))

    def add_skeleton(self, number: int, consonants: bytes) -> None:
        """The typed word has vowels."""
        self.of_skeletons.append(skeleton_key(consonants))
        self.parts += ((number << ASKED_BITS) + ABBREVIATED, (number << ASKED_BITS) + BOTH_WITH_VOWELS)
