"""Texts are split into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toko_core.search.text import Span, fold, words, words_and_spans

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
"""Any text, including NUL, unassigned characters and lone surrogates."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \t\n", []),
        ("?!.,;:-–/", []),
        ("😀👍🏽", []),
        ("INDOMIE", ["indomie"]),
        ("Indomie  Goreng", ["indomie", "goreng"]),
        ("indomie-goreng/soto_mie", ["indomie", "goreng", "soto", "mie"]),
        ("AQUA600", ["aqua", "600"]),
        ("A4 70", ["a", "4", "70"]),
        ("ISI 10", ["isi", "10"]),
        ("Crème Brûlée", ["creme", "brulee"]),
        ("INDOMIE GORENG 85GR", ["indomie", "goreng", "85g"]),
        ("@20GR", ["20g"]),
        ("(600ML)", ["600ml"]),
    ],
)
def test_words_are_letters_digits_and_sizes(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("word", "writings"),
    [
        ("85g", "85g; 85 g; 85gr; 85 GR; 85Gr; 85 grm; 85 gram; 85 GRAM; 0,085 kg"),
        ("500g", "500gr; 0,5 KG; 0.5kg; 0,50kg"),
        ("1000g", "1kg; 1 KG; 1.000 gr; 1.000g; 1000 Gram; 1,0 kg"),
        ("25000g", "25kg; 25 Kg; 25.000 GR"),
        ("600ml", "600ml; 600 ML; 600 Ml; 0,6 lt; 0.6L; 600cc; 600 CC"),
        ("1500ml", "1500ml; 1500 ML; 1.500 ML; 1.500ml; 1,5 LT; 1,5LTR; 1.5L; 1.5 l; 1,5 liter; 1,5 Liter; 1,50 L"),
        ("2000ml", "2lt; 2 lt; 2ltr; 2 l; 2L; 2 LITER; 2.000 ml; 2000ML"),
        ("1000ml", "1lt; 1L; 1.000 ML; 1.000ml; 1000ml"),
        ("19000ml", "19L; 19 ltr; 19.000 ml"),
    ],
)
def test_a_size_is_one_word_in_the_base_unit_however_it_is_written(word: str, writings: str) -> None:
    assert {text: words(text) for text in writings.split("; ")} == {text: [word] for text in writings.split("; ")}


@pytest.mark.parametrize(
    "text", ["AQUA 600ML", "AQUA 600 ML", "AQUA600ML", "aqua-600ml", "AQUA (600 ml)", "AQUA @600ML"]
)
def test_a_size_is_a_word_of_its_own(text: str) -> None:
    assert words(text) == ["aqua", "600ml"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("500 GULA", ["500", "gula"]),
        ("2 LAMPU", ["2", "lampu"]),
        ("5 GRATIS 1", ["5", "gratis", "1"]),
        ("3 LUSIN", ["3", "lusin"]),
        ("7 MLARAT", ["7", "mlarat"]),
    ],
)
def test_a_word_that_starts_like_a_unit_is_not_a_unit(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("AQUA", "aqua"),
        ("Crème Brûlée", "creme brulee"),
        ("NESCAFE\u0301", "nescafe"),
        ("ｆｕｌｌ ６００", "full 600"),
        ("ﬁlma", "filma"),
        ("Ñandú Åse Çelik", "nandu ase celik"),
    ],
)
def test_case_accents_and_forms_of_letters_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("INDOMIE GORENG 85 GR", ["INDOMIE", "GORENG", "85 GR"]),
        ("AQUA600ML", ["AQUA", "600ML"]),
        ("  Crème, Brûlée! ", ["Crème", "Brûlée"]),
        ("NESCAFE\u0301 1,5 LT", ["NESCAFE\u0301", "1,5 LT"]),
        ("ﬁlma 2lt", ["ﬁlma", "2lt"]),
        ("ß😀teh", ["ß", "teh"]),
        ("", []),
    ],
)
def test_spans_are_the_words_as_they_were_written(text: str, parts: list[str]) -> None:
    assert [text[span.start : span.end] for _, span in words_and_spans(text)] == parts


@given(ANY_TEXT)
def test_any_text_has_words_and_their_positions(text: str) -> None:
    found, places = words(text), [span for _, span in words_and_spans(text)]
    assert [word for word, _ in words_and_spans(text)] == found
    assert all(word and word == word.casefold() and not any(mark.isspace() for mark in word) for word in found)
    assert all(0 <= span.start < span.end <= len(text) for span in places)
    assert [span.start for span in places] == sorted(span.start for span in places)
    assert isinstance(fold(text), str)


@given(st.text("aBcéÖgGmMlLkKrRt 0125", max_size=40))
def test_a_span_contains_its_word_and_nothing_else(text: str) -> None:
    places = [span for _, span in words_and_spans(text)]
    assert [words(text[span.start : span.end]) for span in places] == [[word] for word in words(text)]
    ends = [Span(0, 0), *places]
    assert all(before.end <= after.start for before, after in zip(ends, places, strict=False))


@given(st.text("aBcéÖgGmMlLkK 0125.,/-", max_size=40), st.sampled_from([" ", "\t", "  ", "\n"]))
def test_case_accents_and_the_width_of_blanks_change_no_word(text: str, gap: str) -> None:
    assert words(text.upper()) == words(text.lower()) == words(fold(text)) == words(text)
    assert words(gap + text.replace(" ", gap) + gap) == words(text)


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "1" * 10_000, "1." * 5_000, "9" * 5_000 + " kg", "é " * 5_000, "\ud800" * 10_000]
)
def test_long_texts_have_words_too(text: str) -> None:
    assert words(text) == [word for word, _ in words_and_spans(text)]
