"""The buttons that begin a decision in the bot. Their data begins with `d`, as that of `toko_core.state.decisions`."""

import re
from dataclasses import dataclass
from typing import Self

from toko_core.state.decisions import Press

PREFIX, ENDING = "catalog-", ".duckdb"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A button of an earlier catalogue."""

    file: str
    """The name of its file."""

    DATA = re.compile(r"dk(?P<name>[\w.+-]{1,60})", re.ASCII)

    def encode(self) -> str:
        return f"dk{self.file.removeprefix(PREFIX).removesuffix(ENDING)}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(f"{PREFIX}{found['name']}{ENDING}") if found else None


@dataclass(frozen=True, slots=True)
class SyncNow:
    """A button that begins a sync. `occasion` is the same for all presses of one message."""

    occasion: str

    DATA = re.compile(r"ds(?P<occasion>[\w-]{1,30})", re.ASCII)

    def encode(self) -> str:
        return f"ds{self.occasion}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(found["occasion"]) if found else None


@dataclass(frozen=True, slots=True)
class SetQuiet:
    """A button that sets quiet hours, for example to `2100-0600`; empty for none."""

    hours: str

    DATA = re.compile(r"dt(?P<hours>\d{4}-\d{4})?", re.ASCII)

    def encode(self) -> str:
        return f"dt{self.hours}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(found["hours"] or "") if found else None


DecisionButton = Press | Earlier | SyncNow | SetQuiet


def decode_decision(data: str) -> DecisionButton | None:
    """Decode a button about decisions. Returns None if no version of the bot or the chain wrote this data."""
    kinds = (Press, Earlier, SyncNow, SetQuiet)
    return next((found for kind in kinds if (found := kind.decode(data)) is not None), None)
