"""Formats texts, numbers and times for people, in Indonesian, and makes texts from outside safe to show."""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""The names of Indonesia's time zones, by their offset from UTC in hours."""
RUN_STATES = {
    "QUEUED": "menunggu giliran", "NOT_STARTED": "disiapkan", "STARTING": "dimulai", "STARTED": "berjalan",
    "MANAGED": "berjalan", "SUCCESS": "berhasil", "FAILURE": "gagal", "CANCELING": "dibatalkan",
    "CANCELED": "dibatalkan",
}  # fmt: skip

INDONESIAN = str.maketrans(",.", ".,")
"""Separates thousands by dots and decimals by a comma."""
COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that command a terminal, end a line, or reorder text (Unicode's Bidi_Control), and halves of characters,
which a file name of other bytes has and no terminal takes."""

FORMULA = r"""((?:^|;)[\s"']*)([=+\-@＝＋－＠])"""
"""The sign that begins a formula, also one of full width: at the beginning of a cell, or after a semicolon. Excel in
Indonesian parts cells at semicolons, and then does not see the quotes around a cell of a file."""
CONTROL = r"[\x00-\x1f\x7f]"
_FORMULA, _CONTROL = re.compile(FORMULA), re.compile(CONTROL)


def drop_controls(text: str) -> str:
    """Return the text without the characters that command: white space among them becomes a space.

    >>> drop_controls("TEH\\tPUCUK\\x1b[2J \\u202e350ML")
    'TEH PUCUK[2J 350ML'
    """
    return text if text.isprintable() else COMMANDS.sub(lambda found: " " if found[0].isspace() else "", text)


def escape_controls(text: str, *, keep: str = "") -> str:
    """Return the text as it is safe for a terminal and a log: on one line, with visible codes for what commands.

    `keep` names characters that stay.

    >>> escape_controls("toko\\x1b[2J\\n\\u202e.i5bu")
    'toko\\\\u001b[2J\\\\u000a\\\\u202e.i5bu'
    """
    if text.isprintable():
        return text
    return COMMANDS.sub(lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", text)


def escape_formula(text: str) -> str:
    """Return a text as a cell of a CSV file that no spreadsheet runs: with an apostrophe before the sign of a formula.

    Control characters become spaces.

    >>> escape_formula("=1+1"), escape_formula("TEH;@SUM(A1)"), escape_formula("TEH-BOTOL")
    ("'=1+1", "TEH;'@SUM(A1)", 'TEH-BOTOL')
    """
    return _FORMULA.sub(r"\1'\2", _CONTROL.sub(" ", text))


def shorten(text: str, most: int) -> str:
    """Shorten a text to at most `most` characters. A shortened text ends with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def count(number: int) -> str:
    """Format a number with dots between thousands: `12.345`."""
    return f"{number:,}".replace(",", ".")


def rupiah(amount: Decimal) -> str:
    """Format an amount in Indonesian notation, with decimals only if there are any.

    >>> rupiah(Decimal("12500.0000")), rupiah(Decimal("1250.5"))
    ('Rp12.500', 'Rp1.250,5')
    """
    return "Rp" + quantity(amount)


def quantity(number: Decimal) -> str:
    """Format a number in Indonesian notation, without trailing zeros.

    >>> quantity(Decimal("40.000")), quantity(Decimal("0.25"))
    ('40', '0,25')
    """
    plain = f"{number:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(INDONESIAN)


def percent(share: Decimal) -> str:
    """Format a share as a percentage with at most one decimal.

    >>> percent(Decimal("0.0526"))
    '5,3%'
    """
    return f"{quantity((share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}%"


def format_change(before: Decimal | None, after: Decimal | None) -> str:
    """Format a change like `Rp10.000 → Rp10.500 (+5%)`, without a percentage if the price was 0.

    None is a price that did not exist, or was not filled in.

    >>> format_change(None, Decimal(5000)), format_change(Decimal(5000), None)
    ('baru: Rp5.000', 'dihapus, sebelumnya Rp5.000')
    """
    if before is None:
        return f"baru: {rupiah(after or Decimal(0))}"
    if after is None:
        return f"dihapus, sebelumnya {rupiah(before)}"
    share = f" ({'+' if after > before else '-'}{percent(abs(after - before) / before)})" if before > 0 else ""
    return f"{rupiah(before)} → {rupiah(after)}{share}"


def sold(receipts: int, amount: Decimal, unit: str) -> str:
    """Format what a product sold, like `12 struk · laku 40 PCS`."""
    return f"{count(receipts)} struk · laku {quantity(amount)} {unit}".rstrip()


def backups(number: str) -> str:
    """Format the number of backups of a price history, as a catalogue has it."""
    return f"{count(int(number))} backup" if number.isdecimal() else "semua backup"


def run_state(status: str) -> str:
    """Return the Indonesian word for the status of a run in Dagster."""
    return RUN_STATES.get(status, "sedang diproses")


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


def ago(span: timedelta) -> str:
    """Format how long ago something was, like `baru saja` or `7 jam lalu`."""
    return "baru saja" if span < timedelta(minutes=1) else f"{age(span)} lalu"
