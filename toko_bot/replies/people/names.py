"""Names that people gave themselves in Telegram, made safe to show in one line of HTML."""

import re
import unicodedata
from html import escape

from toko_core.text import shorten

LONGEST = 40
MOST_MARKS = 2
"""Marks that may stand on one letter. Some names carry hundreds, which cover the lines above and below."""
DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that end lines, reorder text or show nothing."""
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters that look like spaces."""
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
ISOLATE, END = "\u2068", "\u2069"
"""Around a name that is written from right to left, so that the text after it keeps its order."""
NO_NAME = "tanpa nama"
USERNAME = re.compile(r"\w{1,32}", re.ASCII)


def plain_name(name: str) -> str:
    """Return a name as one line of visible characters, at most LONGEST of them. It is not escaped for HTML.

    >>> plain_name(" Andi\\n\\u202e<b>\\u200b "), plain_name("\\u3164 \\u200f")
    ('Andi <b>', 'tanpa nama')
    """
    kept: list[str] = []
    marks = 0
    for letter in BLANK.sub(" ", name):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in DROPPED:
            kept += " " if letter.isspace() else ""
        elif marks <= MOST_MARKS:
            kept.append(letter)
    shown = shorten(" ".join("".join(kept).split()), LONGEST) or NO_NAME
    return f"{ISOLATE}{shown}{END}" if RIGHT_TO_LEFT.intersection(map(unicodedata.bidirectional, shown)) else shown


def name_html(name: str) -> str:
    """Return a name as HTML."""
    return escape(plain_name(name))


def named_with_id(name: str, username: str, user_id: int) -> str:
    """Return HTML like `<b>Andi</b> (@andi, <code>7</code>)`. Names can be invented, the id cannot."""
    user = f"@{username}, " if USERNAME.fullmatch(username) else ""
    return f"<b>{name_html(name)}</b> ({user}<code>{user_id}</code>)"
