"""The conversations in docs/bot.md are what the bot really says, in Indonesian."""

import re
from collections.abc import Iterator

import pytest

from tests.toko_bot.bot.talk import conversations, documented, read_markdown
from tests.toko_core.text.indonesian import check_indonesian
from toko_core.text import DAYS, MONTHS

DATE = rf"((?:{'|'.join(DAYS)}) )?\d+ (?:{'|'.join(MONTHS)}) \d{{4}}( \d\d\.\d\d WIB)?"
TIMES = re.compile(rf"{DATE}|\d+(,\d+)? (?:menit|jam|detik)|/20\d\d\b|/masuk/tautan/[\w-]+")
"""What differs from run to run."""


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    return dict(conversations())


def test_the_documented_conversations_are_what_the_bot_says(said: dict[str, str]) -> None:
    """If this fails, `python -m tests.toko_bot.bot.talk --write` has the conversations again."""
    written = read_markdown(documented())
    assert written.keys() == said.keys()
    assert len(written) == 21
    for title, parts in written.items():
        assert parts.keys() == {"Before", "Now"}
        assert TIMES.sub("#", parts["Now"]).splitlines() == TIMES.sub("#", said[title]).splitlines(), title


def test_the_bot_says_nothing_in_english(said: dict[str, str]) -> None:
    for text in said.values():
        for line in lines_of_the_bot(text):
            check_indonesian(line)


def lines_of_the_bot(text: str) -> Iterator[str]:
    """Yield the lines that the bot says, without what the transcript says about photos."""
    is_of_bot = False
    for line in text.splitlines():
        if line and not line.startswith("    "):
            is_of_bot = line.startswith("Toko")
        elif is_of_bot and not line.strip().startswith("("):
            yield line
