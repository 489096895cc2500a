"""What each role is shown by the search page: prices of one level, stock, and filters that tell no more than that."""

from tests.toko_bot.bot.shop import COST
from tests.toko_web.pages.conftest import Shop
from tests.toko_web.results import choices, goods, names, text_of
from tests.toko_web.sign_in.browsers import Browser


def found(browser: Browser, **values: str) -> str:
    page = browser.get("/", params=values)
    assert page.status_code == 200
    return page.text


def test_a_customer_sees_the_price_of_their_level_and_filters_by_it(shop: Shop) -> None:
    for browser, price, others in ((shop.retail, "50.000", "32.000"), (shop.wholesale, "32.000", "50.000")):
        (oil,) = goods(found(browser, q="oli mesin"))
        assert f"Rp{price}/PCS" in oil.text
        assert others not in oil.text
        assert names(found(browser, q="oli mesin", dari=price, sampai=price)) == ["OLI MESIN 1L"]
        assert names(found(browser, q="oli mesin", dari=others, sampai=others)) == []
    assert "diskon mulai Rp32.000/PCS" in goods(found(shop.staff, q="oli mesin"))[0].text


def test_who_may_not_see_stock_cannot_filter_by_it(shop: Shop) -> None:
    page = found(shop.retail, q="teh celup", stok="1")  # which is out of stock
    assert names(page) == ["TEH <CELUP>"]
    assert "Ada stok saja" not in choices(page)
    assert "habis" not in text_of(page)
    page = found(shop.wholesale, q="teh celup", stok="1")
    assert names(page) == []
    assert choices(page)["Ada stok saja"] == 0


def test_nobody_reads_costs_in_a_list(shop: Shop) -> None:
    for browser in (shop.owner, shop.staff, shop.retail, shop.wholesale):
        assert COST not in found(browser, q="indomie goreng")
        assert COST not in browser.get("/hasil", params={"q": "indomie goreng"}).text


def test_who_is_not_signed_in_gets_no_results(shop: Shop) -> None:
    with Browser(shop.web.url) as stranger:
        assert stranger.get("/hasil?q=indomie", headers={"accept": "*/*"}).status_code == 401
        assert stranger.get("/?q=indomie").headers["location"] == "/masuk?ke=/%3Fq%3Dindomie"
        assert stranger.get("/pindai?kode=8991002103238").status_code == 303
        assert "/barang/" not in stranger.get("/pindai?kode=8991002103238").headers["location"].partition("?")[0]


def test_the_menu_has_the_lists_of_owners_for_owners_alone(shop: Shop) -> None:
    for browser, is_owner in ((shop.owner, True), (shop.staff, False), (shop.retail, False)):
        page = found(browser, q="teh")
        assert ('href="/keadaan"' in page) is is_owner
        assert ('href="/daftar/rugi"' in page) is is_owner
        assert 'href="/akun"' in page
