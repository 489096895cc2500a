"""Names that people gave themselves are one short line of visible letters, whatever they are made of."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from toko_bot.replies.people.names import ISOLATE, LONGEST, MOST_MARKS, named_with_id, plain_name


@given(st.text(max_size=300))
def test_any_name_is_one_line_without_characters_that_show_nothing_or_reorder_text(name: str) -> None:
    shown = plain_name(name)
    inner = shown.strip("\u2068\u2069")
    assert 0 < len(inner) <= LONGEST
    assert inner == inner.strip()
    assert not {unicodedata.category(letter) for letter in inner} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    marks = [unicodedata.category(letter) in {"Mn", "Me"} for letter in inner]
    assert not any(all(marks[start : start + MOST_MARKS + 1]) for start in range(len(marks) - MOST_MARKS))


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("Andi Wijaya", "Siti Nurhaliza, S.E.", "José", "ก้อย", "李小龍", "Toko 👍"):
        assert plain_name(name) == name


def test_a_name_from_right_to_left_does_not_reorder_what_follows() -> None:
    assert plain_name("שלום").startswith(ISOLATE)
    assert named_with_id("<b>A</b>", "a b", 7) == "<b>&lt;b&gt;A&lt;/b&gt;</b> (<code>7</code>)"
