"""Searches as people type them, with a judgement of every name: which names answer them, and which partly do.

A file has one search a line, as JSON with these keys:

    id, q      the search
    group      its kind; the searches of the group "nothing" are for goods that no name has
    grade2     regular expressions; a name in which one of them is found answers the search
    grade1     the same for names that answer it partly
    not        the same for names that do not answer it, whatever the other two say
    n2, n1     how many of the names that it was judged on have each grade

The expressions are searched in the casefolded name.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Self

from toko_core import PermanentError

NOTHING = "nothing"
GAINS = (0, 1, 3)
"""The gain of a name in nDCG, by its grade."""
COUNTED, FIRST_PAGE = 10, 5
FULL, PARTLY = 2, 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """A search, and which names answer it."""

    query: str
    group: str
    full: tuple[re.Pattern[str], ...]
    partly: tuple[re.Pattern[str], ...]
    excluded: tuple[re.Pattern[str], ...]
    counts: tuple[int, int]
    """How many names have grade 2 and 1 in the names that it was judged on."""

    @classmethod
    def of(cls, read: dict[str, Any]) -> Self:
        """Read a line of the file. Raises KeyError, TypeError or re.error."""
        full, partly, excluded = (tuple(map(re.compile, read[key])) for key in ("grade2", "grade1", "not"))
        return cls(str(read["q"]), str(read["group"]), full, partly, excluded, (int(read["n2"]), int(read["n1"])))

    def grades(self, names: Sequence[str]) -> dict[int, int]:
        """Return the grade of each row that has one. `names` are casefolded."""
        grades = {}
        for row, name in enumerate(names):
            grade = FULL if _any(self.full, name) else PARTLY if _any(self.partly, name) else 0
            if grade and not _any(self.excluded, name):
                grades[row] = grade
        return grades


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The quality of the answers to the searches of one group."""

    group: str
    queries: int
    first: int
    """The searches whose first name answers them."""


@dataclass(frozen=True, slots=True)
class JudgedScore:
    """The quality of an engine's answers to judged searches."""

    queries: int
    """Those that some name answers; the first five figures are of these."""
    success_at_1: float
    """The share of searches whose first name answers them."""
    success_at_5: float
    ndcg_at_10: float
    empty: int
    """The searches without any hit."""
    nothing: int
    """The searches that no name answers."""
    nothing_empty: int
    groups: tuple[GroupScore, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "queries": self.queries,
            "success_at_1": round(self.success_at_1, 4),
            "success_at_5": round(self.success_at_5, 4),
            "ndcg_at_10": round(self.ndcg_at_10, 4),
            "empty": self.empty,
            "nothing": self.nothing,
            "nothing_empty": self.nothing_empty,
            "groups": {score.group: {"queries": score.queries, "first": score.first} for score in self.groups},
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged searches with the grades of one shop's names."""

    judgements: tuple[Judgement, ...]
    grades: tuple[dict[int, int], ...] = field(repr=False)

    @classmethod
    def on(cls, judgements: Sequence[Judgement], names: Iterable[str]) -> Self:
        """Grade all names for all searches."""
        folded = [name.casefold() for name in names]
        return cls(tuple(judgements), tuple(judgement.grades(folded) for judgement in judgements))

    @property
    def queries(self) -> list[str]:
        return [judgement.query for judgement in self.judgements]

    @property
    def differing(self) -> int:
        """How many searches have other numbers of graded names than those that they were judged on."""
        return sum(
            judgement.counts != (_count(grades, FULL), _count(grades, PARTLY))
            for judgement, grades in zip(self.judgements, self.grades, strict=True)
        )

    def score(self, answers: Sequence[Sequence[int]]) -> JudgedScore:
        """Return the score of an engine. `answers` has the rows of each search, best first."""
        judged = zip(self.judgements, self.grades, answers, strict=True)
        given = [(judgement.group, grades, rows[:COUNTED]) for judgement, grades, rows in judged]
        real = [(group, grades, rows) for group, grades, rows in given if group != NOTHING]
        nothing = [rows for group, _, rows in given if group == NOTHING]
        firsts: defaultdict[str, list[bool]] = defaultdict(list)
        for group, grades, rows in real:
            firsts[group].append(_has_answer(grades, rows[:1]))
        ndcgs = [_ndcg(grades, rows) for _, grades, rows in real if grades]
        return JudgedScore(
            queries=len(real),
            success_at_1=_mean(first for of_group in firsts.values() for first in of_group),
            success_at_5=_mean(_has_answer(grades, rows[:FIRST_PAGE]) for _, grades, rows in real),
            ndcg_at_10=_mean(ndcgs),
            empty=sum(not rows for _, _, rows in real),
            nothing=len(nothing),
            nothing_empty=sum(not rows for rows in nothing),
            groups=tuple(GroupScore(group, len(first), sum(first)) for group, first in firsts.items()),
        )


def read_judged(file: Path) -> list[Judgement]:
    """Read judged searches. Raises PermanentError, or OSError if the file cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise PermanentError(f"{file} is not UTF-8 text.") from error
    judgements = [_read(line, f"{file}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not judgements:
        raise PermanentError(f"{file} has no searches.")
    return judgements


def _read(line: str, place: str) -> Judgement:
    try:
        return Judgement.of(json.loads(line))
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise PermanentError(f"{place}: this is no judged search ({error!r}).") from error


def _any(patterns: Iterable[re.Pattern[str]], name: str) -> bool:
    return any(pattern.search(name) for pattern in patterns)


def _count(grades: dict[int, int], grade: int) -> int:
    return sum(each == grade for each in grades.values())


def _has_answer(grades: dict[int, int], rows: Sequence[int]) -> bool:
    return any(grades.get(row) == FULL for row in rows)


def _ndcg(grades: dict[int, int], rows: Sequence[int]) -> float:
    """Return the discounted gain of the rows, divided by that of the best order of all graded names."""
    best = sorted(grades.values(), reverse=True)[:COUNTED]
    return _dcg([grades.get(row, 0) for row in rows]) / _dcg(best)


def _dcg(grades: Sequence[int]) -> float:
    return sum(GAINS[grade] / math.log2(place + 2) for place, grade in enumerate(grades))


def _mean(values: Iterable[float]) -> float:
    every = list(values)
    return fmean(every) if every else 0.0
