"""The interface between the benchmark and an engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT = 10
"""The number of results of a search."""

Search = Callable[[str], Sequence[int]]
"""Takes any text as a query, and returns the rows of at most LIMIT names, best first."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine with its best settings."""

    name: str
    """The name for `--engines`."""
    setting: str
    """A description of its settings, for people."""
    modules: tuple[str, ...]
    """The modules to import before the measurement. The first part of each is a package that may be missing."""
    build: Callable[[Sequence[str], Path], None]
    """Indexes the names, and stores the index in an empty folder."""
    load: Callable[[Path], Search]
    """Loads the index that `build` stored."""
    most_names: int | None = None
    """The engine is left out with more names than this, unless `--engines` names it."""
    missing: Callable[[], str | None] = lambda: None
    """Returns which program, other than a package, is missing. The engine is then left out, and the table says so."""
