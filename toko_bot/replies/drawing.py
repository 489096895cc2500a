"""Draws texts onto a picture of shades of grey, row by row. It uses no Telegram. Pillow is loaded when it draws."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, MARGIN, GAP = 900, 40, 10
"""In pixels."""
SMALL, NORMAL, LARGE = 26, 28, 44
"""Sizes of fonts."""
RULE = 2
INK, FAINT, RULED, PAPER = 0x22, 0x66, 0xBB, 0xFF
"""Shades of grey: drawing and encoding take a tenth of a second, with colours half a second."""
INNER = WIDTH - 2 * MARGIN
RULE_HEIGHT = RULE + 2 * GAP


class Canvas:
    """A picture on which each row is drawn below the last one. Do not use it in the event loop."""

    def __init__(self, height: int) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("L", (WIDTH, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)
        self.y = MARGIN
        """Where the next row begins."""

    def text(self, text: str, size: int, shade: int) -> None:
        """Draw a text, cut to the width of the picture."""
        self._draw.text((MARGIN, self.y), cut(text, size, INNER), shade, font(size))
        self.y += row_height(size)

    def columns(self, left: str, right: str, size: int, shade: int) -> None:
        """Draw two texts in one row. The left one is cut to the room that the right one leaves."""
        left, right = ascii_text(left), ascii_text(right)
        room = WIDTH - 3 * MARGIN - round(font(size).getlength(right))
        self._draw.text((MARGIN + GAP, self.y), cut(left, size, room), shade, font(size))
        self._draw.text((WIDTH - MARGIN, self.y), right, INK, font(size), anchor="ra")
        self.y += row_height(size)

    def rule(self) -> None:
        """Draw a line from left to right."""
        self._draw.line((MARGIN, self.y + GAP, WIDTH - MARGIN, self.y + GAP), RULED, RULE)
        self.y += RULE_HEIGHT


def row_height(size: int) -> int:
    """Return how many pixels a row of texts of this size takes."""
    return size + GAP


def wrap(text: str, size: int, most: int, indent: str = "") -> list[str]:
    """Return a text in at most `most` lines that fit into the picture. What does not fit is cut.

    All lines but the first one begin with `indent`.
    """
    full: list[str] = []
    last = ""
    for word in ascii_text(text).split():
        longer = f"{last} {word}".strip()
        if last and len(full) < most - 1 and font(size).getlength(longer) > INNER:
            full.append(last)
            longer = f"{indent}{word}"
        last = longer
    return [cut(line, size, INNER) for line in [*full, last]]


def cut(text: str, size: int, room: int) -> str:
    """Return as much of a text as fits into `room` pixels."""
    plain = ascii_text(text)
    while plain and font(size).getlength(plain) > room:
        plain = f"{plain[: max(len(plain) - 4, 0)].rstrip()}..." if len(plain) > 4 else ""
    return plain


def ascii_text(text: str) -> str:
    """Convert a text to printable ASCII, which is all that the font has."""
    plain = text.translate({ord("×"): "x", ord("−"): "-", ord("–"): "-", ord("…"): "..."})
    decomposed = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(character for character in decomposed if character.isprintable())


@cache
def font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    """Load Pillow's built-in font, which needs no font files."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
