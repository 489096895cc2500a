"""A finding: one line, and its severity."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import duckdb
import psycopg

from toko_core.errors import CatalogError, TokoError


class Mark(Enum):
    """The first character of a line, in Rich's markup."""

    GOOD = "[green]✓[/]"
    NOTE = "[yellow]![/]"
    WRONG = "[red]✗[/]"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. A finding of something wrong also says what to do."""

    mark: Mark
    subject: str
    said: str


def good(subject: str, said: str) -> Finding:
    return Finding(Mark.GOOD, subject, said)


def note(subject: str, said: str) -> Finding:
    return Finding(Mark.NOTE, subject, said)


def wrong(subject: str, said: str) -> Finding:
    return Finding(Mark.WRONG, subject, said)


def guarded(subject: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings, and turn an error into a last finding."""
    try:
        yield from findings
    except (TokoError, CatalogError, OSError, psycopg.Error, duckdb.Error) as error:
        yield wrong(subject, " ".join(str(error).split()))
