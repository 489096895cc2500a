"""docs/asvs.md has each requirement of level 1, and names tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2
3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1
6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4
10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
"""The numbers in version 5.0.0 of the standard."""
PAPER = frozenset({"6.4.2", "8.1.1"})
"""Requirements about documents, and about something that is not there, which no test shows."""
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "asvs.md").read_text().splitlines()
    if re.match(r"\| \d", line)
]


def test_each_requirement_of_level_1_is_listed_in_order() -> None:
    assert [row[0] for row in ROWS] == LEVEL_1.split()


def test_each_requirement_that_applies_names_a_test() -> None:
    without = [row[0] for row in ROWS if not row[3] and "does not apply" not in row[2] and row[0] not in PAPER]
    assert without == []


def test_each_test_that_is_named_exists() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])}
    assert named
    assert sorted(name for name in named if not exists(*name.split("::"))) == []


def exists(file: str, test: str) -> bool:
    path = ROOT / "tests" / file
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef) and node.name == test for node in ast.parse(path.read_text()).body
    )
