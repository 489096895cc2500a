"""What the benchmark asks of an engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT = 10
"""Results of a search."""

Search = Callable[[str], Sequence[int]]
"""A query of any text -> rows of at most LIMIT names, best first."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One way of searching, at its best settings."""

    name: str
    """As `--engines` takes it."""
    setting: str
    """For people: what is asked of it."""
    modules: tuple[str, ...]
    """Imported before anything is timed; the first part of each is a package that may be missing."""
    build: Callable[[Sequence[str], Path], None]
    """names, an empty folder -> whatever it keeps of them, stored in that folder."""
    load: Callable[[Path], Search]
    """From what `build` stored."""
    most_names: int | None = None
    """Left out beyond so many, unless it is asked for."""
