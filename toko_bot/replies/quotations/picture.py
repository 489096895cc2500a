"""Draws a quotation as a picture. It uses no Telegram. Pillow is loaded with the first picture."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDTH, MARGIN, GAP = 900, 40, 10
"""In pixels."""
SMALL, NORMAL, LARGE = 26, 28, 44
"""Sizes of fonts."""
RULE = 2
INK, FAINT, RULED, PAPER = 0x22, 0x66, 0xBB, 0xFF
"""Shades of grey: drawing and encoding take a tenth of a second, with colours half a second."""
NAME_LINES = 2


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
    from PIL import Image, ImageDraw

    names = [_wrap(line.name) for line in sheet.lines]
    image = Image.new("L", (WIDTH, _height(sheet, sum(map(len, names)))), PAPER)
    draw = ImageDraw.Draw(image)
    y = MARGIN
    for text, size, shade in ((sheet.shop, LARGE, INK), (sheet.title, NORMAL, INK), (sheet.dates, SMALL, FAINT)):
        draw.text((MARGIN, y), _cut(text, size, WIDTH - 2 * MARGIN), shade, _font(size))
        y += _row(size)
    y = _rule(draw, y)
    for line, name in zip(sheet.lines, names, strict=True):
        for part in name:
            draw.text((MARGIN, y), part, INK, _font(NORMAL))
            y += _row(NORMAL)
        _columns(draw, y, (line.count, line.subtotal), SMALL, FAINT)
        y += _row(SMALL) + GAP
    y = _rule(draw, y)
    for columns in sheet.sums:
        _columns(draw, y, columns, NORMAL, INK)
        y += _row(NORMAL)
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def _height(sheet: Sheet, name_lines: int) -> int:
    head = _row(LARGE) + _row(NORMAL) + _row(SMALL)
    lines = name_lines * _row(NORMAL) + len(sheet.lines) * (_row(SMALL) + GAP)
    return 2 * MARGIN + head + lines + 2 * (RULE + 2 * GAP) + len(sheet.sums) * _row(NORMAL)


def _rule(draw: "ImageDraw.ImageDraw", y: int) -> int:
    """Draw a line from left to right. Returns where the next text begins."""
    draw.line((MARGIN, y + GAP, WIDTH - MARGIN, y + GAP), RULED, RULE)
    return y + RULE + 2 * GAP


def _columns(draw: "ImageDraw.ImageDraw", y: int, columns: tuple[str, str], size: int, shade: int) -> None:
    left, right = (ascii_text(column) for column in columns)
    room = WIDTH - 3 * MARGIN - round(_font(size).getlength(right))
    draw.text((MARGIN + GAP, y), _cut(left, size, room), shade, _font(size))
    draw.text((WIDTH - MARGIN, y), right, INK, _font(size), anchor="ra")


def _wrap(name: str) -> list[str]:
    """Return a name in at most NAME_LINES lines."""
    full: list[str] = []
    last = ""
    for word in ascii_text(name).split():
        longer = f"{last} {word}".strip()
        if last and len(full) < NAME_LINES - 1 and _font(NORMAL).getlength(longer) > WIDTH - 2 * MARGIN:
            full.append(last)
            longer = f"    {word}"
        last = longer
    return [_cut(line, NORMAL, WIDTH - 2 * MARGIN) for line in [*full, last]]


def _cut(text: str, size: int, room: int) -> str:
    """Return as much of a text as fits into `room` pixels."""
    plain = ascii_text(text)
    while plain and _font(size).getlength(plain) > room:
        plain = f"{plain[: max(len(plain) - 4, 0)].rstrip()}..." if len(plain) > 4 else ""
    return plain


def ascii_text(text: str) -> str:
    """Convert a text to printable ASCII, which is all that the font has."""
    plain = text.translate({ord("×"): "x", ord("−"): "-", ord("–"): "-", ord("…"): "..."})
    decomposed = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(character for character in decomposed if character.isprintable())


def _row(size: int) -> int:
    return size + GAP


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    """Load Pillow's built-in font, which needs no font files."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
