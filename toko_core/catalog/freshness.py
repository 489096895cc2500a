"""Computes how old the data is, without the days on which the shop is closed."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?")
LONGEST = timedelta(days=366)
"""Closed days are not subtracted from a longer age: such data is old in any case."""


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """The setting CLOSED_DAYS: weekdays and dates on which the shop is closed."""

    weekdays: frozenset[int] = frozenset()
    """Numbered from 0, which is Monday."""
    dates: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def parse(cls, value: object) -> Self:
        """Parse a text like `minggu, 2026-03-20..2026-03-24`. Weekdays may also be in English. Raises ValueError."""
        if isinstance(value, cls):
            return value
        weekdays: set[int] = set()
        dates: set[date] = set()
        for word in re.split(r"[,;\s]+", str(value).strip().lower().replace("jum'at", "jumat")):
            if word in WEEKDAYS or word in ENGLISH:
                weekdays.add((WEEKDAYS if word in WEEKDAYS else ENGLISH).index(word))
            elif word:
                dates |= _dates(word)
        return cls(frozenset(weekdays), frozenset(dates))

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays or day in self.dates


def open_age(then: datetime, now: datetime, zone: ZoneInfo, closed: ClosedDays) -> timedelta:
    """Return the time from `then` to `now` without the closed days.

    A closed day runs from midnight to midnight in the shop's time zone.
    """
    age = max(now - then, timedelta())
    if age > LONGEST:
        return age
    day, last = then.astimezone(zone).date(), now.astimezone(zone).date()
    while day <= last:
        if day in closed:
            start = datetime.combine(day, time(), zone)
            end = datetime.combine(day + timedelta(days=1), time(), zone)
            age -= max(min(end, now) - max(start, then), timedelta())
        day += timedelta(days=1)
    return age


def is_old(made: datetime, stale_hours: float, zone: ZoneInfo, closed: ClosedDays) -> bool:
    """Return whether data that was made then is older than STALE_HOURS. Closed days don't count."""
    return open_age(made, datetime.now(UTC), zone, closed) > timedelta(hours=stale_hours)


def _dates(word: str) -> set[date]:
    found = RANGE.fullmatch(word)
    if not found:
        raise ValueError("must be weekdays (minggu) and dates (2026-03-20, or 2026-03-20..2026-03-24)")
    try:
        first = date.fromisoformat(found[1])
        days = (date.fromisoformat(found[2] or found[1]) - first).days
    except ValueError:
        raise ValueError(f"has an invalid date: {word}") from None
    if not 0 <= days < LONGEST.days:
        raise ValueError(f"has a range of dates that runs backwards or is longer than a year: {word}")
    return {first + timedelta(days=n) for n in range(days + 1)}
