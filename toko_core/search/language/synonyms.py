"""Synonyms: words and short phrases that mean the same in Indonesian shops.

`synonyms.txt` has the groups that come with the program. A shop adds its own in a file of the same format:

    pasta gigi, odol: pepsodent, ciptadent     a comma between words of one meaning, brands after a colon
    sepatu, shoes:                             a colon alone after the words for a category of goods
    popok, diapers: *pampers, sweety           a brand that people say for the whole category
    brown, coklat~                             a weaker sense: `coklat` is more often a flavour
    camilan > keripik, biskuit                 only in one direction: who types `keripik` does not mean `camilan`
    # a comment, also at the end of a line

A semicolon or an equals sign separates words like a comma, so a list that a spreadsheet saved is read as well.

Senses lead from one group only. `lada, merica` and `merica, sahang` would not make `sahang` mean `lada`.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain, starmap
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from toko_core.search.text import words

FILE = Path(__file__).with_name("synonyms.txt")
SYNONYM, WEAKER, OTHER_BRAND = 0.9, 0.6, 0.4
"""The weights of a true synonym, of a weaker sense, such as a brand for its category, and of another brand for one that
people say for the whole category. The typed word itself has 1."""
LONGEST_PHRASE, LONGEST_WORD = 3, 32
"""The most words of a phrase, and the most characters of each of them."""
LARGEST_FILE, MOST_LINES, MOST_WORDS, MOST_SENSES = 128 << 10, 2_000, 40, 50_000
"""Limits of a shop's file: bytes, lines, words of a line, and senses of all lines together."""
SEPARATOR = re.compile("[,;=]")
MOST_PROBLEMS = 50
"""More bad lines are only counted."""


class Sense(NamedTuple):
    """One meaning of a typed word or phrase."""

    words: tuple[str, ...]
    """One to three words of a name, which stand side by side."""
    weight: float
    """How much they count, where the typed word itself counts 1."""


class _Group(NamedTuple):
    """The words of one line."""

    strong: list[str]
    weak: list[str]
    brands: list[str]
    is_category: bool
    """Whether the line has a colon."""
    nouns: list[str]
    """Those of the brands that people say for the whole category."""
    typed: list[str]
    """The words before `>`, which mean the others. Without any, all strong words mean each other."""

    def meanings(self) -> Iterator[tuple[list[str], list[str], float]]:
        """Yield typed words with words that each of them means, and the weight. A word never means itself."""
        weak = self.weak + self.brands
        if self.typed:
            yield self.typed, self.strong, SYNONYM
            yield self.typed, weak, WEAKER
            return
        yield self.strong, self.strong, SYNONYM
        yield self.strong, weak, WEAKER
        yield weak, self.strong, WEAKER
        yield self.nouns, self.brands, OTHER_BRAND

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each typed word with a word that it means."""
        for typed, meant, _ in self.meanings():
            yield from ((one, word) for one in typed for word in meant if one != word)


@dataclass(frozen=True)
class Synonyms:
    """What typed words and phrases may also mean: by the program's own groups of words, and by those of a shop.

    The program's are read when they are first needed.
    """

    shops: tuple[_Group, ...]
    """The groups of the shop's file."""
    problems: tuple[str, ...]
    """One line for each line of the shop's file that is ignored, or one line that says why no line is read."""

    @cached_property
    def senses(self) -> Mapping[str, tuple[Sense, ...]]:
        """By typed word or phrase, as `words` splits it, with a space between: its senses, the strongest first."""
        weights: dict[str, dict[str, float]] = {}
        for typed, meant, weight in chain.from_iterable(group.meanings() for group in self._groups):
            for one in typed:
                senses = weights.setdefault(one, {})
                for word in meant:
                    if senses.get(word, 0) < weight and word != one:
                        senses[word] = weight
        sense_of = cache(lambda word, weight: Sense(tuple(word.split()), weight))
        by_weight = {typed: sorted(senses.items(), key=lambda sense: -sense[1]) for typed, senses in weights.items()}
        return {typed: tuple(starmap(sense_of, senses)) for typed, senses in by_weight.items() if senses}

    @cached_property
    def categories(self) -> frozenset[str]:
        """Words and phrases for a category of goods, those before a colon: `pasta gigi`, and `pampers` as well."""
        return frozenset(
            word for group in self._groups if group.is_category for word in group.typed + group.strong + group.nouns
        )

    @cached_property
    def brands(self) -> frozenset[str]:
        """The brands that groups list."""
        return frozenset(word for group in self._groups for word in group.brands)

    @property
    def shop_lines(self) -> int:
        """The number of lines of the shop's file that count."""
        return len(self.shops)

    @property
    def _groups(self) -> tuple[_Group, ...]:
        return _read_ours() + self.shops


def load_synonyms(shop_file: Path | None = None) -> Synonyms:
    """Read the synonyms that come with the program, and those of a shop's own file.

    A shop's file that cannot be read, or a line of it that is wrong, raises nothing: it is ignored, and `problems` says
    why.
    """
    if shop_file is None:
        return OURS
    try:
        text = _read_text(shop_file)
    except _UnusableError as error:
        return Synonyms((), (str(error),))
    groups, problems = _read_shop(text)
    if len(problems) > MOST_PROBLEMS:
        problems = [*problems[:MOST_PROBLEMS], f"{len(problems) - MOST_PROBLEMS} more lines are ignored"]
    return Synonyms(tuple(groups), tuple(problems))


OURS = Synonyms((), ())


class _UnusableError(Exception):
    """A file or a line cannot be used. The message is for people."""


@lru_cache(maxsize=1)
def _read_ours() -> tuple[_Group, ...]:
    lines = _lines(FILE.read_text(encoding="utf-8"))
    return tuple(_read_line(line, most_words=1_000) for _, line in lines)


def _read_shop(text: str) -> tuple[list[_Group], list[str]]:
    """Return the groups of the lines that count, and a problem for each other line."""
    groups, problems, senses = [], [], 0
    for number, line in _lines(text):
        if number > MOST_LINES:
            problems.append(f"line {number} and those after it are ignored: at most {MOST_LINES:,} lines are read")
            break
        try:
            group = _read_line(line, MOST_WORDS)
        except _UnusableError as error:
            problems.append(f"line {number} {error}")
            continue
        senses += sum(1 for _ in group.pairs())
        if senses > MOST_SENSES:
            problems.append(f"line {number} and those after it are ignored: the lines before have too many words")
            break
        groups.append(group)
    return groups, problems


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and content of each line that is more than a comment."""
    for number, line in enumerate(text.split("\n"), 1):
        if content := line.partition("#")[0].strip():
            yield number, content


def _read_line(line: str, most_words: int) -> _Group:
    typed, arrow, meant = line.rpartition(">")
    meant, colon, brands = meant.partition(":")
    if ">" in typed or ":" in typed or ":" in brands:
        raise _UnusableError("has more than one '>' or ':', or a ':' before a '>'")
    marked, brand_names = _phrases(meant), _phrases(brands)
    group = _Group(
        strong=[phrase for phrase in marked if not phrase.endswith("~")],
        weak=[phrase[:-1] for phrase in marked if phrase.endswith("~")],
        brands=[brand.removeprefix("*") for brand in brand_names],
        is_category=bool(colon),
        nouns=[brand[1:] for brand in brand_names if brand.startswith("*")],
        typed=_phrases(typed),
    )
    every = [*group.typed, *group.strong, *group.weak, *group.brands]
    if len(every) > most_words:
        raise _UnusableError(f"has {len(every)} words; at most {most_words} are allowed")
    if "~" in typed + brands:
        raise _UnusableError("has a '~' before the '>' or after the ':', where none is allowed")
    if "*" in typed + meant:
        raise _UnusableError("has a '*' before a word that is no brand: only the words after a ':' are brands")
    if arrow and not (group.typed and len(every) > len(group.typed)):
        raise _UnusableError("needs words before and after the '>'")
    if not any(True for _ in group.pairs()):
        raise _UnusableError("needs at least two different words, with a comma between them")
    return group


def _phrases(text: str) -> list[str]:
    """Return the distinct phrases of a list, as the search splits them. A `~` stays."""
    return list(dict.fromkeys(_phrase(part) for part in SEPARATOR.split(text) if part.strip()))


def _phrase(text: str) -> str:
    split = list(dict.fromkeys(words(text)))  # like the search, which counts a word that is said twice once
    if not 1 <= len(split) <= LONGEST_PHRASE or len(max(split, key=len)) > LONGEST_WORD:
        shown = text.strip()
        shown = shown if len(shown) <= LONGEST_WORD else f"{shown[:LONGEST_WORD]}…"
        raise _UnusableError(
            f"has {shown!r}: each entry must be one to {LONGEST_PHRASE} words of at most {LONGEST_WORD} letters"
        )
    text = text.strip()
    if "~" in text[:-1] or "*" in text[1:]:
        raise _UnusableError(f"has {text!r}: a '~' comes after a word, and a '*' before it")
    return ("*" if text.startswith("*") else "") + " ".join(split) + ("~" if text.endswith("~") else "")


def _read_text(file: Path) -> str:
    """Read a shop's file. Raises _UnusableError if it is no text file of a sensible size."""
    try:
        opened = os.open(file.expanduser(), os.O_RDONLY | os.O_NONBLOCK)  # a FIFO without a writer would wait
        with os.fdopen(opened, "rb") as stream:
            if not S_ISREG(os.fstat(opened).st_mode):
                raise _UnusableError("the file is not a regular file")
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: the user of ~user is unknown
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _UnusableError(f"{file} cannot be read: {reason}") from error
    if len(content) > LARGEST_FILE:
        raise _UnusableError(f"the file is larger than {LARGEST_FILE >> 10} KB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise _UnusableError(f"the file is not UTF-8 (line {number}): save it with the encoding UTF-8") from error
