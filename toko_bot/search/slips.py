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


def is_likely_slip(typed: str, meant: str) -> bool:
    """Of two words one edit apart: a dropped, swapped or doubled letter, or a key hit beside the right one."""
    if len(typed) < len(meant):
        return True
    place = next((i for i, (t, m) in enumerate(zip(typed, meant, strict=False)) if t != m), len(meant))
    key = typed[place]
    near = NEIGHBOURS.get(key, frozenset())
    if len(typed) == len(meant):
        swapped = typed[place + 1 : place + 2] == meant[place] and meant[place + 1 : place + 2] == key
        return swapped or meant[place] in near
    beside = typed[max(place - 1, 0) : place] + typed[place + 1 : place + 2]
    return any(other == key or other in near for other in beside)
