"""Distinguishes likely typos on a keyboard from unlikely ones."""

from rapidfuzz.distance import Prefix

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""A QWERTY keyboard, which Indonesian shops use. Each row is shifted right by half a key from the one above."""


def _neighbours() -> dict[str, frozenset[str]]:
    place = {key: (row, column + row / 2) for row, keys in enumerate(ROWS) for column, key in enumerate(keys)}
    return {
        key: frozenset(
            other
            for other, (row, column) in place.items()
            if other != key and abs(row - place[key][0]) <= 1 and abs(column - place[key][1]) <= 1
        )
        for key in place
    }


NEIGHBOURS = _neighbours()
NONE: frozenset[str] = frozenset()


def is_likely_typo(typed: str, meant: str) -> bool:
    """Return whether the one edit between two words is a likely typo.

    Likely typos are a dropped, swapped or doubled letter, and a neighbouring key hit with or instead of the right one.
    """
    if len(typed) < len(meant):
        return True
    place = Prefix.similarity(typed, meant)
    key, after = typed[place], typed[place + 1 : place + 2]
    near = NEIGHBOURS.get(key, NONE)
    if len(typed) == len(meant):
        return meant[place] in near or (after == meant[place] and meant[place + 1 : place + 2] == key)
    before = typed[max(place - 1, 0) : place]
    return key in (before, after) or before in near or after in near
