"""The pages in Chromium: nothing is wider than a phone, whatever goods are called, and axe finds no serious barrier."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.toko_web.full_shop import COFFEE, GOODS, NOODLES
from tests.toko_web.pages.conftest import Shop
from toko_core.catalog.product_hashes import product_hash

LISTS = (
    "/daftar/perubahan-harga?masa=30-hari", "/daftar/terlaris", "/daftar/habis?pilih=semua", "/daftar/rugi",
    "/daftar/tanpa-harga", "/daftar/dicari", "/keadaan",
)  # fmt: skip
LINE_SHARES = """Object.fromEntries([...document.querySelectorAll('.good .moved')].map(
    line => [line.innerText, line.clientWidth / line.closest('.good').clientWidth]))"""
"""How much of its product's width each line of prices has."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


def owners_page(chromium: Browser, shop: Shop, width: int, scheme: str) -> Page:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([
        {"name": cookie.name, "value": cookie.value or "", "url": shop.web.url}
        for cookie in shop.owner.client.cookies.jar
    ])  # fmt: skip
    return context.new_page()


def test_no_page_is_wider_than_a_phone_and_none_breaks_the_rules_on_scripts(chromium: Browser, shop: Shop) -> None:
    page, said = owners_page(chromium, shop, 360, "light"), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in (*LISTS, *(f"/barang/{product_hash(item.kodeitem)}" for item in GOODS)):
        page.goto(shop.web.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert said == []


def test_no_line_of_a_product_is_squeezed_on_a_phone(chromium: Browser, shop: Shop) -> None:
    page, seen = owners_page(chromium, shop, 360, "light"), 0
    for path in LISTS:
        page.goto(shop.web.url + path)
        shares: dict[str, float] = page.evaluate(LINE_SHARES)
        assert {line: share for line, share in shares.items() if share < 0.9} == {}, path
        seen += len(shares)
    assert seen > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier(chromium: Browser, shop: Shop, scheme: str) -> None:
    page = owners_page(chromium, shop, 1280 if scheme == "dark" else 360, scheme)
    goods = NOODLES if scheme == "dark" else COFFEE
    lists = LISTS[::2] if scheme == "dark" else LISTS[1::2]
    for path in (*lists, f"/barang/{product_hash(goods.kodeitem)}"):
        page.goto(shop.web.url + path)
        found = Axe().run(page).response["violations"]
        serious = [
            (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}
        ]
        assert serious == [], path
