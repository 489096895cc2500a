"""Checks texts that people in Indonesia read: no English, and no name of a setting."""

import re

from toko_core.settings import NAMES

ENGLISH = frozenset(
    re.findall(
        "[a-z']+",
        """
    a about all also an and any are as at be because been below but by can cannot change changed check choose cost
    could did do does done down error errors failed failure file's first for found from get give has have help how
    if in instead into is it its last later less line list log look may missing more most must name names need
    needed new next none not nothing now of off old on only open or other our out over page path please press
    price prices product products profit quantity reload remove reports run runs same say search see send set
    setting settings should show some start started step stock stop such sync than that the their them then there
    these they this time to too try unknown until up upgrade use used user version wait was were what when which
    while who why will with without wrong yes you your
        """,
    )
)
"""Words that no Indonesian text of a shop has: common ones, and those of this project."""
WORD = re.compile(r"[A-Za-z']+")
CODE = re.compile(r"https?://\S+|/[a-z]+|<[^>]+>")
"""What is no text: links, commands and markup."""


def english_words(text: str) -> list[str]:
    """Return the English words in a text, and the names of settings."""
    plain = CODE.sub(" ", text)
    words = [word for word in WORD.findall(plain) if word.lower() in ENGLISH and not word.isupper()]
    return words + [name for name in NAMES if name in plain]


def check_indonesian(text: str) -> None:
    assert english_words(text) == [], text
