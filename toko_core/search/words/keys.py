"""A hash table of the keys that words leave behind: a word and what is typed for it have one in common.

The keys of a word are itself and itself without one letter (a slip in either word leads to a key that both share), its
consonant skeleton, its skeleton without one consonant, its letters in the order of the alphabet, and those without one
(two slips, or letters in the wrong order). A key is a CRC of 32 bits.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.slices import places
from toko_core.search.text import LONGEST_WORD, is_number, skeleton

WHOLE, SKELETON, PART_OF_SKELETON, LETTERS = 0, 0x8080_8080, 0xFFFF_FFFF, 0xC0C0_C0C0
"""Kinds of keys: what the CRC of a key starts from. Starts that differ by less are made up for by other letters."""
SHORTEST = 3
"""Letters of a word, or consonants of a skeleton, that is also looked for without one."""
SHORTEST_LETTERS = 6
"""Letters of a word that may be typed with two slips."""


class KeyTable:
    """The words that leave each key. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the arrays of `build`."""
        self._keys = arrays["keys"]
        self._words = arrays["key_words"]
        self._starts = arrays["key_starts"]
        self._ends = self._starts[1:]
        self._shift = np.uint32(33 - len(self._starts).bit_length())  # a bucket for each value of a key's upper bits

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The arrays, of the vocabulary's words, by id."""
        keys: list[int] = []
        owners: list[int] = []
        for owner, word in enumerate(words):
            if not is_number(word):  # a number is what it is
                left = _keys_left(word.encode(), skeleton(word).encode())
                keys += left
                owners += [owner] * len(left)
        unsorted = np.array(keys, np.uint32)
        order = np.argsort(unsorted, kind="stable")
        in_order = unsorted[order]
        return {
            "keys": in_order,
            "key_words": np.array(owners, np.int32)[order],
            "key_starts": _bucket_starts(in_order),
        }

    def find(self, keys: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The words that leave some of the keys: the place of the key in `keys`, ascending, and the word."""
        wanted = np.array(keys, np.uint32)
        bucket = wanted >> self._shift
        start = self._starts.take(bucket)
        count = self._ends.take(bucket) - start
        place = places(start, count)
        same = (self._keys.take(place) == wanted.repeat(count)).nonzero()[0]
        return np.arange(len(wanted)).repeat(count).take(same), self._words.take(place.take(same))


def slip_keys(word: bytes) -> list[int]:
    """Of a word that may have a slip."""
    whole = zlib.crc32(word, WHOLE)
    return [whole, *_without_one(word, WHOLE)] if len(word) >= SHORTEST else [whole]


def letter_keys(word: bytes) -> list[int]:
    """Of a word that may have two slips, or letters in another order."""
    if len(word) < SHORTEST_LETTERS:
        return []
    letters = bytes(sorted(word))
    return [zlib.crc32(letters, LETTERS), *_without_one(letters, LETTERS)]


def skeleton_key(consonants: bytes) -> int:
    """Of words with the same skeleton."""
    return zlib.crc32(consonants, SKELETON)


def skeleton_part_keys(consonants: bytes) -> list[int]:
    """Of words whose skeleton has one consonant more, or one less."""
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
    """Where the keys of each value of their upper bits start: about one key a bucket."""
    bits = min(24, max(1, len(keys).bit_length()))
    return np.searchsorted(keys, np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(32 - bits)).astype(np.int32)
