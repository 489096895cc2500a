"""Imitates a hurried cashier: typos, words shortened as on a receipt, and pack sizes in any notation."""

import re
from random import Random

KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = frozenset("aeiou")
PACK_SIZE = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)( ?)(gram|gr|g|kg|ml|liter|ltr|lt|l)\b", re.IGNORECASE)
SAME_UNIT = {unit: group for group in (("g", "gr", "gram"), ("l", "lt", "ltr", "liter")) for unit in group}
OTHER_UNIT_SHARE = 0.3
"""The share of pack sizes whose unit also changes its spelling. In the others only the blank changes."""


def make_typo(word: str, rng: Random) -> str:
    """Return the word with one typo: a neighbouring key, or a letter dropped, doubled or swapped with the next."""
    for way in rng.sample(_TYPOS, len(_TYPOS)):
        if (typed := way(word, rng.randrange(len(word)), rng)) not in (word, ""):
            return typed
    return word[:-1]


def consonants(word: str) -> str:
    """Return the first letter and all further letters that are not vowels: goreng -> grng."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS)


def shortened(word: str, rng: Random) -> str:
    """Shorten a word as on a receipt: to its consonants, to the first three of them, or to its first letters."""
    bare = consonants(word)
    return rng.choices((bare, bare[:3], word[:4], word[:3]), (4, 3, 2, 1))[0]


def shortened_brand(word: str, rng: Random) -> str:
    """Shorten a brand, which loses less: only its end or its vowels."""
    return rng.choice((word[: max(4, len(word) - 2)], consonants(word)))


def other_size(text: str, rng: Random) -> tuple[str, str] | None:
    """Return the text without its first pack size, and that size in another notation: 85GR as 85 gr or 85 g.

    Returns None for a text without a pack size.
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
    """Return the adjacent keys of each key. Each row is shifted right by half a key from the one above."""
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
