"""Prints a guide of the documentation on A4, and says whether a printed one is up to date."""

import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"</?a\b[^>]*>")
"""On paper, and in a file that is passed on, a link to another file leads nowhere."""
PAGE = re.compile(rb"/Type\s*/Page\b")
STYLE = """
@page { size: A4; margin: 9mm 10mm }
body { margin: 0; font: 9.2pt/1.3 Roboto, "DejaVu Sans Condensed", "Noto Color Emoji", sans-serif; color: #111 }
main { column-gap: 7mm }
h1 { margin: 0 0 1.5mm; font-size: 16pt; column-span: all }
h1 + p { margin: 0 0 2mm; column-span: all }
h2 { margin: 2.6mm 0 0.8mm; font-size: 11pt; color: #2c5e2e; break-after: avoid }
p, ul, ol { margin: 0.8mm 0 } ul, ol { padding-left: 4.5mm } li { margin: 0.6mm 0 }
table { width: 100%; margin: 1mm 0; border-collapse: collapse } tr { break-inside: avoid }
th, td { padding: 0.6mm 1.2mm; border: 0.2mm solid #bbb; text-align: left; vertical-align: top }
code { padding: 0 0.6mm; border-radius: 1mm; background: #e8efe6; font: inherit; font-weight: 500; white-space: nowrap }
table:has(img) { column-span: all; table-layout: fixed; margin-bottom: 2mm }
table:has(img) :is(th, td) { padding: 0 1mm; border: 0; text-align: center } img { width: 100%; margin-top: 1.2mm }
"""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide that is also there as a PDF, to be printed and passed on."""

    source: Path
    """The Markdown."""
    pages: int
    """The most pages that it may have."""
    columns: int = 1

    @property
    def printed(self) -> Path:
        return self.source.with_suffix(".pdf")

    @property
    def pictures(self) -> dict[str, str]:
        """The alternative text of each picture, by its file name."""
        return {name: text for text, name in PICTURE.findall(self.source.read_text())}

    @property
    def mark(self) -> bytes:
        """A comment below the PDF that says what it was made of."""
        files = [self.source, *(self.source.with_name(name) for name in sorted(self.pictures))]
        digest = hashlib.sha256(b"".join(file.read_bytes() for file in files) + STYLE.encode())
        return f"% {self.source.name} {digest.hexdigest()}\n".encode()


def print_guide(browser: Browser, guide: Guide, folder: Path) -> bytes:
    """Return the guide as a PDF. `folder` is for the page that is printed."""
    text = guide.source.read_text()
    body = LINK.sub("", MarkdownIt("commonmark").enable("table").render(text))
    title = text.partition("\n")[0].removeprefix("# ")
    html = folder / f"{guide.source.stem}.html"
    html.write_text(
        f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<base href="{guide.source.as_uri()}"><style>{STYLE} main {{ columns: {guide.columns} }}</style>'
        f"<main>{body}</main></html>"
    )
    page = browser.new_page()
    page.goto(html.as_uri())
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    return pdf + guide.mark


def count_pages(pdf: bytes) -> int:
    """Count the pages of a PDF that Chromium wrote."""
    return len(PAGE.findall(pdf))
