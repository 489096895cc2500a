"""A hash table of keys, by which a typed word finds the words that it may mean: the two have at least one in common.

The keys of a word are:
- the word itself, and the word without one letter: with a typo in either word, both still share a key
- its consonant skeleton, and the skeleton without one consonant
- its letters in alphabetical order, all of them and without one: for two typos, or letters in the wrong order

A key is a CRC of 32 bits.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.text import LONGEST_WORD, UNITS, is_number, skeleton

WHOLE, SKELETON, PART_OF_SKELETON, LETTERS = 0, 0x8080_8080, 0xFFFF_FFFF, 0xC0C0_C0C0
"""The kinds of keys: the start value of the CRC. Start values that differ in fewer bits would give different words the
same key."""
SHORTEST = 3
"""The fewest letters of a word, or consonants of a skeleton, for which keys without one of them exist."""
SHORTEST_LETTERS = 6
"""The fewest letters of a word that is found with two typos."""


class KeyTable:
    """The words of each key. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        self._keys = arrays["keys"].data  # a memoryview: its single numbers are read faster than those of an array
        self._words: NDArray[np.int32] = arrays["key_words"]
        self._starts = arrays["key_starts"].data
        self._shift = 33 - len(self._starts).bit_length()  # one bucket for each value of a key's upper bits

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the vocabulary's words, by id."""
        return KeyTable.of(  # numbers and units have no typos and no abbreviations: salt (garam) is not meant for gram
            () if is_number(word) or word in UNITS else _keys_left(word.encode(), skeleton(word).encode())
            for word in words
        )

    @staticmethod
    def of(keys_of_words: Iterable[Collection[int]]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the keys of each word, by id."""
        keys: list[int] = []
        owners: list[int] = []
        for owner, of_word in enumerate(keys_of_words):
            keys += of_word
            owners += [owner] * len(of_word)
        unsorted = np.array(keys, np.uint32)
        order = np.argsort(unsorted, kind="stable")
        in_order = unsorted[order]
        return {
            "keys": in_order,
            "key_words": np.array(owners, np.int32)[order],
            "key_starts": _bucket_starts(in_order),
        }

    def find(self, keys: Iterable[int]) -> list[NDArray[np.int32]]:
        """Return the words that have each of the keys."""
        found = []
        for key in keys:
            bucket = key >> self._shift
            start, end = self._starts[bucket], self._starts[bucket + 1]
            if start < end:
                start = bisect_left(self._keys, key, start, end)
                end = bisect_right(self._keys, key, start, end)
            found.append(self._words[start:end])
        return found


def typo_keys(word: bytes) -> list[int]:
    """Return the keys for a word that may have one typo."""
    whole = zlib.crc32(word, WHOLE)
    return [whole, *_without_one(word, WHOLE)] if len(word) >= SHORTEST else [whole]


def letter_keys(word: bytes) -> list[int]:
    """Return the keys for a word that may have two typos, or letters in the wrong order."""
    if len(word) < SHORTEST_LETTERS:
        return []
    letters = bytes(sorted(word))
    return [zlib.crc32(letters, LETTERS), *_without_one(letters, LETTERS)]


def skeleton_key(consonants: bytes) -> int:
    """Return the key for words with the same skeleton."""
    return zlib.crc32(consonants, SKELETON)


def skeleton_part_keys(consonants: bytes) -> list[int]:
    """Return the keys for words whose skeleton has one consonant more, or one less."""
    if len(consonants) < SHORTEST:
        return []
    more = zlib.crc32(consonants, PART_OF_SKELETON)
    return [more, *_without_one(consonants, SKELETON)[1:]] if len(consonants) > SHORTEST else [more]


def _keys_left(word: bytes, consonants: bytes) -> set[int]:
    left = {zlib.crc32(word, WHOLE)}
    if SHORTEST <= len(word) <= LONGEST_WORD:
        left.update(_without_one(word, WHOLE))
    if len(consonants) > 1:
        left.add(zlib.crc32(consonants, SKELETON))
    if SHORTEST < len(consonants) <= LONGEST_WORD:
        left.update(_without_one(consonants, PART_OF_SKELETON)[1:])
    if len(word) <= LONGEST_WORD:
        left.update(letter_keys(word))
    return left


def _without_one(word: bytes, kind: int) -> list[int]:
    return [zlib.crc32(word[:i] + word[i + 1 :], kind) for i in range(len(word))]


def _bucket_starts(keys: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Return where each bucket starts: the keys with the same upper bits. A bucket has about one key."""
    bits = min(24, max(1, len(keys).bit_length()))
    return np.searchsorted(keys, np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(32 - bits)).astype(np.int32)
