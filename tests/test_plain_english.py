"""`make lint` fails on every listed word, names the place, and says what to write instead."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import plain_english
from tools.plain_english import find_phrases, read_list

SCRIPT = plain_english.__file__
REPLACEMENTS = read_list()
listed = pytest.mark.parametrize(("phrase", "replacement"), REPLACEMENTS.items())


def check(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as `make lint` does."""
    return subprocess.run([sys.executable, SCRIPT, *map(str, paths)], capture_output=True, text=True)


def found_in(text: str) -> list[str]:
    return [str(finding) for finding in find_phrases(text, REPLACEMENTS)]


def test_the_project_is_clean() -> None:
    checked = check()
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_script_names_file_line_and_replacement_of_every_listed_phrase(tmp_path: Path) -> None:
    text = tmp_path / "text.md"
    text.write_text("".join(f"The word {phrase} is not used here.\n" for phrase in REPLACEMENTS))
    checked = check(text)
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [
        f'{text}:{line}: "{phrase}": write "{replacement}"'
        for line, (phrase, replacement) in enumerate(REPLACEMENTS.items(), 1)
    ]


@listed
def test_a_sentence_with_a_listed_phrase_is_found(phrase: str, replacement: str) -> None:
    assert found_in(f"Nothing here.\nA sentence ({phrase}).") == [f'2: "{phrase}": write "{replacement}"']


@listed
def test_a_listed_phrase_is_found_in_any_letter_case(phrase: str, replacement: str) -> None:
    assert found_in(phrase.upper()) == [f'1: "{phrase.upper()}": write "{replacement}"']


@listed
def test_a_listed_phrase_is_found_in_an_identifier(phrase: str, replacement: str) -> None:
    name = phrase.replace(" ", "_").replace("-", "_")
    assert found_in(f"def _count_{name}(data):") == [f'1: "{name}": write "{replacement}"']


@listed
def test_a_listed_phrase_is_found_across_lines_of_a_comment(phrase: str, replacement: str) -> None:
    written = phrase.replace(" ", "\n    # ", 1)
    assert found_in(f"    # It says {written}.") == [f'1: "{" ".join(written.split())}": write "{replacement}"']


@pytest.mark.parametrize("phrase", REPLACEMENTS)
def test_only_whole_words_are_found(phrase: str) -> None:
    assert found_in(f"x{phrase}x, {phrase}9") == []


@pytest.mark.parametrize("replacement", REPLACEMENTS.values())
def test_the_replacement_passes(replacement: str) -> None:
    assert found_in(f"A sentence with {replacement} in it.") == []


def test_good_english_that_looks_alike_passes() -> None:
    assert found_in("Of the rows left over, a slipper and a mandate; put it right-aligned, for everybody.") == []


def test_binary_files_are_not_read(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\0 slip ")
    assert check(picture).returncode == 0
