"""Fails on words that this project does not use: `plain_english.tsv` lists each with what to write instead.

`python tools/plain_english.py` checks every text file that git tracks; with arguments, only those that you name. The
list holds words and phrases with one meaning only. Ambiguous ones ("page", "look") are for the reader.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = Path(__file__).with_suffix(".tsv")
EXEMPT = {LIST, ROOT / "tests" / "test_plain_english.py"}
"""The list itself, and its test, which quotes it."""
GAP = r"(?:[\s_]+(?:#\s*|>\s*)?|-)"
"""What may stand between two words of a phrase: blanks, "_", "-", or a line end and the start of the next comment."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A listed phrase in a text."""

    line: int
    written: str
    replacement: str

    def __str__(self) -> str:
        return f'{self.line}: "{self.written}": write "{self.replacement}"'


def read_list(path: Path = LIST) -> dict[str, str]:
    """The replacement of each phrase. A line holds both, separated by a tab; "#" begins a comment."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {phrase.lower(): replacement for phrase, replacement in (line.split("\t") for line in lines)}


def find_phrases(text: str, replacements: dict[str, str]) -> Iterator[Finding]:
    """Whole words only, in any letter case, also inside snake_case names and across the end of a line."""
    for match in compile_pattern(tuple(replacements)).finditer(text):
        words = re.split(GAP, match[0])
        phrase = next(phrase for phrase in replacements if re.split("[ -]", phrase) == [word.lower() for word in words])
        yield Finding(text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), replacements[phrase])


def compile_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all phrases; where several begin at the same place, the longest matches."""
    longest_first = sorted(phrases, key=len, reverse=True)
    written = "|".join(join_words(phrase) for phrase in longest_first)
    return re.compile(rf"(?<![^\W_])(?:{written})(?![^\W_])", re.IGNORECASE)


def join_words(phrase: str) -> str:
    """The pattern of a phrase. A hyphenated word is matched with "-" or "_" only: "left over" is good English."""
    return GAP.join("[-_]".join(map(re.escape, word.split("-"))) for word in phrase.split(" "))


def list_tracked_files() -> list[Path]:
    """The files that git tracks and that exist. `safe.directory`: a container's root may not own the checkout."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [path for path in (ROOT / name for name in names if name) if path.is_file()]


def read_text(path: Path) -> str:
    """The file's text; "" for a binary file."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def main(names: list[str]) -> int:
    """Print each finding as `path:line: …`; returns the exit status."""
    replacements = read_list()
    paths = [Path(name).absolute() for name in names] or [path for path in list_tracked_files() if path not in EXEMPT]
    found = [(path, finding) for path in paths for finding in find_phrases(read_text(path), replacements)]
    for path, finding in found:
        print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{finding}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
