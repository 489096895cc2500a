"""Counts the lines that a text takes on a phone, and shortens it to fewer."""

WIDTH = 30
"""Characters of a line. A small phone shows 32 in a fixed-width font."""
MOST_LINES = 26
"""The most lines of a list with its buttons, a row of which is one line. A screen has 24."""


def count_lines(text: str) -> int:
    """Return how many lines a text without markup takes. Long lines are wrapped between words."""
    return sum(map(_wrapped, text.split("\n")))


def shorten_to_lines(before: str, text: str, most: int) -> str:
    """Shorten a text so that it and the text before it take at most `most` lines. It then ends with an ellipsis."""
    if len(before) + len(text) <= WIDTH or _wrapped(before + text) <= most:
        return text
    end = min(len(text), most * WIDTH - len(before)) - 1
    while end > 0 and _wrapped(f"{before}{text[:end].rstrip()}…") > most:
        end -= 1
    return f"{text[:end].rstrip()}…"


def _wrapped(line: str) -> int:
    if len(line) <= WIDTH:
        return 1
    lines, used = 1, 0
    for word in line.split(" "):
        length = len(word)
        if used and used + 1 + length <= WIDTH:
            used += 1 + length
            continue
        lines += (used > 0) + max(0, length - 1) // WIDTH
        used = (length - 1) % WIDTH + 1 if length else used
    return lines
