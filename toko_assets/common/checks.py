"""The result of a check, independent of Dagster."""

from dataclasses import dataclass, field

import pandas as pd

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one check. If a blocking check does not pass, the chain stops before anything is published."""

    name: str
    passed: bool
    summary: str
    """One sentence with the count and the limit."""
    blocking: bool = False
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The affected rows, of which the first 20 are shown."""
    advice: str = ""
    """What to do if the check did not pass; empty if the summary says it."""
    count: int | None = None
    """The number of problems found; None for the number of rows."""
    limit: int | str = 0
    """The largest count that passes."""

    @property
    def stops(self) -> bool:
        """Whether the result stops the chain."""
        return self.blocking and not self.passed

    @property
    def found(self) -> int:
        """The number of problems found."""
        return len(self.rows) if self.count is None else self.count
