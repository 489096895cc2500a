"""Finds what words and phrases mean in a shop's names, for the arrays that `senses.py` uses."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.language.synonyms import Synonyms
from toko_core.search.text import LONGEST_WORD
from toko_core.search.words.matches import ALL_STEPS, STEP_BITS, STEPS, likes
from toko_core.search.words.senses import BRAND, CATEGORY
from toko_core.search.words.sounds import SAME as SOUNDS_SAME

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
NO_ROWS = np.empty(0, np.int64)


class _Meaning(NamedTuple):
    """What a word or phrase means besides itself."""

    words: dict[int, float]
    """The words of the vocabulary, by id, and their weights."""
    rows: list[tuple[NDArray[np.int64], float]]
    """Rows, ascending, that have several words side by side, and the weight of these words."""


class _Meanings(dict[str, _Meaning]):
    """The meaning of each word and phrase."""

    def __missing__(self, typed: str) -> _Meaning:
        meaning = self[typed] = _Meaning({}, [])
        return meaning


def build_senses(
    vocabulary: Sequence[str],
    spoken: Sequence[str],
    slots: NDArray[np.int32],
    name_lengths: NDArray[np.uint8],
    synonyms: Synonyms,
) -> dict[str, NDArray[Any]]:
    """Build the arrays of `Senses` from the vocabulary, how its words sound, and the words of each row.

    An empty slot holds the size of the vocabulary.
    """
    ids = {word: number for number, word in enumerate(vocabulary)}
    phrases = _Phrases(slots, ids)
    meanings = _Meanings()
    for alike in _same_sounds(vocabulary, spoken):
        for word in alike:
            meanings[word].words.update((ids[other], SOUNDS_SAME) for other in alike if other != word)
    _add_synonyms(meanings, synonyms, phrases)
    for joined, parts in _twins(vocabulary, slots, ids):
        meanings[joined].rows.append((phrases.find(parts), TWIN))
    for initials, found in _initials(vocabulary, slots, name_lengths):
        meanings[initials].rows.append((found, INITIALS))
    kinds = dict.fromkeys(synonyms.categories, CATEGORY)
    for brand in synonyms.brands:
        kinds[brand] = BRAND if _is_sold(brand, synonyms, phrases) else kinds.get(brand, 0) | BRAND
    keys = sorted({*meanings, *(key for key in kinds if all(word in ids for word in key.split()))})
    every = [meanings[key] for key in keys]
    return {
        "sense_keys": np.frombuffer("\n".join(keys).encode(), np.uint8),
        **_arrays(every, np.array([kinds.get(key, 0) for key in keys], np.uint8), phrases.frequency, len(slots)),
    }


class _Phrases:
    """Finds the rows with words side by side. A row has each of its words once."""

    def __init__(self, slots: NDArray[np.int32], ids: Mapping[str, int]) -> None:
        self.ids = ids
        self._width = slots.shape[1]
        self._order = slots.ravel().argsort(kind="stable")
        self.frequency = np.bincount(slots.ravel(), minlength=len(ids) + 1)
        """How many rows have each word."""
        self._starts = np.append(0, self.frequency.cumsum())
        after = np.full(slots.shape, len(ids), np.int32)
        after[:, :-1] = slots[:, 1:]
        self._next = after.ravel()
        self._found: dict[tuple[str, ...], NDArray[np.int64]] = {}  # many words stand for the same ones

    def find(self, words: tuple[str, ...]) -> NDArray[np.int64]:
        """Return the rows, ascending, in which the words stand side by side."""
        if (found := self._found.get(words)) is None:
            found = self._found[words] = self._look_for(words)
        return found

    def count(self, words: tuple[str, ...]) -> int:
        """Return how many rows `find` returns."""
        if len(words) > 1:
            return len(self.find(words))
        return int(self.frequency[self.ids[words[0]]]) if words[0] in self.ids else 0

    def _look_for(self, words: tuple[str, ...]) -> NDArray[np.int64]:
        first, *further = [self.ids.get(word, -1) for word in words]
        if first < 0 or -1 in further:
            return NO_ROWS
        place = self._order[self._starts[first] : self._starts[first + 1]]
        for number, word in enumerate(further):
            place = place[self._next[place + number] == word]
        rows: NDArray[np.int64] = place // self._width
        return rows


def _add_synonyms(meanings: _Meanings, synonyms: Synonyms, phrases: _Phrases) -> None:
    """Add the synonyms that names have, as words or phrases."""
    ids = phrases.ids
    for typed, senses in synonyms.senses.items():
        is_brand = typed in synonyms.brands and _is_sold(typed, synonyms, phrases)
        for words, strength in senses:
            weight = strength * OF_BRAND if is_brand and strength < STRONG else strength
            if len(words) == 1:
                if (same := ids.get(words[0])) is not None:
                    meant = meanings[typed].words
                    meant[same] = max(weight, meant.get(same, 0))
            elif len(found := phrases.find(words)):
                meanings[typed].rows.append((found, weight))
    for typed, meaning in meanings.items():  # not fewer of its own rows are read than of its synonyms'
        if " " in typed and meaning.rows and len(found := phrases.find(tuple(typed.split(" ")))):
            meaning.rows.append((found, 1.0))


def _is_sold(brand: str, synonyms: Synonyms, phrases: _Phrases) -> bool:
    """Return whether the shop sells a brand.

    If people say the brand for its whole category, as `pampers`, it is a brand only to a shop that sells hardly others.
    """
    own = phrases.count(tuple(brand.split(" ")))
    if not own or brand not in synonyms.categories:
        return own > 0
    others = sum(phrases.count(sense.words) for sense in synonyms.senses.get(brand, ()))
    return own >= LEAST_SHARE * (own + others)


def _same_sounds(vocabulary: Sequence[str], spoken: Sequence[str]) -> list[list[str]]:
    """Return the groups of words that sound the same."""
    groups: dict[str, list[str]] = {}
    for word, sounds in zip(vocabulary, spoken, strict=True):
        if SHORTEST_SAME_SOUND <= len(word) <= LONGEST_WORD and word.isalpha():
            groups.setdefault(sounds, []).append(word)
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
    rows, width = slots.shape
    letter = np.array([_letter(word) for word in vocabulary] + [0], np.int64)
    letters = np.zeros((rows, width + 1), np.int64)  # a 0 ends each row
    letters[:, :width] = np.where(np.arange(width) < name_lengths[:, None], letter[slots], 0)
    letters = letters.ravel()
    known = np.array([_code(word) for word in vocabulary if len(word) <= MOST_INITIALS], np.int64)
    least = FEWEST_WITH_INITIALS + rows // ROWS_FOR_ONE_MORE
    place = letters.nonzero()[0]
    code = letters[place]
    row = place // (width + 1)
    words = slots.ravel().astype(np.int64)
    side_by_side = words[place - row]
    for count in range(FEWEST_INITIALS, MOST_INITIALS + 1):
        whole = letters[place + count - 1] > 0
        place, row = place[whole], row[whole]
        last = place + count - 1
        code = code[whole] * LETTERS + letters[last]
        side_by_side = side_by_side[whole] * HASH_FACTOR + words[last - row]
        _, which, often = np.unique(side_by_side, return_inverse=True, return_counts=True)
        often = often[which]
        enough = (often >= least) & ~np.isin(code, known)
        yield from _commonest(code[enough], often[enough], row[enough], count, rows)


def _commonest(
    code: NDArray[np.int64], often: NDArray[np.int64], row: NDArray[np.int64], count: int, rows: int
) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield each code's `count` initials and its rows, at most MOST_ROWS, those of the commonest words first."""
    order = np.lexsort((row, -often, code))
    code, row = code[order], row[order]
    rank = np.arange(len(code)) - code.searchsorted(code)
    first = rank < MOST_ROWS
    code, row = np.divmod(np.unique(code[first] * rows + row[first]), max(rows, 1))
    found, starts = np.unique(code, return_index=True)
    for one, (start, end) in zip(found.tolist(), pairwise([*starts.tolist(), len(code)]), strict=True):
        yield _text(one, count), row[start:end]


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


def _arrays(
    meanings: Sequence[_Meaning], kinds: NDArray[np.uint8], frequency: NDArray[np.int64], rows: int
) -> dict[str, NDArray[Any]]:
    """Convert the meanings of the keys, in their order, to arrays."""
    least = np.where(kinds & CATEGORY, 0, STRONG)
    of_words = np.arange(len(meanings)).repeat([len(meaning.words) for meaning in meanings])
    words = np.array([word for meaning in meanings for word in meaning.words], np.int64)
    weights = np.array([weight for meaning in meanings for weight in meaning.words.values()], np.float64)
    of_rows = np.arange(len(meanings)).repeat([len(meaning.rows) for meaning in meanings])
    found = [found for meaning in meanings for found, _ in meaning.rows]
    lengths = np.array([len(each) for each in found], np.int64)
    row_weights = np.array([weight for meaning in meanings for _, weight in meaning.rows], np.float64)
    spread = np.bincount(of_words, frequency[words] * (weights >= least[of_words]), len(meanings))
    spread = spread + np.bincount(of_rows, lengths * (row_weights >= least[of_rows]), len(meanings))
    # A row of several senses keeps the highest similarity.
    place = of_rows.repeat(lengths) * rows + np.concatenate([NO_ROWS, *found])
    steps = (row_weights.astype(np.float32) * STEPS).astype(np.int64).repeat(lengths)
    having = np.sort(place << STEP_BITS | (ALL_STEPS - steps))
    place = having >> STEP_BITS
    is_first = np.append(True, place[1:] != place[:-1])[: len(place)]
    key, row = np.divmod(place[is_first], max(rows, 1))
    return {
        "sense_kinds": kinds,
        "sense_spread": spread.astype(np.int32),
        "sense_word_starts": _starts(of_words, len(meanings)),
        "sense_words": likes(weights) + words,
        "sense_row_starts": _starts(key, len(meanings)),
        "sense_rows": row.astype(np.int32),
        "sense_row_steps": (ALL_STEPS - (having[is_first] & ALL_STEPS)).astype(np.uint16),
    }


def _starts(keys: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return where the entries of each of `count` keys start, and where the last ends."""
    return np.append(0, np.bincount(keys, minlength=count).cumsum())
