"""Which queries are counted, in which spelling, and which of two was only typed on or corrected."""

import re

from rapidfuzz.distance import OSA

from toko_core.search.codes.gtin import is_gtin
from toko_core.search.language.fillers import FILLERS
from toko_core.search.text import fold, is_number
from toko_core.text import drop_controls

MOST_WORDS, LONGEST = 6, 60
"""A longer message is rather a letter, which may say who somebody is. MOST_WORDS is without words such as `ada`, and
LONGEST in bytes of UTF-8."""
OF_ORDERS = frozenset(
    {"alamat", "antar", "antarkan", "diantar", "kirim", "kirimkan", "dikirim", "jl", "jln", "rt", "rw"}
)
"""Words of orders that say who wants the goods, and where."""
FEWEST_CHARACTERS = 2
ADDRESS = re.compile(r"://|www\.|\w@\w|@[^\W\d]|\b(?:t|wa)\.me\b|\w\.(?:com|co|id|net|org)\b")
"""Part of a link, an e-mail address or a user name."""
FEWEST_DIGITS = 7
LONG_NUMBER = re.compile(rf"\+?\d(?:[\W_]{{0,4}}\d){{{FEWEST_DIGITS - 1},}}")
"""A number of at least seven digits, also in groups, as people write those of telephones: `0812 - 3456 - 7890`."""
MOBILE = ("08", "628")
"""How numbers of mobile telephones begin. Some barcodes do too: those are counted only if a photo has them."""
FEWEST_OF_TELEPHONES, FEWEST_IN_GROUPS = 9, 10
"""The fewest digits of such a number, and of one in groups that is not counted: shorter ones may be sizes."""
MARKS = " \t.,;:!?\"'()"
ALIKE = 0.65
"""Two words with the same first letter that are at least so similar are one word, typed twice."""


def key_of(query: str, *, scanned: bool = False) -> str | None:
    """Return the spelling by which a query is counted; None if it is not counted."""
    text = spell(query)
    return text if is_counted(text, scanned=scanned) else None


def spell(query: str) -> str:
    """Return a query in one spelling: without case, accents, double blanks, and words such as `ada` at its ends."""
    words = fold(drop_controls(query)).split()
    while words and words[0].strip(MARKS) in FILLERS:
        del words[0]
    while words and words[-1].strip(MARKS) in FILLERS:
        del words[-1]
    return " ".join(words).strip(MARKS)


def is_counted(text: str, *, scanned: bool = False) -> bool:
    """Return whether a query in one spelling is counted.

    Not counted are links, addresses, user names, numbers of seven digits or more that are no barcodes, numbers that may
    be those of mobile telephones, orders with an address, and long messages. Of what was `scanned`, only barcodes are
    counted.
    """
    if scanned:
        return is_gtin(text)
    words = text.split()
    if sum(word not in FILLERS for word in words) > MOST_WORDS or not OF_ORDERS.isdisjoint(words):
        return False
    if len(text.encode()) > LONGEST or not text.isprintable() or sum(map(str.isalnum, text)) < FEWEST_CHARACTERS:
        return False
    if ADDRESS.search(text):
        return False
    return not any(_may_be_private(found[0]) for found in LONG_NUMBER.finditer(text))


def is_correction(before: str, after: str) -> bool:
    """Return whether the second of two keys is the first one typed on, or with other letters in its words."""
    if after.startswith(before):
        return True
    old, new = before.split(), after.split()
    return len(old) == len(new) and all(map(_are_alike, old, new))


def _are_alike(one: str, other: str) -> bool:
    if one.startswith(other) or other.startswith(one):
        return True
    if is_number(one) or is_number(other) or one[0] != other[0]:
        return False
    return OSA.normalized_similarity(one, other) >= ALIKE


def _may_be_private(number: str) -> bool:
    """Return whether a long number is that of a telephone, an account or an identity card, or may be."""
    groups = re.findall(r"\d+", number)
    digits = "".join(groups)
    if number.startswith("+") or (digits.startswith(MOBILE) and len(digits) >= FEWEST_OF_TELEPHONES):
        return True
    if is_gtin(digits):
        return False
    if len(groups) == 1 or len(digits) >= FEWEST_IN_GROUPS:
        return True
    ends = ("".join(groups[start:]) for start in range(len(groups)))  # another number may stand before it
    return any(end.startswith("0") and len(end) >= FEWEST_DIGITS for end in ends)
