"""Leaves out the words of a message that name no product: `tolong cek harga gula berapa kak` is a search for `gula`.

A filler stays if the shop's names use it: if several names begin with it (HELLO PANDA, also a greeting), or if some
name has it side by side with its neighbours in the message. So the search for a whole name keeps all of its words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.language.fillers import AT_ENDS, FILLER_PHRASES, FILLERS
from toko_core.search.language.numbers import UNITS
from toko_core.search.language.packs import PACKS
from toko_core.search.text import fold, is_number

FEWEST_NAMES = 3
"""A filler that begins at least this many names is a word for a product in this shop, if it begins the search too."""
TIMES_OF_DAY = frozenset(("pagi", "siang", "sore", "malam", "malem"))
"""Fillers at the start of a message only: a greeting."""
COUNTED = "isi"
"""A filler before a number: `yg isi 12`."""
TWICE = re.compile(r"(?<![^\W_])([^\W\d_]{3,})2(?![^\W_])")
"""A word that is said twice: `kue2` is `kue-kue`."""
SHORTEST_STEM = 4
SUFFIX, PASSIVE, ONE = "nya", "di", "se"
LONGEST_BEGUN = 2
"""A filler of this length, alone and last, may be the beginning of a word: `salonpas ko`."""
PHRASES = frozenset(FILLER_PHRASES)
PHRASE_LENGTHS = sorted({len(phrase) for phrase in PHRASES})
IdOf = Callable[[str], int | None]


class Sentences:
    """Recognizes the fillers of messages to a shop. Thread-safe."""

    def __init__(
        self, id_of: IdOf, stand_together: Callable[[int, int], bool], arrays: Mapping[str, NDArray[Any]], width: int
    ) -> None:
        """Use the vocabulary's ids, the pairs of words in names, and the arrays of the words of each row."""
        self._id_of = id_of
        self._stand_together = stand_together
        self._slots = arrays["slots"].reshape(-1, width)
        self._name_lengths = arrays["name_lengths"]
        begun = np.bincount(self._slots[:, 0]) if len(self._slots) else np.empty(0, np.int64)
        ids = {word: number for word in FILLERS if (number := id_of(word)) is not None and number < len(begun)}
        self._names_begin = frozenset(word for word, number in ids.items() if begun[number] >= FEWEST_NAMES)
        self._candidates = FILLERS.union([COUNTED], *PHRASES)

    def strip(self, typed: Sequence[str]) -> list[str]:
        """Return the words that may name a product; none if the message has only fillers and is no product's name."""
        if self._candidates.isdisjoint(typed):
            return list(typed)
        is_filler = self._find_fillers(typed)
        if not any(is_filler):
            return list(typed)
        if all(is_filler):
            return list(typed) if self._is_name(typed) else []
        distinct = list(dict.fromkeys(typed))  # as the words of a name
        return [
            word
            for word, filler in zip(typed, is_filler, strict=True)
            if not filler or self._is_of_name(distinct, distinct.index(word))
        ]

    def join_repeated(self, text: str) -> str:
        """Return the text with `kue` for `kue2`, unless names have it like that, as in `CHOMP2`."""
        return TWICE.sub(self._once, fold(text)) if "2" in text and TWICE.search(text) else text

    def stem(self, word: str) -> str:
        """Return an unknown word without -nya or di-, or a pack without se-, if the rest is a word of the vocabulary.

        Other words with se- may as well have a typo: `sefence` is DEFENCE, and not one FENCE.
        """
        rests = [word.removesuffix(SUFFIX), word.removeprefix(PASSIVE)]
        if (pack := word.removeprefix(ONE)) in PACKS or pack in UNITS:
            rests.append(pack)
        for rest in rests:
            if len(word) > len(rest) >= SHORTEST_STEM and self._id_of(rest) is not None:
                return rest
        return word

    def _find_fillers(self, typed: Sequence[str]) -> list[bool]:
        """Return for each typed word whether it is a filler by its place, or a part of a phrase that is one."""
        is_filler: list[bool] = []
        for place, word in enumerate(typed):
            is_first = all(is_filler)
            is_last = word not in TIMES_OF_DAY and FILLERS.issuperset(typed[place + 1 :])
            at_end = (is_first and word not in self._names_begin) or (is_last and place > 0)
            is_filler.append(word in FILLERS and (at_end or (not is_first and word not in AT_ENDS)))
        for place in range(len(typed) - 1):
            if typed[place] == COUNTED and is_number(typed[place + 1]):
                is_filler[place] = True
            for count in PHRASE_LENGTHS:
                if tuple(typed[place : place + count]) in PHRASES:
                    is_filler[place : place + count] = [True] * count
        if is_filler[:-1] and not any(is_filler[:-1]) and len(typed[-1]) <= LONGEST_BEGUN:
            is_filler[-1] = False
        return is_filler

    def _once(self, found: re.Match[str]) -> str:
        word, two = self._id_of(found[1]), self._id_of("2")
        in_names = word is not None and two is not None and self._stand_together(word, two)
        return found[0] if in_names else found[1]

    def _is_of_name(self, typed: Sequence[str], place: int) -> bool:
        """Return whether a filler stands in some name beside each of the words beside it here."""
        beside = [(typed[at], typed[at + 1]) for at in (place - 1, place) if 0 <= at < len(typed) - 1]
        ids = [(self._id_of(left), self._id_of(right)) for left, right in beside]
        return all(one is not None and two is not None and self._stand_together(one, two) for one, two in ids)

    def _is_name(self, typed: Sequence[str]) -> bool:
        ids = [self._id_of(word) for word in dict.fromkeys(typed)]
        if None in ids or len(ids) > self._slots.shape[1]:
            return False
        is_same = self._name_lengths == len(ids)
        is_same &= np.logical_and.reduce(self._slots[:, : len(ids)] == np.array(ids, np.int64), axis=1)
        return bool(is_same.any())
