"""What a check found, before Dagster hears of it."""

from dataclasses import dataclass, field

import pandas as pd

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check's result. A blocking one that did not pass stops the chain before anything is published."""

    name: str
    passed: bool
    summary: str
    """One sentence: what was counted and what the limit is."""
    blocking: bool = False
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The rows concerned; the first 20 are shown."""
    advice: str = ""
    """What to do when it did not pass; empty where the summary says it."""
    count: int | None = None
    """How much was found of what is looked for; None: as many as there are rows."""
    limit: int | str = 0
    """How much of it may be found."""

    @property
    def stops(self) -> bool:
        """Whether it stops the chain."""
        return self.blocking and not self.passed

    @property
    def found(self) -> int:
        """The count."""
        return len(self.rows) if self.count is None else self.count
