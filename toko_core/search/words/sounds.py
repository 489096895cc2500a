"""Finds the words of the vocabulary that sound like a typed word, such as MIZONE for `mijon`.

People who know a brand from hearing write it as Indonesian is spelt: c, k, q and ch are one sound, and so are x and ks,
z, s and j, f, v and p, y and i. A doubled letter, a final e and most h are silent.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from toko_core.search.text import LONGEST_WORD, is_number
from toko_core.search.words.keys import KeyTable, typo_keys
from toko_core.search.words.matches import like

PREFIX = "sound_"
"""The prefix of the names of this table's arrays among those of the whole search index."""
SHORTEST, SHORTEST_NEAR = 4, 5
"""The fewest letters of a word that is found by its sound, and of a sound that may differ by a letter."""
SAME, NEAR, PER_LETTER = 0.9, 0.86, 0.8
"""The similarity of words that sound the same. If the sounds differ by a letter, it is NEAR - PER_LETTER / letters."""
LIKE_SAME = like(SAME)
SPELLINGS = (
    ("ight", "ait"),
    ("sch", "s"), ("ck", "k"), ("ch", "k"), ("sh", "s"), ("sy", "s"), ("ph", "p"), ("th", "t"), ("gh", "g"),
    ("kh", "k"), ("dj", "s"), ("tj", "k"), ("oe", "u"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ea", "i"),
    ("au", "o"), ("x", "ks"),
)  # fmt: skip
LETTERS = str.maketrans("cqzjfvyw", "kkssppiu")
LONG_I = re.compile(r"(?<![^\W\d_])([^aeiou\W\d_]+)i([^aeiou\W\d_]e)(?![^\W\d_])")
"""English words of one syllable such as white, nice and sprite, in which i sounds like ai."""
REPEATED = re.compile(r"(.)\1+")
SILENT = re.compile(r"(?<=[^aeiou])e$|(?<=.)h")


def sound(word: str) -> str:
    """Return how a word sounds in Indonesian, in a spelling of its own."""
    word = LONG_I.sub(r"\1ai\2", word)
    for spelling, letters in SPELLINGS:
        if spelling in word:
            word = word.replace(spelling, letters)
    return SILENT.sub("", REPEATED.sub(r"\1", word.translate(LETTERS)))


class Sounds:
    """The words of each sound. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned. The catalogue of an earlier version has none, and nothing is found."""
        own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
        self._table = KeyTable(own) if own else None
        if own:
            self._whole: NDArray[np.uint32] = own["whole"]
            self._order: NDArray[np.int32] = own["order"]

    @staticmethod
    def build(words: Sequence[str], spoken: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the vocabulary's words, by id, and the sound of each."""
        keys = [
            typo_keys(sounds.encode()) if SHORTEST <= len(word) <= LONGEST_WORD and not is_number(word) else []
            for word, sounds in zip(words, spoken, strict=True)
        ]
        having = np.array([number for number, of_word in enumerate(keys) if of_word], np.int32)
        whole = np.array([of_word[0] for of_word in keys if of_word], np.uint32)
        order = whole.argsort(kind="stable")
        arrays = KeyTable.of(of_word if len(of_word) > SHORTEST_NEAR else () for of_word in keys)
        arrays |= {"whole": whole[order], "order": having[order]}
        return {PREFIX + name: array for name, array in arrays.items()}

    def same(self, word: str) -> list[int]:
        """Return packed matches, without the number of the typed word: the words that sound like an unknown one."""
        if self._table is None or not SHORTEST <= len(word) <= LONGEST_WORD:
            return []
        key = np.uint32(crc32(sound(word).encode()))
        start = int(self._whole.searchsorted(key))
        found = []
        while start < len(self._whole) and self._whole[start] == key:
            found.append(LIKE_SAME + int(self._order[start]))
            start += 1
        return found

    def near(self, word: str, vocabulary: Sequence[str]) -> list[int]:
        """Do the same for the words whose sound differs by a letter, but not the first."""
        if self._table is None or not SHORTEST_NEAR <= len(word) <= LONGEST_WORD:
            return []
        typed = sound(word)
        found = []
        for meant in set(np.concatenate(self._table.find(typo_keys(typed.encode()))).tolist()):
            other = sound(vocabulary[meant])
            if typed[0] == other[0] and OSA.distance(typed, other, score_cutoff=1) == 1:
                found.append(like(NEAR - PER_LETTER / max(len(typed), len(other))) + meant)
        return found
