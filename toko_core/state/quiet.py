"""Quiet hours: a time of day in which owners only hear of a blocked publication. Other messages wait until its end."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select

from toko_core.state.database import StateDatabase
from toko_core.state.tables import options

OPTION = "quiet_hours"
TIME, UNTIL = r"(\d{1,2})(?:[.:](\d{2}))?", r"(?:-|–|—|s/d|s\.?d\.?|sampai|hingga)"
HOURS = re.compile(rf"{TIME}\s*{UNTIL}\s*{TIME}", re.ASCII | re.IGNORECASE)
WORDS = re.compile(r"\b(?:dari|mulai|jam|pukul|wib|wita|wit)\b", re.IGNORECASE)
"""Words around the hours that say nothing here."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of day in the shop's time zone, which may go past midnight."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `21-6`, `21.30–06.00` or `jam 21 sampai 6`. Returns None for anything else, and for an empty time."""
        found = HOURS.fullmatch(" ".join(WORDS.sub(" ", text).split()))
        if found is None:
            return None
        start_hour, start_minute, end_hour, end_minute = (int(number or 0) for number in found.groups())
        try:
            hours = cls(time(start_hour % 24, start_minute), time(end_hour % 24, end_minute))
        except ValueError:
            return None
        return None if hours.start == hours.end or max(start_hour, end_hour) > 24 else hours

    def __str__(self) -> str:
        return f"{self.start:%H.%M}–{self.end:%H.%M}"

    def covers(self, now: datetime, zone: ZoneInfo) -> bool:
        """Return whether a moment is within the quiet hours. The start is, the end is not."""
        clock = now.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def read_quiet(state: StateDatabase) -> QuietHours | None:
    """Return the shop's quiet hours; None if it has none. Raises StateError, also if there is no such table yet."""
    wanted = select(options.c.value).where(options.c.shop == state.shop, options.c.option == OPTION)
    with state.read(once=True) as connection:
        value = connection.execute(wanted).scalar()
    return QuietHours.parse(value) if isinstance(value, str) else None


def write_quiet(connection: Connection, shop: str, hours: str | None) -> None:
    """Set the shop's quiet hours, written as `str(QuietHours)`; None removes them."""
    connection.execute(delete(options).where(options.c.shop == shop, options.c.option == OPTION))
    if hours is not None:
        connection.execute(insert(options).values(shop=shop, option=OPTION, value=hours))
