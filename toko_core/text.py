"""Formats texts, numbers and times for people, in Indonesian."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""The names of Indonesia's time zones, by their offset from UTC in hours."""


def shorten(text: str, most: int) -> str:
    """Shorten a text to at most `most` characters. A shortened text ends with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def count(number: int) -> str:
    """Format a number with dots between thousands: `12.345`."""
    return f"{number:,}".replace(",", ".")


def moment(time: datetime, zone: ZoneInfo) -> str:
    """Format a time like `Sen 23 Nov 2026 08.30 WIB`."""
    local = time.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    name = ZONES.get(int(offset.total_seconds() // 3600), f"UTC{local:%z}")
    return f"{DAYS[local.weekday()]} {day(time, zone)} {local:%H.%M} {name}"


def day(time: datetime, zone: ZoneInfo) -> str:
    """Format a date like `23 Nov 2026`."""
    local = time.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def age(span: timedelta) -> str:
    """Format a time span like `5 menit`, `3 jam` or `2 hari 4 jam`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} menit"
    hours = minutes // 60
    if hours < 24:
        return f"{hours} jam"
    return f"{hours // 24} hari {hours % 24} jam" if hours % 24 else f"{hours // 24} hari"
