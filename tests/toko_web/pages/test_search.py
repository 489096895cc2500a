"""The search page: what is found, and what is shown of it."""

import httpx
import pytest

from tests.toko_web.results import goods, link, names, text_of
from tests.toko_web.search_shop import BARCODE, MISSING, SCRIPT, TWICE


def test_a_search_with_a_typo_finds_the_product_and_marks_its_words(client: httpx.Client) -> None:
    first = goods(client.get("/", params={"q": "indomi goreng"}).text)[0]
    assert first.name == "INDOMIE GORENG SPECIAL 85GR"
    assert "<mark>INDOMIE GORENG</mark> SPECIAL" in first.html


def test_a_product_shows_its_chief_prices_and_its_stock(client: httpx.Client) -> None:
    first = goods(client.get("/", params={"q": "indomie goreng"}).text)[0]
    assert "mulai Rp2.900/PCS" in first.text
    assert "DUS(40) mulai Rp115.000" in first.text
    assert "stok 120" in first.text
    assert f'src="/foto/{first.url.split("/")[2].split("?")[0]}"' in first.html


def test_a_discount_shows_the_price_before_it_and_by_how_much_it_is_less(client: httpx.Client) -> None:
    (coffee,) = goods(client.get("/", params={"q": "kopi tubruk"}).text)
    assert "Rp10.000 −10%" in coffee.text
    assert "Rp9.000/PCS" in coffee.text
    assert "promo" in goods(client.get("/", params={"q": "teh celup"}).text)[0].text


def test_goods_without_stock_and_goods_that_are_not_sold_say_so(client: httpx.Client) -> None:
    assert "habis" in goods(client.get("/", params={"q": "indomie soto"}).text)[0].text
    assert "tidak dijual" in goods(client.get("/", params={"q": "kecap lama"}).text)[0].text


def test_a_quantity_in_the_query_shows_what_it_costs_and_what_more_would_save(client: httpx.Client) -> None:
    first = goods(client.get("/", params={"q": "indomie goreng 3 dus"}).text)[0]
    assert first.name == "INDOMIE GORENG SPECIAL 85GR"
    assert "Rp354.000" in first.text
    assert "3 DUS × Rp118.000" in first.text
    assert "Beli 10 DUS jadi Rp115.000/DUS, hemat Rp30.000" in first.text


def test_a_product_that_is_opened_from_a_list_repeats_what_the_quantity_costs(client: httpx.Client) -> None:
    first = goods(client.get("/", params={"q": "indomie goreng 3 dus"}).text)[0]
    assert "3 DUS × Rp118.000 = Rp354.000" in text_of(client.get(first.url).text)


def test_who_finds_nothing_is_told_so_and_gets_a_suggestion(client: httpx.Client) -> None:
    page = client.get("/", params={"q": "zzzzqqqq"}).text
    assert "Tidak ada barang yang cocok" in text_of(page)
    assert names(page) == []


def test_a_guess_is_called_one_and_leads_to_what_was_meant(client: httpx.Client) -> None:
    page = client.get("/", params={"q": "mi sdp pedas"}).text
    assert "Mungkin maksud Anda: mie sedaap pedas" in text_of(page)
    assert names(client.get(link(page, "mie sedaap pedas")).text)[0] == "MIE SEDAAP GORENG 90GR"


def test_a_guess_without_a_better_query_says_that_nothing_is_exactly_it(client: httpx.Client) -> None:
    page = client.get("/", params={"q": "teh botol"}).text
    assert "Tidak ada yang persis. Mungkin maksud Anda:" in text_of(page)


def test_the_fragment_has_the_same_results_as_the_page(client: httpx.Client) -> None:
    values = {"q": "ember", "hal": "2", "merek": "MEREK 1"}
    page, part = client.get("/", params=values), client.get("/hasil", params=values)
    assert names(page.text) == names(part.text)
    assert part.text.strip().startswith("<aside")
    assert part.headers["cache-control"] == "no-store"


def test_hostile_names_are_shown_as_text(client: httpx.Client) -> None:
    for path in ("/", "/hasil"):
        page = client.get(path, params={"q": "alert onerror", "merek": SCRIPT, "semua": "jenis"}).text
        (hostile,) = goods(page)
        assert hostile.name == f'{SCRIPT} "><img src=x onerror=alert(1)> 🌶️ kana'  # without what turns its order around
        assert SCRIPT not in page
        assert "<img src=x" not in page
        assert '"><b>' not in page


def test_a_name_of_thousands_of_characters_is_shortened(client: httpx.Client) -> None:
    (long,) = goods(client.get("/", params={"q": "kabel serabut"}).text)
    assert len(long.name) <= 160
    assert long.name.endswith("…")


@pytest.mark.parametrize(
    "query", [SCRIPT, '"><script>', "\x00\x1f", "x" * 1500, "😀" * 100, "\u202eindomie", "%", "' OR 1=1"]
)
def test_a_hostile_query_is_shown_as_text_and_breaks_nothing(client: httpx.Client, query: str) -> None:
    response = client.get("/", params={"q": query})
    assert response.status_code == 200
    assert SCRIPT not in response.text
    assert '"><script>' not in response.text


@pytest.mark.parametrize(
    "address", ["/?hal=-1", "/?hal=abc", "/?hal=99999999999999999999", "/?dari=x&sampai=-", "/?stok=2&semua=x&merek="]
)
def test_an_address_that_makes_no_sense_shows_a_page(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_barcode_of_one_product_leads_to_it_and_says_which_code_was_read(client: httpx.Client) -> None:
    response = client.get("/pindai", params={"kode": BARCODE})
    assert response.status_code == 303
    assert response.headers["location"].endswith(f"?kode={BARCODE}")
    page = client.get(response.headers["location"]).text
    assert "INDOMIE GORENG SPECIAL 85GR" in page
    assert f"Barcode {BARCODE}: satuan PCS" in text_of(page)
    assert page.count('<tr class="scanned">') == 2  # the prices of both levels


def test_a_barcode_in_a_gs1_symbol_leads_to_its_product(client: httpx.Client) -> None:
    scanned = f"]C101{BARCODE.zfill(14)}17270131"
    place = client.get("/pindai", params={"kode": BARCODE}).headers["location"].partition("?")[0]
    assert client.get("/pindai", params={"kode": scanned}).headers["location"].startswith(f"{place}?")


def test_a_barcode_of_several_products_leads_to_a_list(client: httpx.Client) -> None:
    page = client.get("/pindai", params={"kode": TWICE}, follow_redirects=True).text
    assert sorted(names(page)) == ["INDOMIE GORENG SPECIAL 85GR", "INDOMIE SOTO 70GR"]


def test_an_unknown_barcode_is_named(client: httpx.Client) -> None:
    page = client.get("/pindai", params={"kode": MISSING}, follow_redirects=True).text
    assert f"Tidak ada barang dengan barcode {MISSING}." in text_of(page)


def test_the_first_page_says_what_to_do_and_offers_categories(client: httpx.Client) -> None:
    page = client.get("/").text
    assert "Cari di 53 barang" in text_of(page)
    assert names(page) == []
    assert "KOPI TUBRUK 165GR" in names(client.get(link(page, "MINUMAN")).text)
