"""When a discount or promotion of the shop applies."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EVERY_DAY = 0b111_1111


@dataclass(frozen=True, slots=True)
class Period:
    """Dates, and within them hours or weekdays. All times are the shop's wall clock, without a zone."""

    start: datetime | None = None
    """The first moment; None means no limit."""
    end: datetime | None = None
    """The moment from which it no longer applies; None means no limit."""
    first_time: time | None = None
    last_time: time | None = None
    """The hours of each day, both included; over midnight if the last is earlier than the first. None: all day."""
    weekdays: int = EVERY_DAY
    """A bit for each day on which it applies; the lowest is Monday."""

    def covers(self, moment: datetime) -> bool:
        """Return whether it applies at a moment."""
        if (self.start and moment < self.start) or (self.end and moment >= self.end):
            return False
        return self._covers_time(moment.time()) and bool(self.weekdays >> moment.weekday() & 1)

    @property
    def last_day(self) -> date | None:
        """The last day on which it applies."""
        return (self.end - timedelta(microseconds=1)).date() if self.end else None

    def _covers_time(self, now: time) -> bool:
        first, last = self.first_time or time.min, self.last_time or time.max
        return first <= now <= last if first <= last else now >= first or now <= last


ALWAYS = Period()
