"""The conversation in docs/bot.md is what the bot really answers."""

import re
from pathlib import Path

from tests.toko_bot.bot.talk import as_markdown, conversation

DOCS = Path(__file__).parent.parent.parent / "docs" / "bot.md"
TIME = re.compile(r"Data: .*")


def test_the_documented_conversation_is_what_the_bot_says() -> None:
    assert TIME.sub("Data:", as_markdown(conversation())) in TIME.sub("Data:", DOCS.read_text())
