"""Reads the results of the search page, as somebody sees them."""

import re
from dataclasses import dataclass
from html import unescape

TAG = re.compile(r"<[^>]+>")
GOOD = re.compile(r'<li data-key="([^"]*)"><a class="good" href="([^"]*)">(.*?)</a></li>', re.DOTALL)
CHOICE = re.compile(
    r'<a class="choice"([^>]*) href="([^"]*)"><span class="choice-name">(.*?)</span> ?<span [^>]*>(.*?)<'
)


@dataclass(frozen=True)
class Good:
    """A product of the list."""

    url: str
    html: str

    @property
    def text(self) -> str:
        return text_of(self.html)

    @property
    def name(self) -> str:
        found = re.search(r'class="good-name">(.*?)</span>', self.html, re.DOTALL)
        assert found is not None
        return text_of(found[1])


def goods(page: str) -> list[Good]:
    return [Good(unescape(url), html) for _, url, html in GOOD.findall(page)]


def names(page: str) -> list[str]:
    return [good.name for good in goods(page)]


def choices(page: str) -> dict[str, int]:
    """Return the choices of the filters, and their counts."""
    return {unescape(name): int(number.replace(".", "")) for _, _, name, number in CHOICE.findall(page)}


def link(page: str, text: str) -> str:
    """Return where the filter or the first link with a text leads."""
    for _, url, name, _ in CHOICE.findall(page):
        if unescape(name) == text:
            return unescape(url)
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>(?:(?!</a>).)*{re.escape(text)}', page, re.DOTALL)
    assert found is not None, text
    return unescape(found[1])


def text_of(html: str) -> str:
    """Return HTML as people see it, on one line."""
    return " ".join(unescape(TAG.sub("", html)).split())
