"""Tries the search index of a catalogue before it is published: searches must find the products they are made of."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import pandas as pd

from toko_assets.common.checks import Outcome
from toko_core.search import SearchIndex
from toko_core.search.language.synonyms import SYNONYM, load_synonyms
from toko_core.search.text import skeleton, words

SEARCHED = 200
"""The number of products to search for, evenly spread over the catalogue."""
RESULTS = 10
FLOORS = {"name": 0.98, "typo": 0.90, "abbreviation": 0.85, "synonym": 0.85, "size": 0.90}
"""The share of the searches that must find their product among the first RESULTS."""
FEWEST_ASKED = 10
"""Fewer searches of a kind say nothing about the index: of a few products, the words of one may be those of another."""
SENSES = "sense_keys"
"""The array of the synonyms. A catalogue of an earlier version, to which a rollback returns, has none."""
SIZE = re.compile(r"([1-9]\d{1,4})(g|ml)")
LARGE, LARGE_UNITS, SMALL_UNITS = 1000, {"g": "kg", "ml": "liter"}, {"g": "gram", "ml": "mili"}
LEAST_LETTERS = 5
"""The shortest word that is searched for with a typo, an abbreviation or a synonym."""


def try_search(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> Outcome:
    """Check that searches find products by name, and by the name written otherwise.

    The longest word has a typo or no vowels, or a size has another unit. A synonym that comes with the program, alone,
    must find a product with the word for which it stands.

    The last result is kept, and returned if it is asked for again.
    """
    same = _digest(index, names, sold)
    if same not in _tried:
        _tried.clear()
        _tried[same] = _try_search(index, names, sold)
    return _tried[same]


_tried: dict[bytes, Outcome] = {}


def _digest(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> bytes:
    digest = sha256(repr((names, sold)).encode())
    for name, array in sorted(index.to_arrays().items()):
        digest.update(f"{name} {array.dtype} {len(array)} ".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _try_search(index: SearchIndex, names: Sequence[str], sold: Sequence[bool]) -> Outcome:
    asked: Counter[str] = Counter()
    missed = []
    knows_synonyms = SENSES in index.to_arrays()
    for row in range(0, len(names), max(1, len(names) // SEARCHED)):
        name = names[row]
        if not sold[row]:  # ranks below all products that are sold
            continue
        for kind, query, finds in _searches(name):
            if kind == "synonym" and not knows_synonyms:
                continue
            asked[kind] += 1
            if not any(finds(words(names[hit.row])) for hit in index.search(query, RESULTS)):
                missed.append((kind, query, name))
    lost = Counter(kind for kind, *_ in missed)
    enough = {kind: FEWEST_ASKED if kind in ("synonym", "size") else 1 for kind in FLOORS}
    shares = {kind: 1 - lost[kind] / asked[kind] for kind in FLOORS if asked[kind] >= enough[kind]}
    found = ", ".join(f"{kind} {share:.0%} (at least {FLOORS[kind]:.0%})" for kind, share in shares.items())
    limits = ", ".join(f"{kind} {int(round((1 - FLOORS[kind]) * asked[kind], 6))} of {asked[kind]}" for kind in shares)
    return Outcome(
        "search_finds_products",
        all(share >= FLOORS[kind] for kind, share in shares.items()),
        f"Found by: {found}." if found else "No product has a name to search for.",
        blocking=True,
        rows=pd.DataFrame(missed, columns=["search", "query", "product"]),
        limit=limits or 0,
        advice="The index is wrong, or the names are unlike those of a shop: check the rows.",
    )


class _Trial(NamedTuple):
    kind: str
    query: str
    finds: Callable[[list[str]], bool]
    """Whether a name of these words is a right result."""


def _searches(name: str) -> Iterator[_Trial]:
    """Yield the searches that must have a right result among the first ones."""
    typed = words(name)
    if not typed:
        return
    yield _Trial("name", name, typed.__eq__)
    yield from _synonyms(typed)
    for place, word in enumerate(typed):
        if other := _other_unit(word):
            yield _Trial("size", " ".join([*typed[:place], other, *typed[place + 1 :]]), typed.__eq__)
            break
    longest = max(typed, key=len)
    if len(longest) < LEAST_LETTERS or not longest.isalpha() or len(typed) < 2:
        return
    middle = len(longest) // 2
    swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    for kind, written in (("typo", swapped), ("abbreviation", skeleton(longest))):
        yield _Trial(kind, " ".join(written if word == longest else word for word in typed), typed.__eq__)


def _synonyms(typed: list[str]) -> Iterator[_Trial]:
    """Yield the search for a synonym of a word. Any product is right that has the word or the synonym in its name."""
    for word in typed:
        senses = load_synonyms().senses.get(word, ()) if len(word) >= LEAST_LETTERS else ()
        for sense in senses:
            if sense.weight == SYNONYM:
                yield _Trial("synonym", " ".join(sense.words), _having({word}, set(sense.words)))
                return


def _having(*either: set[str]) -> Callable[[list[str]], bool]:
    return lambda found: any(one <= set(found) for one in either)


def _other_unit(word: str) -> str:
    """Write a size otherwise: 1500ml as 1,5 liter, 500g as 1/2 kg, 85g as 85 gram."""
    size = SIZE.fullmatch(word)
    if size is None:
        return ""
    number, unit = int(size[1]), size[2]
    if number * 2 == LARGE:
        return f"1/2 {LARGE_UNITS[unit]}"
    if number % (LARGE // 10) == 0:
        return f"{number / LARGE:g} {LARGE_UNITS[unit]}".replace(".", ",")
    return f"{number} {SMALL_UNITS[unit]}"
