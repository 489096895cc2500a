"""How a hurried cashier types: typos, words shortened as on a receipt, pack sizes written anyhow."""

import re
from random import Random

KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = frozenset("aeiou")
PACK_SIZE = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)( ?)(gram|gr|g|kg|ml|liter|ltr|lt|l)\b", re.IGNORECASE)
SAME_UNIT = {unit: group for group in (("g", "gr", "gram"), ("l", "lt", "ltr", "liter")) for unit in group}
OTHER_UNIT_SHARE = 0.3
"""How often a pack size is asked for in another unit's name and not only with or without the blank."""


def make_typo(word: str, rng: Random) -> str:
    """The word with a neighbouring key, or one letter dropped, doubled or swapped with the next; never the same."""
    for way in rng.sample(_TYPOS, len(_TYPOS)):
        if (typed := way(word, rng.randrange(len(word)), rng)) not in (word, ""):
            return typed
    return word[:-1]


def consonants(word: str) -> str:
    """goreng -> grng: the first letter, and every other that is no vowel."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS)


def shortened(word: str, rng: Random) -> str:
    """As on a receipt: the consonants, or no more than three of them, or only the beginning."""
    bare = consonants(word)
    return rng.choices((bare, bare[:3], word[:4], word[:3]), (4, 3, 2, 1))[0]


def shortened_brand(word: str, rng: Random) -> str:
    """A brand is shortened less: its end goes, or its vowels."""
    return rng.choice((word[: max(4, len(word) - 2)], consonants(word)))


def other_size(text: str, rng: Random) -> tuple[str, str] | None:
    """The text without its first pack size, and that size written another way: 85GR as 85 gr or 85 g.

    None of a text without one.
    """
    found = PACK_SIZE.search(text)
    if found is None:
        return None
    number, blank, unit = found.group(1), found.group(2), found.group(3).lower()
    if rng.random() < OTHER_UNIT_SHARE:
        unit = rng.choice([other for other in SAME_UNIT.get(unit, (unit,)) if other != unit] or [unit])
    return text[: found.start()] + " " + text[found.end() :], f"{number}{'' if blank else ' '}{unit}"


def _neighbour(word: str, place: int, rng: Random) -> str:
    near = _NEIGHBOURS.get(word[place])
    return word[:place] + rng.choice(near) + word[place + 1 :] if near else word


def _dropped(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place + 1 :]


def _doubled(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place] + word[place:]


def _swapped(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


def _neighbours() -> dict[str, str]:
    """Keys that touch each other; each row lies half a key to the right of the one above."""
    places = {letter: (row, column) for row, keys in enumerate(KEYBOARD) for column, letter in enumerate(keys)}
    touching = {(0, -1), (0, 1), (-1, 0), (-1, 1), (1, 0), (1, -1)}
    return {
        letter: "".join(
            other for other, (r, c) in places.items() if (r - row, c - column) in touching
        )
        for letter, (row, column) in places.items()
    }  # fmt: skip


_NEIGHBOURS = _neighbours()
_TYPOS = (_neighbour, _dropped, _doubled, _swapped)
