"""The filters of the search page, their counts, and the pages of a list."""

import httpx
import pytest

from tests.toko_web.results import choices, goods, link, names, text_of


def find(client: httpx.Client, **values: object) -> str:
    response = client.get("/", params=values)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.text


def test_a_count_is_what_one_gets_by_choosing(client: httpx.Client) -> None:
    for query in ("mie", ""):
        page = find(client, q=query, hal=1)
        offered = choices(page)
        assert offered
        for name, count in offered.items():
            chosen = client.get(link(page, name)).text
            assert f"{count} barang" in text_of(chosen), name


def test_brands_are_alternatives_and_filters_of_different_kinds_must_all_fit(client: httpx.Client) -> None:
    page = find(client, merek=["INDOMIE", "SEDAAP"], jenis="MIE INSTAN")
    assert sorted(names(page)) == ["INDOMIE GORENG SPECIAL 85GR", "INDOMIE SOTO 70GR", "MIE SEDAAP GORENG 90GR"]
    assert choices(page)["SEDAAP"] == 1
    assert choices(page)["MINUMAN"] == 1  # of these brands
    assert names(find(client, merek=["INDOMIE", "SEDAAP"], jenis="MIE INSTAN", stok="1", sampai="3.000")) == [
        "INDOMIE GORENG SPECIAL 85GR"
    ]


def test_what_is_chosen_can_be_removed(client: httpx.Client) -> None:
    page = find(client, q="mie", merek="SEDAAP", stok="1", dari="1000", sampai="5.000")
    assert names(page) == ["MIE SEDAAP GORENG 90GR"]
    assert "Rp1.000 – Rp5.000" in text_of(page)
    without = client.get(link(page, "Rp1.000")).text
    assert "Rp5.000" not in text_of(without)
    assert len(names(client.get(link(page, "SEDAAP")).text)) == 2


def test_only_goods_in_stock_are_listed_if_that_is_wanted(client: httpx.Client) -> None:
    assert "INDOMIE SOTO 70GR" in names(find(client, q="indomie"))
    assert "INDOMIE SOTO 70GR" not in names(find(client, q="indomie", stok="1"))


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [("9000", "9000", True), ("9001", "", False), ("", "8999", False), ("Rp 9.000", "10.000", True), ("abc", "", True)],
)
def test_a_price_filter_knows_the_price_with_the_discount(
    client: httpx.Client, least: str, most: str, found: bool
) -> None:
    assert ("KOPI TUBRUK 165GR" in names(find(client, q="kopi tubruk", dari=least, sampai=most))) is found


def test_filters_that_leave_nothing_offer_the_results_without_them(client: httpx.Client) -> None:
    page = find(client, q="kopi", merek="INDOMIE")
    assert "Tidak ada barang yang cocok dengan saringan ini" in text_of(page)
    assert names(client.get(link(page, "Tanpa saringan: 1 barang")).text) == ["KOPI TUBRUK 165GR"]


def test_all_brands_can_be_listed(client: httpx.Client) -> None:
    page = find(client, q="ember")
    assert len([name for name in choices(page) if name.startswith("MEREK")]) == 8
    page = client.get(link(page, "4 lainnya")).text
    brands = [name for name in choices(page) if name.startswith("MEREK")]
    assert len(brands) == 12
    assert brands == sorted(brands)


def test_every_product_is_on_exactly_one_page(client: httpx.Client) -> None:
    page, seen = find(client, jenis="RUMAH"), []
    while True:
        seen += [good.url for good in goods(page)]
        if 'rel="next"' not in page:
            break
        page = client.get(link(page, "Berikutnya")).text
    assert len(seen) == len(set(seen)) == 45


def test_goods_that_are_not_sold_are_found_by_name_only(client: httpx.Client) -> None:
    assert names(find(client, q="kecap")) == ["KECAP LAMA"]
    listed = [name for page in range(1, 5) for name in names(find(client, hal=page))]
    assert len(listed) == 52
    assert "KECAP LAMA" not in listed
