"""A shop's own synonyms: what counts, and that nothing which may be in the place of the file does any harm."""

import os
from pathlib import Path

import pytest

from toko_core.search import SearchIndex
from toko_core.search.language.synonyms import LARGEST_FILE, MOST_LINES, MOST_PROBLEMS, load_synonyms

OURS = load_synonyms()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sinonim.txt"


def test_a_shops_words_find_its_products(file: Path) -> None:
    file.write_text("# Toko Maju\nkentes, kelapa tua~  # kata orang sini\nkopi kampung = kopi tugu luwak\n")
    synonyms = load_synonyms(file)
    assert synonyms.problems == ()
    assert synonyms.shop_lines == 2
    names = ["KOPI TUGU LUWAK 200GR", "KELAPA TUA BUTIR", "KOPI SUSU 25GR"]
    index = SearchIndex.build(names, synonyms=synonyms)
    assert names[index.search("kentes")[0].row] == "KELAPA TUA BUTIR"
    assert names[index.search("kopi kampung")[0].row] == "KOPI TUGU LUWAK 200GR"


def test_a_shops_lines_are_added_and_take_nothing_away(file: Path) -> None:
    file.write_text("gula, gulo legi\nair zamzam, air suci: zamzam tower\nongol, awug:\n")
    synonyms = load_synonyms(file)
    for typed, senses in OURS.senses.items():
        assert set(senses) <= set(synonyms.senses[typed])
    assert synonyms.categories - OURS.categories == {"air zamzam", "air suci", "ongol", "awug"}
    assert synonyms.brands - OURS.brands == {"zamzam tower"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("gula", "needs at least two different words"),
        ("gula, gula", "needs at least two different words"),
        ("gula, ?!", "has '?!'"),
        (": indomie, sedaap", "needs at least two different words"),
        ("mie:", "needs at least two different words"),
        ("mie > ", "needs words before and after the '>'"),
        ("> mie, bakmi", "needs words before and after the '>'"),
        ("a > b > c", "more than one '>'"),
        ("mie: indomie: sedaap", "more than one"),
        ("mie: indomie > bakmi", "':' before a '>'"),
        ("mie: indomie~", "'~' before the '>' or after the ':'"),
        ("brown, ~coklat", "has '~coklat': a '~' comes after a word"),
        ("popok: pampers*, sweety", "has 'pampers*': a '~' comes after a word, and a '*' before it"),
        ("*mie, bakmi", "'*' before a word that is no brand"),
        ("susu kental manis putih, skm", "one to 3 words"),
        ("susu, " + "x" * 40, "at most 32 letters"),
        ("susu, " + "\x1b[2J\u202e" + "x" * 40, r"'\x1b[2J\u202ex"),
        (", ".join(f"kata{number}" for number in range(60)), "at most 40 are allowed"),
    ],
)
def test_a_bad_line_is_named_and_the_others_count(file: Path, line: str, problem: str) -> None:
    file.write_text(f"kentes, kelapa tua\n{line}\npanci, kuwali\n")
    synonyms = load_synonyms(file)
    (found,) = synonyms.problems
    assert found.startswith("line 2 ")
    assert problem in found
    assert found.isprintable()
    assert synonyms.shop_lines == 2
    assert {"kentes", "kuwali"} <= synonyms.senses.keys()


def test_files_of_windows_are_read(file: Path) -> None:
    file.write_bytes("kentes, kelapa tua\r\n\r\npanci, kuwali\r\n".encode("utf-8-sig"))
    assert load_synonyms(file).shop_lines == 2
    assert load_synonyms(file).problems == ()


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_in_another_encoding_is_one_clear_line(file: Path, encoding: str) -> None:
    file.write_bytes("gula, sugar\ncrème, krim\n".encode(encoding))
    (problem,) = load_synonyms(file).problems
    assert problem.startswith("the file is not UTF-8")
    assert load_synonyms(file).senses == OURS.senses


@pytest.mark.parametrize("size", [LARGEST_FILE + 1, 1 << 31])
def test_a_huge_file_is_not_read(file: Path, size: int) -> None:
    file.write_text("kentes, kelapa tua\n")
    os.truncate(file, size)  # sparse: no bytes on the disk
    assert load_synonyms(file).problems == ("the file is larger than 128 KB",)


def test_only_so_many_lines_words_and_problems_count(file: Path) -> None:
    file.write_text("".join(f"kata{n} asing, word{n}\n" for n in range(MOST_LINES + 5)))
    synonyms = load_synonyms(file)
    assert synonyms.shop_lines == MOST_LINES
    assert synonyms.problems == (f"line {MOST_LINES + 1} and those after it are ignored: at most 2,000 lines are read",)
    file.write_text("".join(", ".join(f"kata{number}" for number in range(40)) + "\n" for _ in range(200)))
    (problem,) = load_synonyms(file).problems
    assert "the lines before have too many words" in problem
    file.write_text("gula\n" * 1_000)
    assert len(load_synonyms(file).problems) == MOST_PROBLEMS + 1
    assert load_synonyms(file).problems[-1] == "950 more lines are ignored"


def test_whatever_stands_in_the_place_of_the_file_raises_nothing(tmp_path: Path) -> None:
    fifo, loop, link = tmp_path / "fifo", tmp_path / "loop", tmp_path / "link"
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    link.symlink_to(tmp_path / "linked.txt")
    (tmp_path / "linked.txt").write_text("kentes, kelapa tua\n")
    unreadable = [fifo, loop, tmp_path, tmp_path / "missing", Path("/dev/zero"), Path("~nobody-here/x"), Path("a\0b")]
    for place in unreadable:
        (problem,) = load_synonyms(place).problems
        assert "cannot be read: " in problem or problem == "the file is not a regular file", place
        assert load_synonyms(place).senses == OURS.senses
    assert load_synonyms(link).shop_lines == 1
