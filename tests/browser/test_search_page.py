"""The search page's script in a real browser: typing, keys, a barcode scanner, Back, and a broken network."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import launched
from tests.browser.search_page import HAND, PAUSE, SCANNER, field, goods, type_keys
from tests.toko_bot.bot.shop import with_price
from tests.toko_web.here import app_of, serving_here
from tests.toko_web.search_shop import BARCODE, GOODS, MISSING, publish_search_shop
from toko_core.state.database import StateDatabase
from toko_core.state.demand.store import Demand, Kind


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("search")
    publish_search_shop(data)
    with serving_here(app_of(data)) as here:
        yield here.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests here: a start costs two seconds. Each page has cookies and a cache of its own."""
    with launched() as browser:
        yield browser


@pytest.fixture
def unchecked(browser: Browser) -> Iterator[Page]:
    """A page in which things go wrong on purpose."""
    page = browser.new_page()
    yield page
    page.close()


def test_results_follow_what_is_typed_and_keys_choose_and_open_one(page: Page, url: str) -> None:
    page.goto(url)
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("indomi", delay=PAUSE)
    expect(goods(page)).to_have_text(["INDOMIE GORENG SPECIAL 85GR", "INDOMIE SOTO 70GR"])
    expect(page).to_have_url(f"{url}/?q=indomi")
    expect(page.locator("#jumlah")).to_have_text("2 barang")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".good").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("e soto", delay=PAUSE)  # who goes on typing means the field
    expect(field(page)).to_have_value("indomie soto")
    expect(goods(page).first).to_have_text("INDOMIE SOTO 70GR")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("INDOMIE SOTO 70GR")
    page.go_back()
    expect(field(page)).to_have_value("indomie soto")
    expect(goods(page).first).to_have_text("INDOMIE SOTO 70GR")
    field(page).focus()
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Cari di {len(GOODS)} barang")
    expect(page).to_have_url(f"{url}/")


def test_filters_change_the_address_and_back_undoes_them(page: Page, url: str) -> None:
    page.goto(f"{url}/?q=mie")
    page.get_by_role("link", name="SEDAAP 1").click()
    expect(goods(page)).to_have_text(["MIE SEDAAP GORENG 90GR"])
    expect(page).to_have_url(f"{url}/?q=mie&merek=SEDAAP")
    page.get_by_label("Harga sampai, rupiah").fill("1000")
    expect(page.get_by_text("Tidak ada barang yang cocok dengan saringan ini.")).to_be_visible()
    page.get_by_label("Harga sampai, rupiah").fill("")
    expect(goods(page)).to_have_text(["MIE SEDAAP GORENG 90GR"])
    page.go_back()
    expect(goods(page)).to_have_count(3)
    expect(page).to_have_url(f"{url}/?q=mie")


def test_a_phone_has_the_filters_and_the_menu_behind_buttons(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{url}/?q=mie")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    choice = page.get_by_role("link", name="SEDAAP 1")
    expect(choice).to_be_hidden()
    page.get_by_role("button", name="Saring").click()
    choice.click()
    page.get_by_role("button", name="Lihat 1 barang").click()
    expect(choice).to_be_hidden()
    expect(goods(page)).to_have_text(["MIE SEDAAP GORENG 90GR"])
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Perubahan harga")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Perubahan harga")).to_be_hidden()
    expect(field(page)).to_have_value("mie")


def test_a_scanner_works_wherever_the_focus_is(page: Page, url: str) -> None:
    noodles = page.get_by_role("heading", name="INDOMIE GORENG SPECIAL 85GR", level=1)
    page.goto(f"{url}/?q=teh")
    page.locator(".good").first.focus()  # Enter would open it
    type_keys(page, BARCODE, SCANNER)
    expect(noodles).to_be_visible()
    type_keys(page, MISSING, SCANNER)  # on the page of a product
    expect(page.get_by_text(f"Tidak ada barang dengan barcode {MISSING}.")).to_be_visible()
    expect(field(page)).to_have_value(MISSING)
    field(page).focus()  # the field has a text already
    type_keys(page, BARCODE, SCANNER)
    expect(noodles).to_be_visible()


@pytest.mark.parametrize("end", [("Tab",), ("Enter", "Enter"), ("Tab", "Enter")], ids="+".join)
def test_a_scanner_may_end_with_tab_or_with_two_keys(page: Page, url: str, end: tuple[str, ...]) -> None:
    page.goto(f"{url}/?q=teh celup")
    expect(goods(page)).to_have_count(1)  # Enter opens it
    field(page).focus()
    type_keys(page, BARCODE, SCANNER, end)
    expect(page.get_by_role("heading", name="INDOMIE GORENG SPECIAL 85GR", level=1)).to_be_visible()


def test_a_password_that_a_program_types_is_not_taken_for_a_code(page: Page, url: str) -> None:
    page.goto(f"{url}/?q=teh")
    page.evaluate("document.querySelector('form.search').insertAdjacentHTML('beforeend', '<input type=password id=p>')")
    page.locator("#p").focus()
    type_keys(page, "rahasia-sekali", SCANNER, ("Tab",))
    expect(page.locator("#p")).to_have_value("rahasia-sekali")
    expect(page).to_have_url(f"{url}/?q=teh")


def test_who_types_digits_by_hand_is_no_scanner(page: Page, url: str) -> None:
    page.goto(f"{url}/?q=mie")
    price = page.get_by_label("Harga sampai, rupiah")
    price.focus()
    type_keys(page, "3400", HAND)
    expect(price).to_have_value("3400")
    expect(goods(page)).to_have_count(3)
    expect(page).to_have_url(f"{url}/?q=mie&sampai=3400")


def test_a_broken_network_keeps_the_last_results_and_recovers_by_itself(unchecked: Page, url: str) -> None:
    page = unchecked
    page.goto(f"{url}/?q=teh")
    broken = True

    def answer(route: Route) -> None:
        route.abort() if broken else route.continue_()

    page.route("**/hasil*", answer)
    field(page).fill("teh celup")
    expect(page.get_by_text("Jaringan terputus. Hasil terakhir tetap tampil")).to_be_visible()
    expect(goods(page)).to_have_text(["TEH CELUP 25S"])
    field(page).fill("kopi")
    broken = False
    expect(goods(page)).to_have_text(["KOPI TUBRUK 165GR"])
    expect(page.get_by_text("Jaringan terputus")).to_be_hidden()


def test_a_late_response_never_replaces_a_newer_one_and_no_request_piles_up(page: Page, url: str) -> None:
    page.goto(url)
    held: list[Route] = []
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            held.append(route)
        else:
            route.continue_()

    page.route("**/hasil*", answer)
    field(page).press_sequentially("kopi", delay=5)
    expect(goods(page)).to_have_text(["KOPI TUBRUK 165GR"])
    assert len(asked) <= 3
    assert len(held) == 1
    expect(goods(page)).to_have_text(["KOPI TUBRUK 165GR"])


def test_who_is_signed_out_meanwhile_is_told_where_to_sign_in(unchecked: Page, url: str) -> None:
    page = unchecked
    page.goto(f"{url}/?q=teh")
    page.route("**/hasil*", lambda route: route.fulfill(status=401))
    field(page).fill("teh celup")
    expect(page.get_by_role("link", name="Masuk lagi")).to_have_attribute("href", "/masuk?ke=%2F%3Fq%3Dteh%2Bcelup")
    expect(goods(page)).to_have_text(["TEH CELUP 25S"])
    page.unroute("**/hasil*")
    field(page).fill("kopi")  # signed in again in another tab
    expect(goods(page)).to_have_text(["KOPI TUBRUK 165GR"])
    expect(page.get_by_role("link", name="Masuk lagi")).to_be_hidden()


def test_a_new_catalogue_arrives_while_somebody_types(page: Page, tmp_path: Path) -> None:
    publish_search_shop(tmp_path)
    with serving_here(app_of(tmp_path)) as here:
        page.goto(here.url)
        field(page).press_sequentially("kopi tubruk", delay=PAUSE)
        expect(page.get_by_text("Rp9.000")).to_be_visible()
        dearer = [with_price(each, "20000") if each.kodeitem == "KOPI1" else each for each in GOODS]
        publish_search_shop(tmp_path, dearer)
        for _ in range(60):
            field(page).press_sequentially(" 165gr", delay=PAUSE)
            for _ in range(6):
                field(page).press("Backspace")
            if page.get_by_text("Rp18.000").is_visible():
                break
        expect(goods(page)).to_have_text(["KOPI TUBRUK 165GR"])
        expect(page.get_by_text("Rp18.000")).to_be_visible()


def test_only_searches_that_somebody_meant_are_counted(page: Page, tmp_path: Path) -> None:
    publish_search_shop(tmp_path)
    with serving_here(app_of(tmp_path, state_url=f"sqlite:///{tmp_path}/state.db")) as here:
        page.goto(here.url)
        field(page).press_sequentially("kulkas", delay=PAUSE)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Tidak ada barang yang cocok.")).to_be_visible()
        field(page).fill("")
        with page.expect_response("**/hasil?q=mesin+cuci&selesai=1"):
            field(page).press_sequentially("mesin cuci", delay=PAUSE)
    with closing(StateDatabase(f"sqlite:///{tmp_path}/state.db")) as state:
        number, wanted = Demand(state).most(Kind.MISSING, date(2000, 1, 1), 10)
    assert sorted(each.query for each in wanted) == ["kulkas", "mesin cuci"]
    assert number == 2
