"""The page of a product: everybody is shown what they may see, and names are text whatever they hold."""

import html.parser
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.toko_bot.bot.shop import COST, SUGAR, UNSOLD, Change, publish_shop
from tests.toko_web.api.driving import in_process
from tests.toko_web.full_shop import COFFEE, GOODS, HOSTILE, NOODLES, OIL, SUPPLIER, publish_full_shop
from tests.toko_web.pages.conftest import RETAIL, Shop
from tests.toko_web.serving import OWNER, STAFF
from tests.toko_web.sign_in.browsers import Browser
from tests.waiting import wait_until
from toko_core.catalog.product_hashes import product_hash
from toko_core.state.demand.counts import Count
from toko_core.state.demand.store import Demand, Kind
from toko_core.state.recents import RecentProducts
from toko_web.pages.product import FEW_CHANGES, MOST_CHANGES

OF_OWNERS = ("modal", "laba", "RUGI Rp", "di bawah modal", "Pemasok", SUPPLIER, "Stok minimum", "44,5",
             "Diubah di iPOS", "Penjualan", "Terakhir laku", "struk")  # fmt: skip
PLACES = ("Gudang Utama", "Toko Depan", "Stok (")


def page_of(browser: Browser, code: str) -> str:
    response = browser.get(f"/barang/{product_hash(code)}")
    assert response.status_code == 200
    return response.text


def costs() -> set[str]:
    """Return the costs of all goods as a page would show them."""
    found = {price[4] for item in GOODS for price in item.prices if price[4] is not None and len(price[4]) > 3}
    return {f"{int(float(cost)):,}".replace(",", ".") for cost in found}


def test_only_owners_are_shown_costs_suppliers_and_sales(shop: Shop) -> None:
    owners = page_of(shop.owner, NOODLES.kodeitem)
    assert [text for text in OF_OWNERS if text not in owners] == ["RUGI Rp", "di bawah modal"]
    assert f"modal Rp{int(COST):,}".replace(",", ".") in owners
    for browser in (shop.staff, shop.retail, shop.wholesale):
        for item in GOODS:
            page = page_of(browser, item.kodeitem)
            assert [text for text in OF_OWNERS if text in page] == []
            assert [cost for cost in costs() if f"Rp{cost}<" in page or f"Rp{cost} " in page] == []


def test_a_loss_warns_owners_only(shop: Shop) -> None:
    assert "Dijual di bawah modal" in page_of(shop.owner, "RUGI1")
    assert "RUGI Rp1.000 (20%)" in page_of(shop.owner, "RUGI1")
    assert "Dijual di bawah modal" not in page_of(shop.staff, "RUGI1")


def test_customers_are_shown_the_prices_of_their_level_only(shop: Shop) -> None:
    retail, wholesale = page_of(shop.retail, OIL.kodeitem), page_of(shop.wholesale, OIL.kodeitem)
    assert ("Rp50.000" in retail, "Rp40.000" in retail) == (True, False)
    assert ("Rp50.000" in wholesale, "Rp32.000" in wholesale) == (False, True)
    assert "39.000" in wholesale
    assert "39.000" not in retail
    assert "Grosir" not in retail
    assert "Member" not in page_of(shop.retail, NOODLES.kodeitem)
    assert "Grosir &lt;B&gt;" in page_of(shop.staff, OIL.kodeitem)


def test_stock_is_shown_by_branch_to_whoever_may_see_it(shop: Shop) -> None:
    for browser in (shop.owner, shop.staff, shop.wholesale):
        page = page_of(browser, NOODLES.kodeitem)
        assert [text for text in PLACES if text not in page] == []
        assert "127,5" in page
    page = page_of(shop.retail, NOODLES.kodeitem)
    assert [text for text in (*PLACES, "127,5", "Stok habis") if text in page] == []
    assert "Stok habis" in page_of(shop.staff, "TEH1")
    assert "Stok" not in page_of(shop.staff, "JASA1").split("<main")[1].split("Tidak ada catatan stok")[0].replace(
        'id="stok">Stok', ""
    )


def test_discounts_promotions_barcodes_and_the_history_are_shown(shop: Shop) -> None:
    coffee = page_of(shop.staff, COFFEE.kodeitem)
    assert "diskon 10%" in coffee
    assert '<s class="was">Rp10.000</s>' in coffee
    assert "Rp9.000" in coffee
    assert coffee.count('class="barcode"') == 4
    assert "Rp11.000 → Rp10.000 (-9,1%)" in coffee
    assert coffee.count('<path class="line line-1"') == 1
    tea = page_of(shop.staff, "TEH1")
    assert "beli 2 KTK gratis 1 KTK" in tea
    assert "tebus murah Rp1.000: 1 PCS KOPI TUBRUK" in tea
    assert "Harga tidak berubah sejak 2 Jan 2025 (321 backup)." in tea
    noodles = page_of(shop.staff, NOODLES.kodeitem)
    for text in ("A1 atas", "Rasa asli<br>Bungkus baru", "Mie instan", "DUS = Dus besar", "Rp2.875/PCS"):
        assert text in noodles
    assert "harga dalam USD, tanpa kurs" in page_of(shop.staff, "USD1")
    assert "Tidak dijual" in page_of(shop.staff, UNSOLD.kodeitem)


def test_of_hundreds_of_changes_the_newest_are_listed(tmp_path: Path) -> None:
    """They take long enough to be drawn in a thread, as others wait."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    moved = [
        Change(SUGAR, "BKS", None, str(10_000 + day), str(10_001 + day), start + timedelta(days=day), "11")
        for day in range(FEW_CHANGES + 50)
    ]
    publish_shop(tmp_path, [SUGAR], moved)
    with in_process(tmp_path) as running:
        page = running.get(f"/barang/{product_hash(SUGAR.kodeitem)}").body.decode()
    newest = range(FEW_CHANGES + 50 - MOST_CHANGES, FEW_CHANGES + 50)
    shown = [f"Rp{10_000 + day:,} → Rp{10_001 + day:,}".replace(",", ".") for day in reversed(newest)]
    assert re.findall(r"Rp[\d.]+ → Rp[\d.]+", page) == shown


class Reader(html.parser.HTMLParser):
    """Notes the elements and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("item", GOODS, ids=lambda item: item.kodeitem[:12])
def test_hostile_names_are_text_everywhere(shop: Shop, item: object) -> None:
    page = page_of(shop.owner, getattr(item, "kodeitem"))  # noqa: B009
    reader = Reader()
    reader.feed(page)
    scripts = [attributes for tag, attributes in reader.elements if tag == "script"]
    assert len(scripts) == 1
    assert str(scripts[0]["src"]).startswith("/static/")
    assert {
        name for _, attributes in reader.elements for name in attributes if name.startswith(("on", "style"))
    } == set()
    assert {tag for tag, _ in reader.elements} & {"i", "iframe", "object", "style"} == set()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028]", page)
    images = [str(attributes["src"]) for tag, attributes in reader.elements if tag == "img"]
    assert all(src.startswith("/foto/") for src in images)


def test_a_hostile_name_is_shown_as_the_shop_wrote_it(shop: Shop) -> None:
    reader = Reader()
    reader.feed(page_of(shop.owner, HOSTILE.kodeitem))
    for text in (HOSTILE.namaitem, HOSTILE.jenis, HOSTILE.merek, HOSTILE.rak, HOSTILE.kodeitem):
        assert str(text) in reader.text


def test_a_photo_is_sent_once_and_only_to_people(shop: Shop) -> None:
    path = f"/foto/{product_hash(NOODLES.kodeitem)}"
    first = shop.retail.get(path)
    assert (first.status_code, first.headers["content-type"], first.content) == (200, "image/jpeg", NOODLES.photo)
    assert first.headers["cache-control"].startswith("private")
    again = shop.retail.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert shop.retail.get(f"/foto/{product_hash(OIL.kodeitem)}").status_code == 404
    assert shop.retail.get("/foto/xxxxxxxx").status_code == 404
    with Browser(shop.web.url) as stranger:
        assert stranger.get(path).status_code == 303
        assert stranger.get(path, headers={"accept": "image/*"}).status_code == 401


@pytest.mark.parametrize("product", ["AAAAAAAA", "x", "%00", "........", "é" * 8, "a" * 3000])
def test_an_unknown_product_leads_to_the_search(shop: Shop, product: str) -> None:
    page = shop.staff.get(f"/barang/{product}")
    assert page.status_code == 404
    assert "Barang ini sudah tidak ada" in page.text
    assert 'role="search"' in page.text


def test_an_opened_product_is_remembered_for_whoever_opened_it(shop: Shop) -> None:
    for code in ("KOPI1", "TEH1", "KOPI1"):
        page_of(shop.retail, code)
    shop.owner.get("/daftar/dicari")  # before it counts, all that waits is written
    assert RecentProducts(shop.state, {OWNER, STAFF}).newest(RETAIL)[:2] == ["KOPI1", "TEH1"]


def test_a_quantity_that_was_searched_for_is_calculated_as_in_the_bot(shop: Shop) -> None:
    path = f"/barang/{product_hash(SUGAR.kodeitem)}"
    page = shop.staff.get(path, params={"q": "gula pasir 12 bks"}).text
    assert "12 BKS × Rp17.200 = Rp206.400" in page
    assert "Beli 40 BKS jadi Rp16.900/BKS, hemat" in page
    assert "12 BKS" not in shop.staff.get(path, params={"q": "gula pasir"}).text


@pytest.mark.parametrize(("code", "unit"), [("8991002103238", "PCS"), ("12345678905", "PCS"), ("KOPI-01/A", "DUS"),
                                            ("]C10108991002103238", "PCS"), ("9999", None)])  # fmt: skip
def test_the_unit_whose_barcode_a_scanner_read_is_marked(shop: Shop, code: str, unit: str | None) -> None:
    page = shop.staff.get(f"/barang/{product_hash(COFFEE.kodeitem)}", params={"kode": code}).text
    marked = re.findall(r'<tr class="scanned">\s*<th scope="row">(\w+)', page)
    assert marked == ([unit] if unit else [])
    assert ('<p class="notice">Barcode' in page) == (unit is not None)


def test_a_serial_number_that_was_searched_for_says_where_the_item_is(shop: Shop) -> None:
    path, line = f"/barang/{product_hash('USD1')}", "Nomor seri SN-7001: Gudang Utama"
    assert line in shop.wholesale.get(path, params={"q": "sn-7001"}).text
    assert "Nomor seri" not in shop.retail.get(path, params={"q": "sn-7001"}).text
    assert "Nomor seri" not in shop.staff.get(path, params={"q": "mesin"}).text


def test_a_search_that_led_to_a_product_counts_as_opened(shop: Shop) -> None:
    demand, today = Demand(shop.state), datetime.now(ZoneInfo("Asia/Jakarta")).date()
    demand.add([Count(today, "oli mesin baru", 1)])
    shop.staff.get(f"/barang/{product_hash(OIL.kodeitem)}", params={"q": "oli mesin baru"})
    assert "oli mesin baru" not in shop.owner.get("/daftar/dicari?pilih=tidak-dibuka").text
    assert "oli mesin baru" not in [wanted.query for wanted in demand.most(Kind.UNOPENED, today, 100)[1]]


def test_a_new_catalogue_is_shown_at_once_and_has_another_photo_tag(shop: Shop) -> None:
    path = f"/foto/{product_hash(NOODLES.kodeitem)}"
    before = shop.staff.get(path).headers["etag"]
    publish_full_shop(shop.data, backup="i5_BARU.i5bu")
    wait_until(lambda: shop.staff.get(path).headers["etag"] != before, 20)
    assert "i5_BARU" in shop.owner.get("/keadaan").text
    assert shop.staff.get(path, headers={"if-none-match": before}).status_code == 200
