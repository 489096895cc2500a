"""Quiet hours: how people write them, and which moments they cover."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from toko_core.state.quiet import QuietHours

JAKARTA, JAYAPURA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("21-6", "21.00–06.00"), ("21.30–05.15", "21.30–05.15"), ("21:00 sampai 6", "21.00–06.00"), ("0-24", None),
        ("13-14", "13.00–14.00"), ("22-24", "22.00–00.00"), ("6-6", None), ("25-3", None), ("21.75-6", None),
        ("besok", None), ("", None), ("21", None), ("jam 21 sampai jam 6", "21.00–06.00"),
        ("Jam 21.00 s.d. 06.00", "21.00–06.00"), ("21.00 WIB - 06.00 WIB", "21.00–06.00"),
        ("dari pukul 21 hingga 6", "21.00–06.00"), ("21 sd 6", "21.00–06.00"), ("21-6-7", None),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(text: str, hours: str | None) -> None:
    found = QuietHours.parse(text)
    assert (str(found) if found else None) == hours
    assert found is None or QuietHours.parse(str(found)) == found


@pytest.mark.parametrize(
    ("hours", "clock", "covered"),
    [
        ("21-6", "20:59", False), ("21-6", "21:00", True), ("21-6", "00:00", True), ("21-6", "05:59", True),
        ("21-6", "06:00", False), ("12-13", "12:30", True), ("12-13", "13:00", False), ("12-13", "00:00", False),
    ],
)  # fmt: skip
def test_a_moment_is_covered_by_the_shops_clock(hours: str, clock: str, covered: bool) -> None:
    found, time = QuietHours.parse(hours), datetime.fromisoformat(f"2026-11-30 {clock}").replace(tzinfo=JAKARTA)
    assert found is not None
    assert found.covers(time, JAKARTA) is covered
    assert found.covers(time.replace(tzinfo=JAYAPURA), JAYAPURA) is covered
