"""Finds the words of the vocabulary that each typed word may mean.

A typed word is compared with the vocabulary, never with the names. Each way to write a word differently is a lookup: in
a hash table of keys (`keys.py`), and in ranges of the vocabulary sorted by word (`vocabulary.py`) and by skeleton
(`skeletons.py`). If nothing else finds a word, it is looked up by its trigrams (`trigrams.py`).

The cost grows with the length of the typed word, not with the vocabulary. The exceptions are trigrams and short
prefixes, whose ranges grow with the vocabulary.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from toko_core.search.text import LONGEST_WORD, is_number, skeleton
from toko_core.search.words.keys import KeyTable, letter_keys, skeleton_key, skeleton_part_keys, typo_keys
from toko_core.search.words.matches import (
    ASKED_BITS,
    REPLACED,
    WORD_BITS,
    Matches,
    best_of_pairs,
    like,
    likes,
    steps,
)
from toko_core.search.words.ranges import HEAD
from toko_core.search.words.skeletons import SkeletonOrder
from toko_core.search.words.sounds import Sounds
from toko_core.search.words.trigrams import SHORTEST as SHORTEST_FOR_TRIGRAMS
from toko_core.search.words.trigrams import Trigrams
from toko_core.search.words.typos import is_likely_typo
from toko_core.search.words.vocabulary import Vocabulary

LEAST = 0.3
"""The lowest similarity of a word that was found by its trigrams."""
CLEAR = 0.6
"""A typed word without a match of at least this similarity is also looked up by its trigrams."""
CLEAR_STEPS = steps(CLEAR)
SAME_SKELETON, PART_OF_SKELETON = like(0.85), like(0.64)
"""If the typed word is a skeleton itself: the similarity to words with the same skeleton, and with one that differs by
a consonant."""
ABBREVIATED, BOTH_WITH_VOWELS, ABBREVIATED_BY_MORE = like(0.72), like(0.5), like(0.5)
"""If the typed word has vowels: the similarity to its own skeleton, to a word with vowels and the same skeleton, and to
its skeleton without one consonant."""
FEW_CONSONANTS = 3
"""A skeleton of at most this many consonants is too ambiguous without one of them."""
SAME, JOINED, UNITLESS, PLURAL = like(1), like(0.95), like(0.9), like(0.9)
SHORTEST_PLURAL = 4
"""The fewest letters of a word that has an English plural: BISCUIT and BISCUITS are one word, KAO and KAOS are not."""
LONGEST_SIZE = 6
"""The most characters of a number that may be a size without its unit."""
LONGER_THAN_WORD, SKELETON_PREFIX = 0.3, 0.45
PER_SHARE = 0.4
"""A prefix is more similar to a word the longer it is: by this much times its share of the word."""
SHORTEST_PREFIX = 3
PER_TYPO, SHORT_WORDS_MORE = 1.25, 1.5
"""A typo costs PER_TYPO / (letters + SHORT_WORDS_MORE)."""
UNLIKELY_TYPO = like(0.05)
MOST_TYPOS, FEW_LETTERS = 2, 3
"""A known word, and one of at most FEW_LETTERS letters, has one typo at most: two letters of three may be any word."""

MOST_REMEMBERED = 4_000
"""The most words of the vocabulary whose matches are remembered: people type the same words again and again."""
LONGEST_COUNTED = 255
"""The most letters or consonants that are counted; a longer word counts as one of this length."""
LENGTHS = np.arange(LONGEST_COUNTED + 1)
distance = OSA.distance
LIKE_BY_TYPOS = [
    [like(1 - PER_TYPO * typos / (length + SHORT_WORDS_MORE)) for length in LENGTHS.tolist()]
    for typos in range(MOST_TYPOS + 1)
]
"""The similarity by the number of typos and by the letters of the longer word."""
LIKE_BY_CONSONANTS = likes(
    SKELETON_PREFIX + PER_SHARE * np.minimum(np.arange(HEAD + 1)[:, None] / np.maximum(LENGTHS, 1), 1)
)
"""The similarity by consonants typed (first axis) and consonants of the word (second axis)."""


class Matcher:
    """Matches typed words with a vocabulary. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the vocabulary and the arrays of its keys, skeletons and trigrams."""
        self._vocabulary = vocabulary
        self._keys = KeyTable(arrays)
        self._skeletons = SkeletonOrder(arrays)
        self._trigrams = Trigrams(arrays)
        self._sounds = Sounds(arrays)
        self._has_vowels = vocabulary.lengths != self._skeletons.lengths
        self._remembered: dict[str, NDArray[np.int64]] = {}

    def match(self, asked: Sequence[str], senses: Sequence[NDArray[np.int64]] = ()) -> Matches:
        """Find what each typed word may mean. `asked` are words from `text.words`, `senses` further packed matches.

        A word of the vocabulary may mean itself, or be an abbreviation or a prefix. An unknown word may also have a
        typo.
        """
        id_of = self._vocabulary.id_of
        packed = list(senses)
        found: list[int] = []
        unknown: list[int] = []
        for number, word in enumerate(asked):
            if id_of(word) is None:
                unknown.append(number)
            else:
                packed.append(self._match_known(word) + (number << ASKED_BITS))
            if number + 1 < len(asked) and len(word) > 1 and not is_number(word):
                joined = id_of(word + asked[number + 1])
                if joined is not None:
                    found += [(each << ASKED_BITS) + JOINED + joined for each in (number, number + 1)]
        prefixes = self._vocabulary.find_prefixes(asked)
        if unknown:
            more, unclear = self._match_words(asked, unknown, found)
            packed += more
            self._match_sounds(asked, found, unclear.difference(prefix.asked for prefix in prefixes))
        packed.append(np.array(found, np.int64))
        return Matches.of(packed, len(asked), prefixes)

    def match_typos(self, asked: Sequence[str], numbers: Iterable[int], matches: Matches) -> Matches:
        """Return the matches with what some typed words may mean if they have more typos.

        `numbers` are the indexes of these words in `asked`. A known word may be a typo of another word; an unknown word
        may have two typos. If still nothing is similar to a word, it is looked up by its trigrams.
        """
        keys = _Keys()
        found: list[int] = []
        numbers = set(numbers).intersection(
            number for number, word in enumerate(asked) if len(word) > 1 and not is_number(word)
        )
        for number in numbers:
            word = asked[number].encode()[:LONGEST_WORD]
            is_known = self._vocabulary.id_of(asked[number]) is not None
            keys.add_typos(number, typo_keys(word) if is_known else letter_keys(word))
        packed = [matches.packed, *self._match_keys(asked, keys, found), np.array(found, np.int64)]
        more = Matches.of([best_of_pairs(packed)], len(asked), matches.prefixes, replaces=True)
        unclear = numbers.intersection(self.unclear(asked, more))
        if not unclear:
            return more
        by_trigrams = [self._match_trigrams(number, asked[number]) for number in unclear]
        return Matches.of([more.packed, *by_trigrams], len(asked), matches.prefixes, replaces=True)

    def unclear(self, asked: Sequence[str], matches: Matches) -> list[int]:
        """Return the numbers of the typed words that have no similar match."""
        are_prefixes = {prefix.asked for prefix in matches.prefixes}
        return [
            number
            for number, word in enumerate(asked)
            if number not in are_prefixes
            and len(word) >= SHORTEST_FOR_TRIGRAMS
            and not is_number(word)
            and (matches.bounds[number] == (end := matches.bounds[number + 1]) or matches.steps[end - 1] < CLEAR_STEPS)
        ]

    def _match_known(self, word: str) -> NDArray[np.int64]:
        """Return packed matches, without the number of the typed word, of a word of the vocabulary."""
        matches = self._remembered.get(word)
        if matches is None:
            found: list[int] = []
            packed, _ = self._match_words([word], [0], found)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            matches = self._remembered[word] = np.concatenate([*packed, np.array(found, np.int64)])
        return matches

    def _match_words(
        self, asked: Sequence[str], numbers: Iterable[int], found: list[int]
    ) -> tuple[list[NDArray[np.int64]], set[int]]:
        """Match some typed words, given by number, and add matches to `found`.

        Returns further matches, and the numbers of the unknown words that are no abbreviation and have no likely typo.
        """
        keys = _Keys()
        abbreviated: list[int] = []
        unknown: set[int] = set()
        for number in numbers:
            word = asked[number]
            same = self._vocabulary.id_of(word)
            if same is not None:
                found.append((number << ASKED_BITS) + SAME + same)
                self._match_plural(number, word, found)
            if is_number(word):
                self._match_number(number, word, found)
                continue
            self._match_prefixes(number, word, found)
            if len(word) < 2:
                continue
            consonants = skeleton(word)
            if consonants == word:
                keys.add_abbreviation(number, word.encode()[:LONGEST_WORD])
                abbreviated.append(number)
            elif len(consonants) > 1:
                keys.add_skeleton(number, consonants.encode()[:LONGEST_WORD])
                self._match_abbreviations(number, consonants, found)
            if same is None:
                keys.add_typos(number, typo_keys(word.encode()[:LONGEST_WORD]))
                unknown.add(number)
        packed = self._match_keys(asked, keys, found)
        if abbreviated:
            packed.append(self._match_skeleton_prefixes(asked, abbreviated))
        return packed, unknown.difference(abbreviated, keys.mistyped)

    def _match_plural(self, number: int, word: str, found: list[int]) -> None:
        """Match a known word with its English plural, and a plural with its singular."""
        singular = word.removesuffix("s")
        if len(singular) >= SHORTEST_PLURAL and not is_number(word):
            other = self._vocabulary.id_of(f"{word}s" if singular == word else singular)
            if other is not None:
                found.append((number << ASKED_BITS) + PLURAL + other)

    def _match_number(self, number: int, word: str, found: list[int]) -> None:
        """Match a number with sizes: `600` may mean 600 ml and 600 g, `5` may mean 5 kg and 5 l."""
        if len(word) > LONGEST_SIZE or not word.replace(".", "").isdecimal():
            return
        thousandfold = f"{float(word) * 1000:.10g}"
        for size in (f"{word}g", f"{word}ml", f"{thousandfold}g", f"{thousandfold}ml"):
            with_unit = self._vocabulary.id_of(size)
            if with_unit is not None:
                found.append((number << ASKED_BITS) + UNITLESS + with_unit)

    def _match_prefixes(self, number: int, word: str, found: list[int]) -> None:
        """Match the words that are prefixes of the typed one."""
        id_of = self._vocabulary.id_of
        for end in range(SHORTEST_PREFIX, min(len(word), LONGEST_WORD)):
            shorter = id_of(word[:end])
            if shorter is not None:
                found.append((number << ASKED_BITS) + like(LONGER_THAN_WORD + PER_SHARE * end / len(word)) + shorter)

    def _match_abbreviations(self, number: int, consonants: str, found: list[int]) -> None:
        """Match the words that are the typed one's skeleton without one of its consonants, except the first."""
        id_of = self._vocabulary.id_of
        for left_out in range(1, min(len(consonants), LONGEST_WORD)) if len(consonants) > FEW_CONSONANTS else ():
            shorter = id_of(consonants[:left_out] + consonants[left_out + 1 :])
            if shorter is not None:
                found.append((number << ASKED_BITS) + ABBREVIATED_BY_MORE + shorter)

    def _match_keys(self, asked: Sequence[str], keys: "_Keys", found: list[int]) -> list[NDArray[np.int64]]:
        if keys.of_typos:
            alike: dict[int, set[int]] = {}
            for number, words in zip(keys.typo_numbers, self._keys.find(keys.of_typos), strict=True):
                if len(words):
                    alike.setdefault(number, set()).update(words.tolist())
            keys.mistyped = self._compare_typos(asked, alike, found)
        if not keys.of_skeletons:
            return []
        of_keys = self._keys.find(keys.of_skeletons)
        by_skeleton = np.concatenate(of_keys)
        which = np.arange(0, 2 * len(of_keys), 2).repeat(list(map(len, of_keys)))
        which += self._has_vowels.take(by_skeleton)
        return [np.array(keys.parts, np.int64).take(which) + by_skeleton]

    def _compare_typos(self, asked: Sequence[str], alike: Mapping[int, set[int]], found: list[int]) -> set[int]:
        """Count the typos between typed words, given by number, and the words that share a key with them.

        Returns the numbers of those that differ by one likely typo from some word.
        """
        mistyped: set[int] = set()
        vocabulary = self._vocabulary.words
        for number, words in alike.items():
            typed = asked[number]
            is_known = self._vocabulary.id_of(typed) is not None
            part = (number << ASKED_BITS) + (REPLACED << WORD_BITS if is_known else 0)
            most = MOST_TYPOS if len(typed) > FEW_LETTERS and not is_known else 1
            for word in words:
                meant = vocabulary[word]
                typos = distance(typed, meant, score_cutoff=most)
                if not 0 < typos <= most:
                    continue
                match = part + word + LIKE_BY_TYPOS[typos][min(max(len(typed), len(meant)), LONGEST_COUNTED)]
                if typos == 1 and is_likely_typo(typed, meant):
                    mistyped.add(number)
                elif typos == 1:
                    match -= UNLIKELY_TYPO
                found.append(match)
        return mistyped

    def _match_sounds(self, asked: Sequence[str], found: list[int], numbers: Iterable[int]) -> None:
        """Match words with those that sound the same, or else nearly the same."""
        for number in numbers:
            word = asked[number]
            alike = self._sounds.same(word) or self._sounds.near(word, self._vocabulary.words)
            found += [(number << ASKED_BITS) + match for match in alike]

    def _match_skeleton_prefixes(self, asked: Sequence[str], numbers: list[int]) -> NDArray[np.int64]:
        """Match skeletons with the words whose skeleton they begin."""
        of_numbers = [self._skeletons.starting_with(asked[number]) for number in numbers]
        counts = list(map(len, of_numbers))
        words = np.concatenate(of_numbers)
        typed = np.array([min(len(asked[number]), HEAD) for number in numbers]).repeat(counts)
        matches = (np.array(numbers) << ASKED_BITS).repeat(counts)
        matches += LIKE_BY_CONSONANTS[typed, self._skeletons.lengths.take(words)]
        matches += words
        return matches

    def _match_trigrams(self, number: int, word: str) -> NDArray[np.int64]:
        words = self._trigrams.nearest(word)
        meant = [self._vocabulary.words[i] for i in words.tolist()]
        alike = cpdist([word] * len(meant), meant, scorer=OSA.normalized_similarity, dtype=np.float64)
        return (likes(alike * CLEAR) + words + (number << ASKED_BITS)).compress(alike * CLEAR >= LEAST)


class _Keys:
    """The keys by which typed words are looked up."""

    def __init__(self) -> None:
        self.of_skeletons: list[int] = []
        self.parts: list[int] = []
        """For each of `of_skeletons`, two matches without a word id: for a skeleton, and for a word with vowels."""
        self.of_typos: list[int] = []
        self.typo_numbers: list[int] = []
        """For each of `of_typos`, the number of the typed word."""
        self.mistyped: set[int] = set()
        """The numbers of the typed words that differ by one likely typo from a word of the vocabulary."""

    def add_typos(self, number: int, keys: list[int]) -> None:
        self.of_typos += keys
        self.typo_numbers += [number] * len(keys)

    def add_abbreviation(self, number: int, consonants: bytes) -> None:
        """Add the keys of a typed word that is a skeleton itself."""
        part = (number << ASKED_BITS) + PART_OF_SKELETON
        parts = skeleton_part_keys(consonants)
        self.of_skeletons += [skeleton_key(consonants), *parts]
        self.parts += [(number << ASKED_BITS) + SAME_SKELETON] * 2 + [part] * (2 * len(parts))

    def add_skeleton(self, number: int, consonants: bytes) -> None:
        """Add the key of a typed word that has vowels."""
        self.of_skeletons.append(skeleton_key(consonants))
        self.parts += ((number << ASKED_BITS) + ABBREVIATED, (number << ASKED_BITS) + BOTH_WITH_VOWELS)
