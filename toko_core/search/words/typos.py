"""Which slips fingers make on a keyboard."""

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""A QWERTY keyboard, which Indonesian shops use; each row is half a key to the right of the one above."""


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


def is_likely_slip(typed: str, meant: str) -> bool:
    """Of two words one edit apart: a dropped, swapped or doubled letter, or a key hit beside the right one."""
    if len(typed) < len(meant):
        return True
    place = 0
    for one, other in zip(typed, meant, strict=False):
        if one != other:
            break
        place += 1
    key, after = typed[place], typed[place + 1 : place + 2]
    near = NEIGHBOURS.get(key, NONE)
    if len(typed) == len(meant):
        return meant[place] in near or (after == meant[place] and meant[place + 1 : place + 2] == key)
    before = typed[max(place - 1, 0) : place]
    return key in (before, after) or before in near or after in near
