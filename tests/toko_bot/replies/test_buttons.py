"""What a button carries is read back as it was meant, within Telegram's 64 bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toko_bot.replies.buttons import (
    LABELS,
    MOST_BYTES,
    WAYS,
    Button,
    Choose,
    History,
    Label,
    Moves,
    Open,
    Photo,
    Report,
    Results,
    data_of,
    read_data,
)

HASHES = st.text("abcXYZ019_-", min_size=8, max_size=8)
LABEL_HASHES = st.none() | st.text("abcXYZ019_-", min_size=4, max_size=4)
RESULTS = st.builds(Results, st.integers(1, 999), st.text(min_size=1), LABEL_HASHES, LABEL_HASHES, st.booleans())
REPORTS = st.builds(Report, st.sampled_from(["rugi", "habis"]), st.integers(1, 9999))
MOVES = st.builds(Moves, st.sampled_from(WAYS), st.sampled_from([1, 7]), st.integers(1, 9999))
BUTTONS = st.one_of(
    RESULTS,
    REPORTS,
    MOVES,
    st.builds(Photo, HASHES),
    st.builds(History, HASHES),
    st.builds(Open, HASHES, st.none() | RESULTS | REPORTS | MOVES),
    st.builds(Choose, st.sampled_from(LABELS), RESULTS),
)


@given(BUTTONS)
def test_what_is_written_is_read_but_a_query_that_does_not_fit(button: Button) -> None:
    data = data_of(button)
    assert len(data.encode(errors="surrogatepass")) <= MOST_BYTES
    assert read_data(data) in {button, _without_query(button)}


@given(st.text(max_size=64))
def test_no_data_is_an_error(data: str) -> None:
    read_data(data)


@pytest.mark.parametrize("label", LABELS)
def test_narrowing_leads_to_the_first_page_and_can_be_taken_back(label: Label) -> None:
    narrowed = Results(3, "gula").narrowed(label, "abcd")
    assert (narrowed.page, narrowed.kept(label)) == (1, "abcd")
    assert narrowed.narrowed(label, None) == Results(1, "gula")


def _without_query(button: Button) -> Button:
    match button:
        case Results():
            return replace(button, query=None)
        case Open(product, Results() as back):
            return Open(product, replace(back, query=None))
        case Choose(label, results):
            return Choose(label, replace(results, query=None))
    return button
