"""A finding: one line, and its severity."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import duckdb
import psycopg

from toko_core import CatalogError, TokoError


class Mark(Enum):
    """The first character of a line, in Rich's markup."""

    GOOD = "[green]✓[/]"
    NOTE = "[yellow]![/]"
    WRONG = "[red]✗[/]"


STATES = {Mark.GOOD: "ok", Mark.NOTE: "warn", Mark.WRONG: "fail"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. A finding of something wrong also says what to do."""

    mark: Mark
    subject: str
    text: str
    advice: str = ""
    """What to do, unless `text` says it."""

    @property
    def said(self) -> str:
        """The whole line."""
        return f"{self.text}: {self.advice}" if self.advice else self.text

    @property
    def data(self) -> dict[str, str]:
        """The finding in `toko doctor --json`. Other programs rely on these names and states (docs/commands.md)."""
        name = self.subject.lower().replace(" ", "_")
        return {"name": name, "state": STATES[self.mark], "text": self.text, "advice": self.advice}


def good(subject: str, text: str) -> Finding:
    return Finding(Mark.GOOD, subject, text)


def note(subject: str, text: str, advice: str = "") -> Finding:
    return Finding(Mark.NOTE, subject, text, advice)


def wrong(subject: str, text: str, advice: str = "") -> Finding:
    return Finding(Mark.WRONG, subject, text, advice)


def guarded(subject: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings, and turn an error into a last finding."""
    try:
        yield from findings
    except (TokoError, CatalogError, OSError, psycopg.Error, duckdb.Error) as error:
        yield wrong(subject, " ".join(str(error).split()))
