"""What is found: one line, and how bad it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import duckdb
import psycopg

from toko_core.errors import CatalogError, TokoError


class Mark(Enum):
    """The beginning of a line, in Rich's markup."""

    GOOD = "[green]✓[/]"
    NOTE = "[yellow]![/]"
    WRONG = "[red]✗[/]"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. What is wrong says also what to do."""

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
    """The findings; an error that ends them is one more."""
    try:
        yield from findings
    except (TokoError, CatalogError, OSError, psycopg.Error, duckdb.Error) as error:
        yield wrong(subject, " ".join(str(error).split()))
