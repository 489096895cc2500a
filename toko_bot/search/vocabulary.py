"""The distinct words of all names, and which of them a typed word may mean.

A typed word is compared with the vocabulary, never with the names: 100,000 names have some 43,000 distinct words, and
ten times the names have six times the words. Each way to write a word differently is looked up, not searched for:

- a hash table of keys that every word leaves behind: itself and itself without one letter (a slip in either word leads
  to a key that both share), its consonant skeleton, its skeleton without one consonant, its letters in the order of the
  alphabet, and those without one (two slips, or letters in the wrong order);
- contiguous ranges of the vocabulary in two orders: by the word (what begins like it) and by the skeleton;
- trigrams, for a word that nothing else finds.

The cost grows with the length of the typed word, not with the vocabulary, but for the trigrams and for short
beginnings, whose ranges do.
"""

import zlib
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from toko_bot.search.slips import is_likely_slip
from toko_bot.search.text import is_number, skeleton

LONGEST_COUNTED = 63
"""Letters; a longer word counts as one of so many."""
LONGEST_WORD = 32
"""Letters of a typed word that are compared."""
HEAD = 8
"""Bytes of a word that are its sorting key: a uint64, big-endian, padded with zeros."""
WORDS_AT_ONCE = 1000
"""Words made into Python strings at a time while loading, so that other threads get their turn in between."""

WHOLE, SKELETON, PART_OF_SKELETON, LETTERS = 0, 0x8080_8080, 0xFFFF_FFFF, 0xC0C0_C0C0
"""Kinds of keys: what the CRC of a key starts from. Starts that differ by less are made up for by other letters."""

SLIP, SAME, SAME_WITH_VOWELS, APART, APART_WITH_VOWELS = range(5)
"""What a typed word and one found by a key of it are to each other: their letters but one are the same, their skeletons
are, their skeletons but for one consonant; the typed word is itself a skeleton, or has vowels."""
KINDS = 8
LIKE_SKELETON = np.array([0, 0.85, 0.72, 0.64, 0.5], np.float32)
LIKE_WORD = np.array([0, 0.85, 0.5, 0.64, 0.2], np.float32)
"""How like each kind is, if the found word is a skeleton, and if it has vowels; slips are compared by themselves."""
PER_SHARE = 0.4
"""A word and a beginning of it are more alike the more of it the beginning is: by so much times its share."""
SKELETON_BEGINNING = 0.45
LONGER_THAN_WORD = 0.3
JOINED = 0.95
UNITLESS = 0.9
LONGEST_SIZE = 6
"""Characters of a number that may be a size without its unit."""
PER_SLIP, SHORT_WORDS_MORE = 1.25, 1.5
"""A slip costs the first, divided by the letters and the second."""
UNLIKELY_SLIP = 0.05
MOST_SLIPS = 2
LEAST = 0.3
CLEAR = 0.6
"""A word with no candidate as alike as this is looked for by its trigrams as well."""
SHORTEST_BEGINNING = 3
SHORTEST_LETTERS = 6
"""Letters of a word that may be typed with two slips."""
SHORTEST_PART, SHORTEST_OF_TWO = 2, 7
MOST_OF_A_SKELETON = 600
"""Words; a skeleton of two consonants may begin thousands of words, and means none of them."""
MOST_BY_TRIGRAMS = 30
MOST_TRIGRAM_WORDS = 20_000
SHORTEST_FOR_TRIGRAMS = 4


def _beginning_like(least: float, per_share: float) -> NDArray[np.float32]:
    """By letters typed (first axis) and letters of the word (second)."""
    typed, lengths = np.arange(HEAD + 1)[:, None], np.arange(1, LONGEST_COUNTED + 2)
    shares = np.roll(np.minimum(typed / lengths, 1), 1, axis=1)  # length 0 does not occur
    return (least + per_share * shares).astype(np.float32)


BEGINNING_LIKE = _beginning_like(0.5, 0.4)
LAST_BEGINNING_LIKE = _beginning_like(0.75, 0.2)
"""How like a beginning and a word are: the word typed last may not be finished."""


class Beginning(NamedTuple):
    """All words from `start` up to `end` begin with the typed word number `asked`."""

    asked: int
    start: int
    end: int


class Matches(NamedTuple):
    """Which words each typed word may mean. The arrays are parallel, ordered by `asked`, then by `similarity`."""

    asked: NDArray[np.int64]
    word: NDArray[np.int64]
    similarity: NDArray[np.float32]
    """1 is the word itself."""
    beginnings: list[Beginning]


class Vocabulary:
    """Words in the order of their UTF-8 bytes; a word's id is its place. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the arrays of `build`."""
        self._arrays = dict(arrays)
        text = arrays["words"].tobytes()
        self.words: list[str] = []
        self._ids: dict[str, int] = {}
        for start, end in pairwise([*range(0, len(ends := arrays["word_ends"]), WORDS_AT_ONCE), len(ends)]):
            first = int(ends[start - 1]) + 1 if start else 0
            some = text[first : int(ends[end - 1])].decode().split("\n")
            self._ids.update(zip(some, range(start, end), strict=True))
            self.words += some
        self.lengths = arrays["word_lengths"].astype(np.float32)
        self.capped_lengths = np.minimum(arrays["word_lengths"], LONGEST_COUNTED).astype(np.int32)
        self._heads = arrays["word_heads"]
        self._skeleton_order = arrays["skeleton_order"].astype(np.int64)
        self._skeleton_heads = arrays["skeleton_heads"]
        self._skeleton_lengths = arrays["skeleton_lengths"].astype(np.float32)
        self._keys = arrays["keys"]
        self._key_words = arrays["key_words"]
        self._key_starts = arrays["key_starts"]
        self._key_ends = self._key_starts[1:]
        self._shift = np.uint32(
            33 - len(self._key_starts).bit_length()
        )  # a bucket for each value of a key's upper bits
        self._trigrams = arrays["trigrams"]
        self._trigram_starts = arrays["trigram_starts"]
        self._trigram_words = arrays["trigram_words"]

    @classmethod
    def build(cls, distinct: Iterable[str]) -> Self:
        """Of distinct words, in any order."""
        words = sorted(distinct, key=str.encode)
        encoded = [word.encode() for word in words]
        skeletons = [b"" if is_number(word) else skeleton(word).encode() for word in words]
        by_skeleton = sorted(range(len(words)), key=skeletons.__getitem__)
        keys, key_words = _keys_of(encoded, skeletons)
        trigrams, trigram_starts, trigram_words = _trigram_lists(words)
        return cls(
            {
                "words": np.frombuffer(b"\n".join(encoded), np.uint8),
                "word_ends": np.cumsum([len(word) + 1 for word in encoded], dtype=np.int64) - 1,
                "word_lengths": np.array([min(len(word), 255) for word in words], np.uint8),
                "word_heads": np.array([_head(word) for word in encoded], np.uint64),
                "skeleton_order": np.array(by_skeleton, np.int32),
                "skeleton_heads": np.array([_head(skeletons[i]) for i in by_skeleton], np.uint64),
                "skeleton_lengths": np.array([min(len(s), 255) for s in skeletons], np.uint8),
                "keys": keys,
                "key_words": key_words,
                "key_starts": _bucket_starts(keys),
                "trigrams": trigrams,
                "trigram_starts": trigram_starts,
                "trigram_words": trigram_words,
            }
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What the constructor takes."""
        return self._arrays

    def __len__(self) -> int:
        return len(self.words)

    def id_of(self, word: str) -> int | None:
        """The id of a word that is in the vocabulary."""
        return self._ids.get(word)

    def match(self, asked: Sequence[str], thorough: Container[int] = ()) -> Matches:
        """What each typed word may mean; `asked` are words as `text.words` gives them.

        A word that is in the vocabulary is taken for what it says, for an abbreviation or a beginning; only the
        `thorough` ones, by number, are also taken for a slip of another, and looked for by trigrams if nothing is like.
        """
        found = _Found()
        beginnings = self._beginnings(asked)
        keys: list[int] = []
        kinds: list[int] = []  # of each key: the number of the typed word, times KINDS, and the kind
        abbreviated: list[int] = []
        for number, word in enumerate(asked):
            same = self._ids.get(word)
            if same is not None:
                found.add(number, same, 1.0)
            if is_number(word):
                self._match_number(number, word, found)
                continue
            length = len(word)
            for end in range(SHORTEST_BEGINNING, min(length, LONGEST_WORD)):
                shorter = self._ids.get(word[:end])
                if shorter is not None:
                    found.add(number, shorter, LONGER_THAN_WORD + PER_SHARE * end / length)
            if length < 2:
                continue
            if number + 1 < len(asked):
                joined = self._ids.get(word + asked[number + 1])
                if joined is not None:
                    found.add(number, joined, JOINED)
                    found.add(number + 1, joined, JOINED)
            consonants = skeleton(word)
            is_short = consonants == word
            if is_short:
                abbreviated.append(number)
            _add_skeleton_keys(consonants.encode()[:LONGEST_WORD], number, is_short, keys, kinds)
            if same is None or number in thorough:
                may_be_two = same is None and number in thorough
                _add_slip_keys(word.encode()[:LONGEST_WORD], number, may_be_two, keys, kinds)
        self._match_keys(asked, keys, kinds, found)
        self._match_skeleton_beginnings(asked, abbreviated, found)
        matches = found.ordered(beginnings)
        unclear = [number for number in self.unclear(asked, matches) if number in thorough] if thorough else []
        if unclear:
            for number in unclear:
                self._match_trigrams(number, asked[number], found)
            matches = found.ordered(beginnings)
        return matches

    def split(self, word: str, stands_together: Callable[[int, int], bool]) -> tuple[str, str] | None:
        """Two words that were typed as one, of an unknown word: both known, and side by side in some name."""
        if len(word) < SHORTEST_OF_TWO:
            return None
        found = [
            (min(place, len(word) - place), word[:place], word[place:])
            for place in range(SHORTEST_PART, min(len(word), LONGEST_WORD) - SHORTEST_PART + 1)
            if (first := self._ids.get(word[:place])) is not None
            and (second := self._ids.get(word[place:])) is not None
            and stands_together(first, second)
        ]
        return max(found)[1:] if found else None

    def split_off(self, word: str) -> tuple[str, str] | None:
        """The longest known beginning of an unknown word, and the rest of it, if both are long enough."""
        for place in range(min(len(word), LONGEST_WORD) - SHORTEST_BEGINNING, SHORTEST_FOR_TRIGRAMS - 1, -1):
            if word[:place] in self._ids:
                return word[:place], word[place:]
        return None

    def _match_number(self, number: int, word: str, found: "_Found") -> None:
        """`600` also asks for 600 ml and 600 g, `5` for 5 kg and 5 l."""
        if not word.replace(".", "").isdecimal() or len(word) > LONGEST_SIZE:
            return
        thousandfold = f"{float(word) * 1000:.10g}"
        for size in (f"{word}g", f"{word}ml", f"{thousandfold}g", f"{thousandfold}ml"):
            with_unit = self._ids.get(size)
            if with_unit is not None:
                found.add(number, with_unit, UNITLESS)

    def _match_keys(self, asked: Sequence[str], keys: list[int], kinds: list[int], found: "_Found") -> None:
        if not keys:
            return
        wanted = np.array(keys, np.uint32)
        bucket = wanted >> self._shift
        start = self._key_starts.take(bucket)
        source, place = spread(start, self._key_ends.take(bucket) - start)
        same = (self._keys.take(place) == wanted.take(source)).nonzero()[0]
        if not len(same):
            return
        words = self._key_words.take(place.take(same))
        kind = np.array(kinds).take(source.take(same))
        numbers = kind // KINDS
        kind %= KINDS
        without_vowels = self.lengths.take(words) == self._skeleton_lengths.take(words)
        alike = np.where(without_vowels, LIKE_SKELETON.take(kind), LIKE_WORD.take(kind))
        slips = (kind == SLIP).nonzero()[0]
        if len(slips):
            alike[slips] = self._compare_slips(asked, numbers.take(slips).tolist(), words.take(slips))
        found.add_all(numbers, words, alike)

    def _compare_slips(self, asked: Sequence[str], numbers: list[int], words: NDArray[Any]) -> NDArray[Any]:
        """How like typed words other words are that share a key with them."""
        typed = [asked[number] for number in numbers]
        meant = [self.words[word] for word in words.tolist()]
        slips = cpdist(typed, meant, scorer=OSA.distance, dtype=np.int32)
        longer = np.maximum(self.lengths.take(words), [len(word) for word in typed])
        alike = 1 - PER_SLIP * slips / (longer + SHORT_WORDS_MORE)
        for one in (slips == 1).nonzero()[0].tolist():
            if not is_likely_slip(typed[one], meant[one]):
                alike[one] -= UNLIKELY_SLIP
        alike[slips > MOST_SLIPS] = 0
        return alike

    def _match_skeleton_beginnings(self, asked: Sequence[str], abbreviated: list[int], found: "_Found") -> None:
        numbers = [number for number in abbreviated if len(asked[number].encode()) <= HEAD]
        if not numbers:
            return
        ranges = _ranges(self._skeleton_heads, [asked[number] for number in numbers])
        for number, (start, end) in zip(numbers, ranges, strict=True):
            if 0 < end - start <= MOST_OF_A_SKELETON:
                words = self._skeleton_order[start:end]
                share = len(asked[number]) / self._skeleton_lengths.take(words)
                found.add_all(np.full(end - start, number), words, SKELETON_BEGINNING + PER_SHARE * share)

    def _beginnings(self, asked: Sequence[str]) -> list[Beginning]:
        last = len(asked) - 1
        numbers = [
            number
            for number, word in enumerate(asked)
            if len(word.encode()) <= HEAD and (number == last or word not in self._ids or len(word) <= 4)
        ]
        if not numbers:
            return []
        ranges = _ranges(self._heads, [asked[number] for number in numbers])
        return [
            Beginning(number, start, end) for number, (start, end) in zip(numbers, ranges, strict=True) if end > start
        ]

    def unclear(self, asked: Sequence[str], matches: Matches) -> list[int]:
        """The typed words that nothing is like."""
        clear = set(matches.asked[matches.similarity >= CLEAR].tolist()).union(b.asked for b in matches.beginnings)
        return [
            number
            for number, word in enumerate(asked)
            if number not in clear and len(word) >= SHORTEST_FOR_TRIGRAMS and not is_number(word)
        ]

    def _match_trigrams(self, number: int, word: str, found: "_Found") -> None:
        """The words that share most trigrams with a typed one."""
        wanted = np.array(_trigrams_of(word[:LONGEST_WORD]), np.uint32)
        places = np.searchsorted(self._trigrams, wanted)
        known = places[self._trigrams.take(places, mode="clip") == wanted] if len(self._trigrams) else places[:0]
        start = self._trigram_starts.take(known)
        count = self._trigram_starts.take(known + 1) - start
        rarest = np.argsort(count, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(count.take(rarest)), MOST_TRIGRAM_WORDS, "right")))]
        _, place = spread(start.take(rarest), count.take(rarest))
        if not len(place):
            return
        shared = np.bincount(self._trigram_words.take(place), minlength=len(self))
        best = (shared > 1).nonzero()[0]
        if not len(best):
            return
        best = best[np.argsort(-shared.take(best), kind="stable")[:MOST_BY_TRIGRAMS]]
        meant = [self.words[i] for i in best.tolist()]
        alike = cpdist([word] * len(meant), meant, scorer=OSA.normalized_similarity, dtype=np.float32)
        found.add_all(np.full(len(best), number), best, alike * CLEAR)


class _Found:
    """Collects matches."""

    def __init__(self) -> None:
        self._singles: tuple[list[int], list[int], list[float]] = [], [], []
        self._asked: list[NDArray[Any]] = []
        self._word: list[NDArray[Any]] = []
        self._similarity: list[NDArray[Any]] = []

    def add(self, asked: int, word: int, similarity: float) -> None:
        """One match."""
        self._singles[0].append(asked)
        self._singles[1].append(word)
        self._singles[2].append(similarity)

    def add_all(self, asked: NDArray[Any], word: NDArray[Any], similarity: NDArray[Any]) -> None:
        """Many at once, as parallel arrays."""
        self._asked.append(asked)
        self._word.append(word)
        self._similarity.append(similarity)

    def ordered(self, beginnings: list[Beginning]) -> Matches:
        """All so far."""
        asked = np.concatenate([np.array(self._singles[0], np.int64), *self._asked])
        word = np.concatenate([np.array(self._singles[1], np.int64), *self._word])
        similarity = np.concatenate([np.array(self._singles[2], np.float32), *self._similarity])
        order = np.argsort(asked + 0.99 * similarity)
        similarity = similarity.take(order)
        if len(similarity) and similarity.min() < LEAST:
            order = order[similarity >= LEAST]
            similarity = similarity[similarity >= LEAST]
        return Matches(asked.take(order), word.take(order), similarity.astype(np.float32), beginnings)


def spread(start: NDArray[Any], count: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All places of some slices, slice after slice: which slice each belongs to, and the place."""
    total = int(count.sum())
    source = np.arange(len(start)).repeat(count)
    place = np.arange(total)
    place += (start - count.cumsum() + count).repeat(count)
    return source, place


def _keys_of(words: Sequence[bytes], skeletons: Sequence[bytes]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """The keys that words leave behind, sorted, and whose each is."""
    keys: list[int] = []
    owners: list[int] = []
    for owner, (word, consonants) in enumerate(zip(words, skeletons, strict=True)):
        if not consonants:
            continue  # a number is what it is
        left = {zlib.crc32(word, WHOLE)}
        if SHORTEST_BEGINNING <= len(word) <= LONGEST_WORD:
            left.update(_without_one(word, WHOLE))
        if len(consonants) > 1:
            left.add(zlib.crc32(consonants, SKELETON))
        if SHORTEST_BEGINNING < len(consonants) <= LONGEST_WORD:
            left.update(_without_one(consonants, PART_OF_SKELETON)[1:])
        if SHORTEST_LETTERS <= len(word) <= LONGEST_WORD:
            left.update(_letter_keys(word))
        keys += left
        owners += [owner] * len(left)
    unsorted = np.array(keys, np.uint32)
    order = np.argsort(unsorted, kind="stable")
    return unsorted[order], np.array(owners, np.int32)[order]


def _letter_keys(word: bytes) -> list[int]:
    letters = bytes(sorted(word))
    return [zlib.crc32(letters, LETTERS), *_without_one(letters, LETTERS)]


def _bucket_starts(keys: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Where the keys of each value of their upper bits start: about one key a bucket."""
    bits = min(24, max(1, len(keys).bit_length()))
    return np.searchsorted(keys, np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(32 - bits)).astype(np.int32)


def _without_one(word: bytes, kind: int) -> list[int]:
    return [zlib.crc32(word[:i] + word[i + 1 :], kind) for i in range(len(word))]


def _add_slip_keys(word: bytes, number: int, may_be_two: bool, keys: list[int], kinds: list[int]) -> None:
    before = len(keys)
    if may_be_two and len(word) >= SHORTEST_LETTERS:
        keys += _letter_keys(word)
    keys.append(zlib.crc32(word, WHOLE))
    if len(word) >= SHORTEST_BEGINNING:
        keys += _without_one(word, WHOLE)
    kinds += [number * KINDS + SLIP] * (len(keys) - before)


def _add_skeleton_keys(consonants: bytes, number: int, is_short: bool, keys: list[int], kinds: list[int]) -> None:
    if len(consonants) < 2:
        return
    keys.append(zlib.crc32(consonants, SKELETON))
    kinds.append(number * KINDS + (SAME if is_short else SAME_WITH_VOWELS))
    if len(consonants) >= SHORTEST_BEGINNING:
        before = len(keys)
        keys.append(zlib.crc32(consonants, PART_OF_SKELETON))
        if len(consonants) > SHORTEST_BEGINNING:
            keys += _without_one(consonants, SKELETON)[1:]
        kinds += [number * KINDS + (APART if is_short else APART_WITH_VOWELS)] * (len(keys) - before)


def _ranges(heads: NDArray[np.uint64], beginnings: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words that begin with each of some texts are, of at most HEAD bytes each."""
    bounds: list[int] = []
    for beginning in beginnings:
        encoded = beginning.encode()
        least = _head(encoded)
        bounds += (least, least + (1 << 8 * (HEAD - len(encoded))))  # no byte of UTF-8 is so high that this overflows
    places = heads.searchsorted(np.array(bounds, np.uint64)).tolist()
    return list(zip(places[::2], places[1::2], strict=True))


def _head(word: bytes) -> int:
    return int.from_bytes(word[:HEAD].ljust(HEAD, b"\0"), "big")


def _trigrams_of(word: str) -> list[int]:
    """Hashes of the distinct trigrams of a word, its beginning and end marked."""
    marked = f" {word} "
    return list({zlib.crc32(marked[i : i + 3].encode()) for i in range(len(marked) - 2)})


def _trigram_lists(words: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32]]:
    """Sorted trigrams, where the words of each start (one more at the end), and the words."""
    hashes: list[int] = []
    owners: list[int] = []
    for owner, word in enumerate(words):
        if len(word) < SHORTEST_FOR_TRIGRAMS - 1 or len(word) > LONGEST_WORD or is_number(word):
            continue
        grams = _trigrams_of(word)
        hashes += grams
        owners += [owner] * len(grams)
    unsorted = np.array(hashes, np.uint32)
    order = np.argsort(unsorted, kind="stable")
    trigrams, starts = np.unique(unsorted[order], return_index=True)
    return trigrams, np.append(starts, len(order)).astype(np.int32), np.array(owners, np.int32)[order]
