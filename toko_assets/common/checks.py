"""The result of a check, independent of Dagster."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Override:
    """How a person lets a blocking check pass for one sync."""

    flag: str
    """The option of `toko sync`."""
    config: str
    """The field of the run config, with its value."""

    @property
    def lifted(self) -> tuple[str, float]:
        """The field and the value by themselves; True and False are values too."""
        name, _, value = self.config.partition(": ")
        return name, json.loads(value)


def explain_overrides(overrides: Iterable[Override]) -> str:
    """Say how to publish anyway, with all of these; nothing if there are none."""
    wanted = list(overrides)
    if not wanted:
        return ""
    flags, config = " ".join(each.flag for each in wanted), ", ".join(each.config for each in wanted)
    return f"If this is right: `toko sync {flags}` (run config: {config})."


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
    override: Override | None = None
    """What lets a blocking check pass; None if nothing does."""

    @property
    def stops(self) -> bool:
        """Whether the result stops the chain."""
        return self.blocking and not self.passed

    @property
    def found(self) -> int:
        """The number of problems found."""
        return len(self.rows) if self.count is None else self.count
