"""Makes searches with a known answer from the names of a shop, as people type them.

exact          the whole name
prefix         its first word and half of the second, as in the middle of typing
typo1, typo2   a typo in one word, and in two
reorder, drop  its words in another order, and without one of them
concat         two neighbouring words written as one
abbrev         its words shortened as on a receipt
size           up to three of its words, and the pack size in another notation
rare           a single word that hardly any name has, with a typo
short_typo     two of its words that hardly any other name shares, one with a typo
short_abbr     two such words, shortened to their consonants
"""

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from random import Random

from benchmarks.search.typos import consonants, make_typo, other_size, shortened, shortened_brand

CASES_OF_A_KIND = 300
LEAST_WORDS, MOST_WORDS, LEAST_PLAIN = 3, 9, 2
"""The number of words in a name for searches. Plain words consist of letters only, at least four."""
RARE_NAMES, RARE_LENGTH = 3, 5
"""A rare word is in at most RARE_NAMES names, and has at least RARE_LENGTH letters."""
SHARED_NAMES = 5
"""Two words count as shared by hardly any name if at most this many names have both."""
MOST_LOOKED_AT = 20_000
"""The most names that are tried for a kind. In names of few words, trying more does not find more rare combinations."""
ABBREVIATED, BRAND_ABBREVIATED = 0.85, 0.4

_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class SearchCase:
    """One search. It is answered if a name equal to `target`, ignoring case, is among the first ten."""

    kind: str
    query: str
    target: str


def make_cases(names: Sequence[str], seed: int, of_a_kind: int = CASES_OF_A_KIND) -> list[SearchCase]:
    """Make at most `of_a_kind` searches of each kind. The same names and seed give the same searches.

    A kind that the names do not allow is left out.
    """
    usable = [name for name in names if _is_usable(name)]
    frequent = _Postings(names)
    makers: dict[str, Callable[[str, Random], str | None]] = {
        **_MAKERS,
        "short_typo": frequent.short_typo,
        "short_abbr": frequent.short_abbr,
    }
    cases = [SearchCase(k, q, t) for k, make in makers.items() for q, t in _made(k, make, usable, seed, of_a_kind)]
    rare = (SearchCase("rare", query, target) for query, target in frequent.rare(Random(f"rare {seed}")))
    return cases + list(islice(rare, of_a_kind))


def _made(
    kind: str, make: Callable[[str, Random], str | None], names: Sequence[str], seed: int, count: int
) -> Iterator[tuple[str, str]]:
    """Make queries of one kind and their targets, from names drawn for this kind."""
    rng = Random(f"{kind} {seed}")
    drawn = rng.sample(names, min(len(names), MOST_LOOKED_AT))
    queries = ((make(name, rng), name) for name in drawn)
    return islice(((query, name) for query, name in queries if query), count)


def _exact(name: str, _: Random) -> str:
    return name


def _prefix(name: str, _: Random) -> str:
    first, second, *_others = _words(name)
    return f"{first} {second[: max(1, (len(second) + 1) // 2)]}"


def _typo1(name: str, rng: Random) -> str:
    return _with_typos(name, 1, rng)


def _typo2(name: str, rng: Random) -> str:
    return _with_typos(name, 2, rng)


def _with_typos(name: str, count: int, rng: Random) -> str:
    words = _words(name)
    for place in rng.sample(_plain_places(words), count):
        words[place] = make_typo(words[place], rng)
    return " ".join(words)


def _reorder(name: str, rng: Random) -> str | None:
    words = _words(name)
    other = rng.sample(words, len(words))
    return " ".join(other if other != words else reversed(words))


def _drop(name: str, rng: Random) -> str:
    words = _words(name)
    del words[rng.randrange(len(words))]
    return " ".join(words)


def _concat(name: str, rng: Random) -> str | None:
    words = _words(name)
    joints = [place for place in range(1, len(words)) if words[place - 1].isalpha() and words[place].isalpha()]
    if not joints:
        return None
    joint = rng.choice(joints)
    return " ".join([*words[: joint - 1], words[joint - 1] + words[joint], *words[joint + 1 :]])


def _abbrev(name: str, rng: Random) -> str:
    """Shorten at least one word. The first word, which is usually the brand, is shortened less often and less."""
    words = _words(name)
    plain = _plain_places(words)
    chosen = [place for place in plain if rng.random() < (ABBREVIATED if place else BRAND_ABBREVIATED)]
    for place in chosen or plain[-1:]:
        words[place] = shortened(words[place], rng) if place else shortened_brand(words[place], rng)
    return " ".join(words)


def _size(name: str, rng: Random) -> str | None:
    parts = other_size(name.lower(), rng)
    if parts is None:
        return None
    others, size = parts
    words = others.split()
    return " ".join([*words[:3], size]) if len(words) >= 2 else None


class _Postings:
    """The names with each plain word, and the searches that are made with them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._rows: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        for row, name in enumerate(names):
            for word in set(_WORD.findall(name.lower())):
                if _PLAIN.fullmatch(word):
                    self._rows[word].append(row)

    def rare(self, rng: Random) -> Iterator[tuple[str, str]]:
        """Yield each rare word with a typo, and a name that has it."""
        rare = [w for w, rows in self._rows.items() if len(rows) <= RARE_NAMES and len(w) >= RARE_LENGTH]
        for word in rng.sample(rare, len(rare)):
            yield make_typo(word, rng), self._names[rng.choice(self._rows[word])]

    def short_typo(self, name: str, rng: Random) -> str | None:
        pair = self._telling_pair(name, rng)
        return f"{make_typo(pair[0], rng)} {pair[1]}" if pair else None

    def short_abbr(self, name: str, rng: Random) -> str | None:
        pair = self._telling_pair(name, rng)
        if pair is None:
            return None
        first = rng.choice((pair[0], consonants(pair[0])))
        return f"{first} {consonants(pair[1])}"

    def _telling_pair(self, name: str, rng: Random) -> tuple[str, str] | None:
        """Return two words of the name, in their order, that at most SHARED_NAMES names have both."""
        words = _words(name)
        plain = dict.fromkeys(words[place] for place in _plain_places(words))
        telling = [pair for pair in combinations(plain, 2) if self._is_telling(*pair)]
        return rng.choice(telling) if telling else None

    def _is_telling(self, first: str, second: str) -> bool:
        fewer, more = sorted((self._rows[first], self._rows[second]), key=len)
        shared = (row for row in fewer if more[bisect_left(more, row, hi=len(more) - 1)] == row)
        return next(islice(shared, SHARED_NAMES, None), None) is None  # there is no further one


def _is_usable(name: str) -> bool:
    words = _words(name)
    return LEAST_WORDS <= len(words) <= MOST_WORDS and len(_plain_places(words)) >= LEAST_PLAIN


def _words(name: str) -> list[str]:
    return name.lower().split()


def _plain_places(words: Iterable[str]) -> list[int]:
    return [place for place, word in enumerate(words) if _PLAIN.fullmatch(word)]


_MAKERS: dict[str, Callable[[str, Random], str | None]] = {
    "exact": _exact,
    "prefix": _prefix,
    "typo1": _typo1,
    "typo2": _typo2,
    "reorder": _reorder,
    "drop": _drop,
    "concat": _concat,
    "abbrev": _abbrev,
    "size": _size,
}
