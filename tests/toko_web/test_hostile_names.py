"""Names of goods are hostile input: no page of the server takes them for markup, a script or an address."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.toko_web.full_shop import HOSTILE, publish_full_shop
from tests.toko_web.serving import RunningWeb, running_web

SEARCHES = (
    "", "hostile", HOSTILE.namaitem, HOSTILE.kodeitem, "alert", "teh <celup>", "\"><script>alert(1)</script>",
    "' OR 1=1 --", "{{7*7}}", "%00", "\x00", "\u202e", "'; DROP TABLE products; --", "a" * 500,
)  # fmt: skip
STARTS = ("/?q=", "/hasil?q=", "/pindai?kode=")
PAGES = ("/masuk", "/akun", "/keadaan", "/daftar/perubahan-harga", "/daftar/terlaris", "/daftar/habis", "/daftar/rugi",
         "/daftar/tanpa-harga", "/daftar/dicari", "/nothing")  # fmt: skip
SAFE_ADDRESS = re.compile(r"(/(?!/)|#|\?)[^\x00-\x20\"'<>]*")
ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcset", "poster", "data"})
HTML = {"Accept": "text/html"}


class Page(HTMLParser):
    """Collects what a page has that could run something, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: set[str] = set()
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag in {"script", "style"}
        values = dict(attrs)
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.wrong.append(f"a script that is not ours: {attrs}")
        if tag in {"iframe", "object", "embed", "base", "style"}:
            self.wrong.append(f"<{tag}> {attrs}")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in ADDRESSES and not SAFE_ADDRESS.fullmatch(value or "/"):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name == "href" and tag == "a" and value:
                self.links.add(value)

    def handle_endtag(self, _: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.wrong.append(f"a script in the page: {data}")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    data: Path = tmp_path_factory.mktemp("hostile")
    publish_full_shop(data)
    with running_web(data, tmp_path_factory.mktemp("web")) as web:
        yield web


def test_no_page_has_markup_of_a_name_or_of_a_search(hostile: RunningWeb) -> None:
    with hostile.client(headers=HTML, follow_redirects=True) as client:
        waiting = [*PAGES, *(f"{start}{quote(text)}" for start in STARTS for text in SEARCHES)]
        seen: set[str] = set()
        wrong: list[str] = []
        products = 0
        while waiting:
            address = waiting.pop()
            if address in seen:
                continue
            seen.add(address)
            response = client.get(address)
            assert response.status_code < 500, (address, response.text)
            if response.headers["Content-Type"].startswith("text/html"):
                page = Page(response.text)
                wrong += [f"{address}: {what}" for what in page.wrong]
                found = [link for link in page.links if link.startswith("/barang/") and link not in seen]
                products += len(found)
                waiting += found
    assert wrong == []
    assert products > 5
    assert "Traceback" not in hostile.log
