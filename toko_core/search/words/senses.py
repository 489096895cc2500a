"""What typed words and phrases may mean besides themselves: synonyms, words written as one or apart, initials.

A sense of one word is a word of the vocabulary. The rows of a sense of several words, such as `pasta gigi` for `odol`,
are collected when the index is built.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.language.synonyms import Synonyms
from toko_core.search.text import LONGEST_WORD
from toko_core.search.words.matches import ASKED_BITS, STEPS, WORD, WORD_BITS, Having, steps
from toko_core.search.words.sounds import SAME as SOUNDS_SAME
from toko_core.search.words.sounds import sound

CATEGORY, BRAND = 1, 2
"""The kinds of a typed word, as bits."""
TWIN = 0.95
"""The similarity of a word to the same word written as two."""
SHORTEST_TWIN, SHORTEST_PART = 5, 2
LEAST_SHARE = 0.15
"""The share of the goods of a category from which a brand is no word for the category in this shop."""
OF_BRAND = 0.4
"""The share of the weight of a brand's category, if the shop has the brand: who types it rarely means another one."""
SHORTEST_SAME_SOUND = 5
"""The fewest letters of words of the vocabulary that mean each other because they sound the same: SHAMPO, SHAMPOO."""
INITIALS = 0.8
"""The similarity of initials to the words that begin with them."""
FEWEST_INITIALS, MOST_INITIALS = 2, 4
FEWEST_WITH_INITIALS, ROWS_FOR_ONE_MORE = 3, 20_000
"""Initials mean words that at least FEWEST_WITH_INITIALS names have side by side, and one more of ROWS_FOR_ONE_MORE."""
MOST_ROWS = 300
"""The most rows of initials."""
STRONG = 0.85
"""The lowest weight of a sense that means the same."""
LETTERS = 27
"""The base of numbers that stand for initials: a to z are the digits 1 to 26, and 0 is anything else."""
HASH_FACTOR = 1_000_003
"""A prime number. Multiplying with it gives different words side by side different numbers, but for rare accidents."""
NONE = Having(np.empty(0, np.int64), np.empty(0, np.float32))


class Sense(NamedTuple):
    """What a typed word or phrase may mean besides itself."""

    numbers: range
    """The numbers of the typed words."""
    key: int
    """The index of the word or phrase among the stored keys."""
    kind: int
    """CATEGORY, BRAND, both or neither."""
    spread: int
    """How many rows have a word or phrase of the same meaning; of a category, also the rows with its brands."""


class Senses:
    """The senses of typed words and phrases. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned. The catalogue of an earlier version has none, and no senses."""
        self.are_known = "sense_keys" in arrays
        """Whether the catalogue has senses; one of an earlier version has not."""
        text = arrays["sense_keys"].tobytes().decode() if self.are_known else ""
        self._keys = dict(zip(text.split("\n"), range(text.count("\n") + 1), strict=True)) if text else {}
        self._longest: dict[str, int] = {}
        """By first word of the keys of several words: how many words the longest has."""
        for phrase in filter(lambda key: " " in key, self._keys):
            first, *further = phrase.split(" ")
            self._longest[first] = max(self._longest.get(first, 1), 1 + len(further))
        if self._keys:
            self._kinds: list[int] = arrays["sense_kinds"].tolist()
            self._spread: list[int] = arrays["sense_spread"].tolist()
            self._word_starts: list[int] = arrays["sense_word_starts"].tolist()
            self._words = arrays["sense_words"].astype(np.int64)
            self._row_starts: list[int] = arrays["sense_row_starts"].tolist()
            self._rows = arrays["sense_rows"].astype(np.int64)
            self._similarity = (arrays["sense_row_steps"] / STEPS).astype(np.float32)

    @staticmethod
    def build(
        vocabulary: Sequence[str], slots: NDArray[np.int32], name_lengths: NDArray[np.uint8], synonyms: Synonyms
    ) -> dict[str, NDArray[Any]]:
        """Build the arrays from the words of each row. An empty slot holds the size of the vocabulary."""
        ids = {word: number for number, word in enumerate(vocabulary)}
        phrases = _Phrases(slots, ids)
        words: dict[str, dict[int, float]] = {}
        rows: dict[str, list[tuple[NDArray[np.int64], float]]] = {}
        for alike in _same_sounds(vocabulary):
            for word in alike:
                words[word] = {ids[other]: SOUNDS_SAME for other in alike if other != word}
        for typed, senses in synonyms.senses.items():
            is_brand = typed in synonyms.brands and _is_sold(typed, synonyms, phrases)
            for sense in senses:
                weight = sense.weight * OF_BRAND if is_brand and sense.weight < STRONG else sense.weight
                if len(sense.words) == 1:
                    if (same := ids.get(sense.words[0])) is not None:
                        of_word = words.setdefault(typed, {})
                        of_word[same] = max(weight, of_word.get(same, 0))
                elif len(found := phrases.find(sense.words)):
                    rows.setdefault(typed, []).append((found, weight))
        for typed in [key for key in rows if " " in key]:  # not fewer of its own rows are read than of its synonyms'
            if len(found := phrases.find(typed.split(" "))):
                rows[typed].append((found, 1.0))
        for joined, parts in _twins(vocabulary, slots, ids):
            rows.setdefault(joined, []).append((phrases.find(parts), TWIN))
        for initials, found in _initials(vocabulary, slots, name_lengths):
            rows.setdefault(initials, []).append((found, INITIALS))
        kinds = dict.fromkeys(synonyms.categories, CATEGORY)
        for brand in synonyms.brands:
            kinds[brand] = BRAND if _is_sold(brand, synonyms, phrases) else kinds.get(brand, 0) | BRAND
        keys = sorted({*words, *rows, *(key for key in kinds if all(word in ids for word in key.split()))})
        return _arrays(keys, words, rows, kinds, np.bincount(slots.ravel(), minlength=len(vocabulary) + 1))

    def find(self, asked: Sequence[str]) -> list[Sense]:
        """Find the typed words and phrases that have senses."""
        found = []
        for first, word in enumerate(asked):
            if (key := self._keys.get(word)) is not None:
                found.append(Sense(range(first, first + 1), key, self._kinds[key], self._spread[key]))
            if (longest := self._longest.get(word)) is None:
                continue
            for count in range(2, min(longest, len(asked) - first) + 1):
                key = self._keys.get(" ".join(asked[first : first + count]))
                if key is not None:
                    found.append(Sense(range(first, first + count), key, self._kinds[key], self._spread[key]))
        return found

    def words(self, found: Sequence[Sense]) -> list[NDArray[np.int64]]:
        """Return the packed matches of senses of one word."""
        packed = []
        for sense in found:
            start, end = self._word_starts[sense.key], self._word_starts[sense.key + 1]
            if end > start:
                packed += [self._words[start:end] + (n << ASKED_BITS) for n in sense.numbers]
        return packed

    def rows(self, found: Sequence[Sense]) -> dict[int, Having]:
        """Return by number of a typed word: the rows of its senses of several words."""
        of_numbers: dict[int, Having] = {}
        for sense in found:
            start, end = self._row_starts[sense.key], self._row_starts[sense.key + 1]
            if end > start:
                own = Having(self._rows[start:end], self._similarity[start:end])
                for number in sense.numbers:
                    of_numbers[number] = _merge(of_numbers[number], own) if number in of_numbers else own
        return of_numbers

    def is_meant_by(self, sense: Sense, row: int, words: Collection[int]) -> bool:
        """Return whether a row, which has these words of the vocabulary, has what a typed word may mean.

        The category of a brand that was typed is not that brand.
        """
        if sense.kind == BRAND:
            return False
        start, end = self._word_starts[sense.key], self._word_starts[sense.key + 1]
        if any(word & WORD in words for word in self._words[start:end].tolist()):
            return True
        start, end = self._row_starts[sense.key], self._row_starts[sense.key + 1]
        return row in self._rows[start:end]


class _Phrases:
    """Finds the rows with words side by side."""

    def __init__(self, slots: NDArray[np.int32], ids: Mapping[str, int]) -> None:
        self._ids = ids
        self._width = slots.shape[1] if len(slots) else 1
        self._flat = slots.ravel()
        self._order = self._flat.argsort(kind="stable")
        self._starts = self._flat[self._order].searchsorted(np.arange(len(ids) + 1))
        self._found: dict[tuple[str, ...], NDArray[np.int64]] = {}  # many words stand for the same ones

    def find(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows, ascending, in which the words stand side by side."""
        if words[0] not in self._ids or words[-1] not in self._ids:
            return NONE.rows
        key = tuple(words)
        if (found := self._found.get(key)) is None:
            found = self._found[key] = self._look_for(key)
        return found

    def _look_for(self, words: tuple[str, ...]) -> NDArray[np.int64]:
        wanted = [self._ids.get(word) for word in words]
        if wanted[0] is None or None in wanted:
            return NONE.rows
        place = self._order[self._starts[wanted[0]] : self._starts[wanted[0] + 1]]
        place = place[place % self._width <= self._width - len(words)]
        for further, word in enumerate(wanted[1:], 1):
            place = place[self._flat[place + further] == word]
        return np.unique(place // self._width) if len(place) else NONE.rows


def _is_sold(brand: str, synonyms: Synonyms, phrases: _Phrases) -> bool:
    """Return whether the shop sells a brand.

    If people say the brand for its whole category, as `pampers`, it is a brand only to a shop that sells hardly others.
    """
    own = len(phrases.find(brand.split(" ")))
    if not own or brand not in synonyms.categories:
        return own > 0
    others = sum(len(phrases.find(sense.words)) for sense in synonyms.senses.get(brand, ()))
    return own >= LEAST_SHARE * (own + others)


def _same_sounds(vocabulary: Sequence[str]) -> list[list[str]]:
    """Return the groups of words that sound the same."""
    groups: dict[str, list[str]] = {}
    for word in vocabulary:
        if SHORTEST_SAME_SOUND <= len(word) <= LONGEST_WORD and word.isalpha():
            groups.setdefault(sound(word), []).append(word)
    return [group for group in groups.values() if len(group) > 1]


def _twins(
    vocabulary: Sequence[str], slots: NDArray[np.int32], ids: Mapping[str, int]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the words that other names write as two, such as `soklin`, with the two words."""
    none = len(vocabulary)
    left, right = slots[:, :-1].ravel().astype(np.int64), slots[:, 1:].ravel().astype(np.int64)
    is_part = np.array([len(word) >= SHORTEST_PART and word.isalpha() for word in vocabulary] + [False], bool)
    both = is_part[left] & is_part[right]
    for pair in np.unique(left[both] * (none + 1) + right[both]).tolist():
        parts = vocabulary[pair // (none + 1)], vocabulary[pair % (none + 1)]
        joined = parts[0] + parts[1]
        if joined in ids and len(joined) >= SHORTEST_TWIN:
            yield joined, parts


def _initials(
    vocabulary: Sequence[str], slots: NDArray[np.int32], name_lengths: NDArray[np.uint8]
) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield the initials of words that are often side by side in names, and the rows of the commonest such words.

    A word of the vocabulary is no initials.
    """
    if not len(slots):
        return
    letter = np.array([_letter(word) for word in vocabulary] + [0], np.int64)
    letters = np.where(np.arange(slots.shape[1]) < name_lengths[:, None], letter[slots], 0)
    known = np.array([_code(word) for word in vocabulary if len(word) <= MOST_INITIALS], np.int64)
    least = FEWEST_WITH_INITIALS + len(slots) // ROWS_FOR_ONE_MORE
    for count in range(FEWEST_INITIALS, MOST_INITIALS + 1):
        starts = range(slots.shape[1] - count + 1)
        code = np.stack([_combine(letters, start, count, LETTERS) for start in starts])
        words = np.stack([_combine(slots.astype(np.int64), start, count, HASH_FACTOR) for start in starts])
        whole = np.stack([np.logical_and.reduce(letters[:, start : start + count] > 0, axis=1) for start in starts])
        whole &= ~np.isin(code, known)
        rows = np.nonzero(whole)[1]
        code, words = code[whole], words[whole]
        _, which, often = np.unique(words, return_inverse=True, return_counts=True)
        often = often[which]
        enough = often >= least
        code, rows, often = code[enough], rows[enough], often[enough]
        order = np.lexsort((rows, -often, code))
        code, rows = code[order], rows[order]
        bounds = np.append(np.nonzero(np.append(True, code[1:] != code[:-1]))[0], len(code)) if len(code) else [0]
        for start, end in pairwise(bounds):
            yield _text(int(code[start]), count), np.unique(rows[start : min(end, start + MOST_ROWS)])


def _combine(values: NDArray[np.int64], start: int, count: int, factor: int) -> NDArray[np.int64]:
    """Return for each row one number that stands for its `count` values from the column `start`."""
    total = values[:, start].copy()
    for place in range(start + 1, start + count):
        total *= factor
        total += values[:, place]
    return total


def _letter(word: str) -> int:
    """Return the digit of a word's first letter, or 0 if the word is no initials' word, such as a number."""
    return ord(word[0]) - ord("a") + 1 if "a" <= word[0] <= "z" and word.isalpha() else 0


def _code(word: str) -> int:
    """Return the number that stands for a word as initials would be: `dss` for D, S and S."""
    code = 0
    for letter in word:
        code = code * LETTERS + _letter(letter)
    return code


def _text(code: int, count: int) -> str:
    """Return the `count` initials that a number stands for."""
    letters = [chr(ord("a") - 1 + code // LETTERS**place % LETTERS) for place in range(count)]
    return "".join(reversed(letters))


def _merge(*every: Having) -> Having:
    """Merge the rows of several senses. A row of more than one keeps the highest similarity."""
    rows, similarity = (np.concatenate(parts) for parts in zip(*every, strict=True))
    order = np.lexsort((-similarity, rows))
    rows, similarity = rows[order], similarity[order]
    is_first = np.append(True, rows[1:] != rows[:-1])
    return Having(rows[is_first], similarity[is_first])


def _arrays(
    keys: Sequence[str],
    words: Mapping[str, Mapping[int, float]],
    rows: Mapping[str, Sequence[tuple[NDArray[np.int64], float]]],
    kinds: Mapping[str, int],
    frequency: NDArray[np.int64],
) -> dict[str, NDArray[Any]]:
    packed = [
        np.array([(steps(weight) << WORD_BITS) + word for word, weight in words.get(key, {}).items()], np.int64)
        for key in keys
    ]
    having: list[Having] = []
    spread = []
    for key in keys:
        least = 0 if kinds.get(key, 0) & CATEGORY else STRONG
        spread.append(
            sum(int(frequency[word]) for word, weight in words.get(key, {}).items() if weight >= least)
            + sum(len(found) for found, weight in rows.get(key, ()) if weight >= least)
        )
        every = [Having(found, np.full(len(found), weight, np.float32)) for found, weight in rows.get(key, ())]
        having.append(_merge(*every) if len(every) > 1 else every[0] if every else NONE)
    return {
        "sense_keys": np.frombuffer("\n".join(keys).encode(), np.uint8),
        "sense_kinds": np.array([kinds.get(key, 0) for key in keys], np.uint8),
        "sense_spread": np.array(spread, np.int32),
        "sense_word_starts": np.cumsum([0, *map(len, packed)], dtype=np.int64),
        "sense_words": np.concatenate([np.empty(0, np.int64), *packed]),
        "sense_row_starts": np.cumsum([0, *(len(found) for found, _ in having)], dtype=np.int64),
        "sense_rows": np.concatenate([np.empty(0, np.int64), *(found for found, _ in having)]).astype(np.int32),
        "sense_row_steps": np.concatenate([np.empty(0, np.int64), *(some * STEPS for _, some in having)]).astype(
            np.uint16
        ),
    }
