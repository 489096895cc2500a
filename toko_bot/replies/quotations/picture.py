"""Draws a quotation as a picture. It uses no Telegram."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from toko_bot.replies.drawing import (
    FAINT,
    GAP,
    INK,
    LARGE,
    MARGIN,
    NORMAL,
    RULE_HEIGHT,
    SMALL,
    Canvas,
    row_height,
    wrap,
)

NAME_LINES = 2
INDENT = "    "


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line: what is bought, and below it the quantity with the unit price, and the subtotal."""

    name: str
    count: str
    subtotal: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The texts of one picture, from top to bottom."""

    shop: str
    title: str
    dates: str
    lines: Sequence[SheetLine]
    sums: Sequence[tuple[str, str]]


def draw_sheet(sheet: Sheet) -> bytes:
    """Draw a PNG. Texts that are too long are cut. Do not call it in the event loop."""
    names = [wrap(line.name, NORMAL, NAME_LINES, INDENT) for line in sheet.lines]
    canvas = Canvas(_height(sheet, sum(map(len, names))))
    for text, size, shade in ((sheet.shop, LARGE, INK), (sheet.title, NORMAL, INK), (sheet.dates, SMALL, FAINT)):
        canvas.text(text, size, shade)
    canvas.rule()
    for line, name in zip(sheet.lines, names, strict=True):
        for part in name:
            canvas.text(part, NORMAL, INK)
        canvas.columns(line.count, line.subtotal, SMALL, FAINT)
        canvas.y += GAP
    canvas.rule()
    for left, right in sheet.sums:
        canvas.columns(left, right, NORMAL, INK)
    made = io.BytesIO()
    canvas.image.save(made, "PNG")
    return made.getvalue()


def _height(sheet: Sheet, name_lines: int) -> int:
    head = row_height(LARGE) + row_height(NORMAL) + row_height(SMALL)
    lines = name_lines * row_height(NORMAL) + len(sheet.lines) * (row_height(SMALL) + GAP)
    return 2 * MARGIN + head + lines + 2 * RULE_HEIGHT + len(sheet.sums) * row_height(NORMAL)
