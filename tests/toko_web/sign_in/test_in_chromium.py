"""Signing in with a real browser: with the keyboard, under the headers of the real server, and without barriers."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium
from tests.toko_web.serving import OWNER, STAFF
from tests.toko_web.sign_in.conftest import WORDS, Shop
from tests.toko_web.sign_in.test_links import link_for
from toko_core.people.person import Person
from toko_core.people.view import Role


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chrome: Browser, shop: Shop) -> Iterator[Page]:
    """A phone without cookies, whose console must stay empty."""
    context = chrome.new_context(base_url=shop.web.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def barriers(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in {"serious", "critical"}]


def test_a_link_signs_in_by_its_button_and_the_account_page_signs_out(page: Page, shop: Shop) -> None:
    link = link_for(shop)
    page.goto(link)
    expect(page.get_by_role("heading", name="Masuk sebagai Budi?")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Ya, masuk").press("Enter")
    expect(page.get_by_label("Cari barang")).to_be_visible()
    assert page.url == f"{shop.web.url}/"
    page.goto("/akun")
    expect(page.get_by_text("perangkat ini")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Keluar", exact=True).click()
    expect(page.get_by_text("Anda sudah keluar")).to_be_visible()
    page.goto("/akun")
    assert page.url.startswith(f"{shop.web.url}/masuk")


def test_a_password_signs_in_with_the_keyboard_and_leads_back(page: Page, shop: Shop) -> None:
    shop.passwords.set(Person(STAFF, Role.STAFF, name="Budi"), WORDS, None, sign_in_name="budi")
    page.goto("/?q=indomie")
    expect(page.get_by_role("heading", name="Masuk", exact=True)).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Nama atau ID Telegram").focus()
    page.keyboard.type("budi")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(WORDS)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cari barang")).to_have_value("indomie")


def test_an_owner_ends_the_sign_in_of_somebody_else(page: Page, shop: Shop) -> None:
    shop.sign_ins.begin(STAFF, "Budi", shop.sign_ins.all(STAFF)[0].way, "Opera di Mac")
    page.goto(link_for(shop, OWNER, "Siti"))
    page.get_by_role("button", name="Ya, masuk").click()
    page.goto("/akun")
    assert barriers(page) == []
    page.get_by_role("button", name="Keluarkan Budi dari Opera di Mac").first.click()
    expect(page.get_by_text("Perangkat itu sudah dikeluarkan")).to_be_visible()
    assert "Opera di Mac" not in [one.device for one in shop.sign_ins.all(STAFF)]
