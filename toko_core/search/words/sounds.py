"""Finds the words of the vocabulary that sound like a typed word, such as MIZONE for `mijon`.

People who know a brand from hearing write it as Indonesian is spelt: c, k, q and ch are one sound, and so are x and ks, z, s
and j, f, v and p, y and i. A doubled letter, a final e and most h are silent.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

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
"""The similarity of words that sound the same; of words whose sounds differ by a letter it is NEAR - PER_LETTER / length."""
SPELLINGS = (
    ("sch", "s"), ("ck", "k"), ("ch", "k"), ("sh", "s"), ("sy", "s"), ("ph", "p"), ("th", "t"), ("gh", "g"), ("kh", "k"),
    ("dj", "s"), ("tj", "k"), ("oe", "u"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ea", "i"), ("au", "o"), ("x", "ks"),
)  # fmt: skip
LETTERS = str.maketrans("cqzjfvyw", "kkssppiu")
REPEATED = re.compile(r"(.)\1+")
SILENT = re.compile(r"(?<=[^aeiou])e$|(?<=.)h")


def sound(word: str) -> str:
    """Return how a word sounds in Indonesian, in a spelling of its own."""
    for spelling, letters in SPELLINGS:
        if spelling in word:
            word = word.replace(spelling, letters)
    return SILENT.sub("", REPEATED.sub(r"\1", word.translate(LETTERS)))


class Sounds:
    """The words of each sound. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned. Without them, as in the catalogue of an earlier version, nothing is found."""
        own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
        self._table = KeyTable(own) if own else None

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the vocabulary's words, by id."""
        arrays = KeyTable.of(
            _keys(sound(word)) if SHORTEST <= len(word) <= LONGEST_WORD and not is_number(word) else () for word in words
        )
        return {PREFIX + name: array for name, array in arrays.items()}

    def find(self, word: str, vocabulary: Sequence[str]) -> list[int]:
        """Return packed matches, without the number of the typed word, for an unknown word."""
        if self._table is None or not SHORTEST <= len(word) <= LONGEST_WORD:
            return []
        typed = sound(word)
        found = []
        for meant in set(self._table.find(_keys(typed))[1].tolist()):
            other = sound(vocabulary[meant])
            apart = OSA.distance(typed, other, score_cutoff=1)
            if apart == 0:
                found.append(like(SAME) + meant)
            elif apart == 1:
                found.append(like(NEAR - PER_LETTER / max(len(typed), len(other))) + meant)
        return found


def _keys(sounds: str) -> list[int]:
    return typo_keys(sounds.encode())[: None if len(sounds) >= SHORTEST_NEAR else 1]
