"""The ways of people through the pages, in a real browser: a cashier, an owner, a customer, a stranger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.search_page import PAUSE, SCANNER, field, goods, type_keys
from tests.browser.ways.conftest import WEB_URL, WORDS, Shop
from tests.browser.ways.looking import barriers, covered, tab_through
from tests.toko_web.full_shop import COFFEE, HOSTILE, MINIMUM, NOODLES, SUPPLIER, TEA
from tests.toko_web.leaks import GETS
from tests.toko_web.serving import CUSTOMER, OWNER, STAFF
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.sign_ins import Way

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
WIDTHS = (360, 768, 1280)
OWNERS_WORDS = re.compile(rf"modal|laba|rugi|Pemasok|{re.escape(SUPPLIER)}|{re.escape(MINIMUM)}", re.IGNORECASE)
LISTS = {
    "Perubahan harga": "Harga naik", "Terlaris": "Paling laris, 90 hari", "Habis": "Stok habis, laku 90 hari terakhir",
    "Rugi": "Dijual di bawah modal", "Tanpa harga": "Belum ada harganya", "Dicari": "Tidak ketemu",
    "Keadaan": "Keadaan",
}  # fmt: skip
Open = Callable[..., Page]


def address(kodeitem: str) -> str:
    return f"/barang/{product_hash(kodeitem)}"


PAGES = (
    "/", "/?q=indomie", "/?q=m&hal=1", "/?q=kulkas", address(NOODLES.kodeitem), address(COFFEE.kodeitem),
    address(TEA.kodeitem), address(HOSTILE.kodeitem), "/barang/x", "/daftar/perubahan-harga?masa=30-hari",
    "/daftar/terlaris", "/daftar/habis?pilih=semua", "/daftar/rugi", "/daftar/tanpa-harga", "/daftar/dicari",
    "/keadaan", "/akun", "/nothing",
)  # fmt: skip
"""Each kind of page."""


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_cashier_searches_opens_scans_and_goes_back(open_page: Open) -> None:
    page = open_page(STAFF, viewport=DESKTOP)
    page.keyboard.press("/")
    page.keyboard.type("indomie gor", delay=PAUSE)
    expect(goods(page)).to_have_text([NOODLES.namaitem])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading(page, NOODLES.namaitem)
    prices = page.get_by_role("region", name="Harga", exact=True)
    expect(prices).to_contain_text("Rp3.150")
    expect(prices).to_contain_text("Rp3.050,5")  # of another level
    expect(page.get_by_role("region", name="Stok")).to_contain_text("Toko Depan")
    assert not OWNERS_WORDS.search(page.locator("main").inner_text())
    type_keys(page, COFFEE.barcodes[0][0], SCANNER)
    heading(page, COFFEE.namaitem)
    page.go_back()
    heading(page, NOODLES.namaitem)
    page.go_back()
    expect(field(page)).to_have_value("indomie gor")
    expect(goods(page)).to_have_text([NOODLES.namaitem])
    expect(page.get_by_role("link", name="Keadaan")).to_have_count(0)


def test_an_owner_sees_costs_lists_and_the_state_and_ends_a_sign_in(open_page: Open, shop: Shop) -> None:
    shop.sign_ins.begin(STAFF, "Budi", Way.LINK, "Opera di Mac")
    page = open_page(OWNER, viewport=DESKTOP)
    page.goto(address(NOODLES.kodeitem))
    expect(page.get_by_role("region", name="Harga", exact=True)).to_contain_text("modal Rp2.612")
    expect(page.get_by_text(SUPPLIER)).to_be_visible()
    for name, title in LISTS.items():
        page.get_by_role("navigation", name="Menu").get_by_role("link", name=name, exact=True).click()
        heading(page, title)
    links = page.locator(f'main a[href^="{WEB_URL}/"]')
    expect(links.first).to_be_visible()
    page.get_by_role("link", name="Akun").click()
    page.get_by_role("button", name="Keluarkan Budi dari Opera di Mac").press("Enter")
    expect(page.get_by_text("Perangkat itu sudah dikeluarkan")).to_be_visible()
    assert "Opera di Mac" not in [one.device for one in shop.sign_ins.all(STAFF)]


def test_a_customer_sees_one_level_and_no_stock_and_no_list_of_owners(open_page: Open) -> None:
    page = open_page(CUSTOMER, viewport=PHONE)
    field(page).fill("indomie goreng")
    expect(goods(page)).to_have_text([NOODLES.namaitem])
    expect(page.locator(".good")).to_contain_text("Rp3.050,5")
    page.get_by_role("button", name="Saring").click()
    expect(page.get_by_role("link", name="Ada stok saja")).to_have_count(0)
    page.keyboard.press("Escape")
    goods(page).click()
    heading(page, NOODLES.namaitem)
    text = page.locator("main").inner_text()
    assert "3.050,5" in text
    assert "3.150" not in text
    assert not re.search("stok|gudang|toko depan", text, re.IGNORECASE)
    assert not OWNERS_WORDS.search(text)
    page.get_by_role("button", name="Menu").click()
    entries = page.get_by_role("navigation", name="Menu").get_by_role("link")
    expect(entries).to_have_text(["Cari", "Perubahan harga", "Akun"])
    page.goto("/daftar/rugi")
    assert NOODLES.namaitem not in page.content()
    expect(goods(page)).to_have_count(0)


def test_a_stranger_sees_the_page_that_signs_in_whatever_they_open(open_page: Open) -> None:
    page = open_page(viewport=DESKTOP)
    for path in GETS[:-1]:
        page.goto(path.replace("{product}", product_hash(NOODLES.kodeitem)) + "?q=indomie")
        heading(page, "Masuk")
        expect(page.get_by_role("searchbox")).to_have_count(0)
        expect(page.get_by_role("navigation")).to_have_count(0)
        assert not re.search(r"indomie|Rp|data ", page.locator("body").inner_text(), re.IGNORECASE)
    type_keys(page, NOODLES.barcodes[0][0], SCANNER)
    heading(page, "Masuk")


def test_the_keyboard_alone_signs_in_filters_opens_the_menu_and_signs_out(open_page: Open) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/?q=m")
    assert tab_through(page) == []
    page.get_by_label("Nama atau ID Telegram").focus()
    page.keyboard.type("budi")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(WORDS)
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("m")
    before = page.locator("#hasil .found-number").inner_text()
    press_on(page, "Saring")
    press_on(page, "Ada stok saja")
    expect(page.locator("#hasil .found-number")).not_to_have_text(before)
    page.keyboard.press("Escape")
    expect(page.locator("#saring")).to_be_hidden()
    press_on(page, "Menu")
    press_on(page, "Akun")
    heading(page, str(STAFF))
    press_on(page, "Keluar")
    expect(page.get_by_text("Anda sudah keluar")).to_be_visible()


def press_on(page: Page, name: str) -> None:
    """Tab to a control with this text or label, and press Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()")
        if text.startswith(name):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"Tab does not reach {name}")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_tab_reaches_every_control_in_order_and_marks_it(open_page: Open, viewport: dict[str, int]) -> None:
    page = open_page(OWNER, viewport=viewport)
    for path in ("/?q=m", address(NOODLES.kodeitem), "/daftar/perubahan-harga?masa=30-hari", "/akun"):
        page.goto(path)
        assert tab_through(page) == [], path
    page.evaluate("document.activeElement.blur()")
    page.goto("/daftar/rugi")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Langsung ke isi")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".good").first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_phones_tablets_and_desktops_without_barriers(open_page: Open, scheme: str) -> None:
    page = open_page(OWNER, color_scheme=scheme, reduced_motion="reduce")
    wrong: list[str] = []
    for path in PAGES:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if width == WIDTHS[0]:
                page.goto(path)
            wrong += look(page, f"{path} {width}", width)
    assert wrong == [], "\n".join(wrong)


def look(page: Page, where: str, width: int) -> list[str]:
    too_wide = page.evaluate("document.documentElement.scrollWidth") > width
    found = [*(["wider than the window"] if too_wide else []), *covered(page), *barriers(page)]
    return [f"{where}: {each}" for each in found]
