"""The words of a name that match a search are bold, and the rest of the name is unchanged."""

import re
from html import escape, unescape

import pytest

from toko_bot.replies.highlight import Highlight
from toko_core.catalog.asking.marking import MOST_MARKED
from toko_core.search import SearchIndex

NAMES = [
    "INDOMIE GORENG SPECIAL 85GR",
    "INDOMIE SOTO 70GR",
    "MIE SEDAAP GORENG 90GR",
    "Gula Pasir <Gulaku> & Co 1kg *premium*",
    " / ".join(f"KOTAK{letter} ISI" for letter in "ABCDEFGHIJ"),
    "...",
    "",
]
INDEX = SearchIndex.build(NAMES)


@pytest.mark.parametrize(
    ("query", "row", "marked"),
    [
        ("indomie goreng", 0, ["INDOMIE GORENG"]),
        ("indomi grg", 0, ["INDOMIE GORENG"]),
        ("indomie 85gr", 0, ["INDOMIE", "85GR"]),
        ("gorng special", 2, ["GORENG"]),
        ("gula & co", 3, ["Gula", "Gulaku> & Co"]),
        ("8991002101630", 0, []),
        ("", 0, []),
        ("x", 5, []),
        ("x", 6, []),
    ],
)
def test_the_words_that_match_the_query_are_bold(query: str, row: int, marked: list[str]) -> None:
    html = Highlight(INDEX, query, [hit.row for hit in INDEX.search(query)])(NAMES[row])
    assert [unescape(part) for part in re.findall("<b>(.*?)</b>", html)] == marked
    assert html.replace("<b>", "").replace("</b>", "") == escape(NAMES[row])


def test_matches_beyond_the_limit_of_telegram_stay_plain() -> None:
    html = Highlight(INDEX, "isi", [4])(NAMES[4])
    assert html.count("<b>") == MOST_MARKED
    assert html.endswith("KOTAKJ ISI")
