"""Makes docs/answer.png: what `toko search` prints in a terminal of 80 columns. Run it after `make demo`.

.venv/bin/python -m docs.make_answer "indomi goreng spesial" "minyak goreng 2 lt"
"""

import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from tests.browser.chromium import find_chromium

PICTURE = Path(__file__).with_name("answer.png")
COLUMNS = 80
COLOURS = 64
LEGIBLE = 2
"""Pixels of the picture for one of the page, so that the text is sharp on any screen."""


def search(query: str) -> str:
    """What `toko search` prints, with its colours."""
    toko = Path(sys.executable).with_name("toko")
    terminal = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    command = [toko, "search", "--limit", "3", query]
    return subprocess.run(command, env=terminal, check=True, capture_output=True, text=True).stdout.strip("\n")


def draw_terminal(queries: list[str]) -> str:
    """An SVG of a terminal in which these searches were typed."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        for query in queries:
            console.print(Text(f"$ toko search {query}", "green"))
            console.print(Text.from_ansi(search(query)), end="\n\n")
    return console.export_svg(title="toko search", theme=MONOKAI)


def take_picture(svg: str) -> None:
    """Write the SVG as PNG, as Chromium shows it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=LEGIBLE, viewport={"width": 1000, "height": 800})
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ width: 100%; display: block }}</style>{svg}")
        seen = Image.open(io.BytesIO(page.locator("svg").first.screenshot()))
        browser.close()
    seen.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    take_picture(draw_terminal(sys.argv[1:]))
