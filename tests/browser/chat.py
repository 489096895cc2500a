"""Draws messages as a phone shows them. A picture carries its text, so that a test can read it without the browser."""

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import telegram
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page

from tests.servers.telegram.records import Message

WIDTH = 300
"""CSS pixels. The lines of 30 characters in a message fit in one line, as on a phone."""
LEGIBLE = 2
"""Pixels of the picture for one of the page, so that the text is sharp in print."""
COLOURS = 192
TEXT = "Description"
"""The field of a PNG that holds what the picture says."""
STYLE = """
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.32 Roboto, "DejaVu Sans Condensed", "Noto Color Emoji", sans-serif }
main { padding: 8px; background: #d5e2d0 }
p { margin: 0 0 6px auto; width: fit-content; max-width: 260px; padding: 6px 10px; white-space: pre-wrap;
  border-radius: 14px 14px 4px 14px; background: #effdde }
section { margin-bottom: 6px } section:last-child { margin: 0 }
article { padding: 7px 10px; border-radius: 14px 14px 14px 4px; background: #fff; white-space: pre-wrap;
  overflow-wrap: anywhere }
pre { display: inline; font: 14px/1.3 "DejaVu Sans Mono", "Noto Color Emoji", monospace; white-space: pre-wrap }
code { font: 14px "DejaVu Sans Mono", monospace; color: #2b6cb0 }
nav { display: flex; gap: 4px; margin-top: 4px }
nav span { flex: 1; padding: 7px 2px; border-radius: 8px; background: #6b8a63; color: #fff; font-weight: 500;
  text-align: center; white-space: nowrap }
"""


def draw_chat(page: Page, messages: Sequence[Message], text: str) -> bytes:
    """Draw messages below each other, with their formatting and buttons. `text` goes into the picture's field TEXT.

    Returns a PNG of few colours.
    """
    page.set_content(f"<meta charset=utf-8><style>{STYLE}</style><main>{''.join(map(_bubble, messages))}</main>")
    seen = Image.open(io.BytesIO(page.locator("main").screenshot(animations="disabled"))).convert("RGB")
    fields, picture = PngInfo(), io.BytesIO()
    fields.add_itxt(TEXT, text)
    small = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(picture, "PNG", optimize=True, pnginfo=fields)
    return picture.getvalue()


def read_text(picture: Path) -> str:
    """Return what a picture says, as it was when it was drawn."""
    with Image.open(picture) as image:
        return str(image.info[TEXT])


def _bubble(message: Message) -> str:
    if not message.sender.is_bot:
        return f"<p>{escape(message.text)}</p>"
    read = telegram.Message.de_json(message.json({"id": message.chat_id, "type": "private"}), None)
    rows = ["".join(f"<span>{escape(button.text)}</span>" for button in row) for row in message.rows]
    return f"<section><article>{read.text_html}</article>{''.join(f'<nav>{row}</nav>' for row in rows)}</section>"
