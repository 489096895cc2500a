"""The lists have what the bot's lists have, for the same people."""

import re
from html import unescape

import pytest

from tests.toko_web.full_shop import COFFEE, HOSTILE, NOODLES, OIL
from tests.toko_web.pages.conftest import Shop
from tests.toko_web.sign_in.browsers import Browser
from toko_core.catalog.product_hashes import product_hash

FOR_OWNERS = ("/daftar/terlaris", "/daftar/habis", "/daftar/rugi", "/daftar/tanpa-harga", "/daftar/dicari", "/keadaan")


def goods(browser: Browser, path: str) -> list[str]:
    """Return the names of the goods of a list."""
    response = browser.get(path)
    assert response.status_code == 200, response.text
    return [unescape(name) for name in re.findall(r'class="good-name">(.*?)</span>', response.text)]


@pytest.mark.parametrize("path", FOR_OWNERS)
def test_lists_of_owners_open_for_owners_only(shop: Shop, path: str) -> None:
    assert shop.owner.get(path).status_code == 200
    for browser in (shop.staff, shop.retail, shop.wholesale):
        page = browser.get(path)
        assert page.status_code == 403
        assert "hanya untuk pemilik" in page.text
        assert path not in browser.get("/").text


def test_changed_prices_are_those_of_a_period_and_of_a_level(shop: Shop) -> None:
    path = "/daftar/perubahan-harga"
    risen = [HOSTILE.namaitem, NOODLES.namaitem, OIL.namaitem]
    assert goods(shop.staff, path) == [risen[0], OIL.namaitem, NOODLES.namaitem]
    assert goods(shop.staff, f"{path}?masa=7-hari") == risen
    assert goods(shop.staff, f"{path}?masa=kemarin") == []
    assert goods(shop.staff, f"{path}?masa=30-hari&arah=turun") == [COFFEE.namaitem]
    assert OIL.namaitem not in goods(shop.retail, path)
    assert "Rp39.000 → Rp40.000 (+2,6%)" in shop.wholesale.get(path).text
    assert goods(shop.staff, f"{path}?merek=INDOMIE") == [NOODLES.namaitem]
    assert f"/barang/{product_hash(NOODLES.kodeitem)}" in shop.staff.get(path).text
    assert goods(shop.staff, f"{path}?masa=x&arah=y&merek=z&hal=-1") == goods(shop.staff, path)


def test_best_sellers_are_by_receipts_of_the_period(shop: Shop) -> None:
    assert goods(shop.owner, "/daftar/terlaris") == [NOODLES.namaitem, COFFEE.namaitem, "TEH <CELUP>"]
    assert "140 struk · laku 512,5 PCS" in shop.owner.get("/daftar/terlaris").text
    assert goods(shop.owner, "/daftar/terlaris?masa=7") == [COFFEE.namaitem, NOODLES.namaitem]


def test_goods_out_of_stock_are_those_that_sell_or_all(shop: Shop) -> None:
    assert goods(shop.owner, "/daftar/habis") == ["TEH <CELUP>"]
    everything = goods(shop.owner, "/daftar/habis?pilih=semua")
    assert len(everything) > 1
    assert "TEH <CELUP>" in everything


def test_losses_and_missing_prices_name_the_prices(shop: Shop) -> None:
    assert goods(shop.owner, "/daftar/rugi") == ["SABUN RUGI BESAR"]
    assert "rugi Rp1.000 (20%)" in shop.owner.get("/daftar/rugi").text
    assert set(goods(shop.owner, "/daftar/tanpa-harga")) == {"TEH TANPA HARGA", "MESIN IMPOR"}


def test_searches_without_a_result_can_be_searched_again(shop: Shop) -> None:
    page = shop.owner.get("/daftar/dicari").text
    assert goods(shop.owner, "/daftar/dicari") == ["indomie rendang <b>", "kopi tubruk"]
    assert 'href="/?q=indomie+rendang+%3Cb%3E"' in page or 'href="/?q=indomie%20rendang%20%3Cb%3E"' in page
    assert re.search(r"kopi tubruk</span></span>\s*<span class=\"badge badge-good\">sekarang ada", page)
    assert goods(shop.owner, "/daftar/dicari?masa=30&pilih=tidak-dibuka") == ["teh"]
    assert shop.owner.get("/daftar/dicari?hal=99").status_code == 200
