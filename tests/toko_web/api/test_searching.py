"""Searching through the API, and finding what a scanner read."""

import json
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pytest

from tests.toko_bot.bot.shop import Item, PriceRow, publish_shop
from tests.toko_web.api.conftest import Get
from tests.toko_web.api.driving import InProcess, in_process
from toko_assets.sample.names import sample_products
from toko_core.people.keys import Scope
from toko_web.api.limits import RateLimits

PRICE: PriceRow = ("PCS", "1", None, None, "700", "1000")


def codes(get: Get, **parameters: str | int) -> list[str]:
    response = get(f"/search?{urlencode(parameters)}")
    assert response.status_code == 200, response.text
    return [item["code"] for item in response.json()["items"]]


def test_a_search_with_a_typo_finds_the_product_and_says_how_well_it_matches(get: Get) -> None:
    found = get("/search?q=indomi%20goreng").json()
    assert found["items"][0]["code"] == "MIE001"
    assert 0.5 < found["items"][0]["score"] < 1
    assert get("/search?q=INDOMIE%20GORENG%20SPECIAL%2085GR").json()["items"][0]["score"] == 1


def test_the_score_does_not_tell_what_is_in_stock(get: Get) -> None:
    assert "score" not in get("/search?q=indomi%20goreng", "prices").json()["items"][0]


def test_a_search_is_listed_in_pages_with_each_product_once(get: Get) -> None:
    found, cursor = [], ""
    while cursor is not None:
        page = get(f"/search?q=biskuit&limit=10{cursor and f'&cursor={cursor}'}").json()
        found += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(found) == len(set(found)) == 27


def test_a_cursor_belongs_to_its_search(get: Get) -> None:
    cursor = get("/search?q=biskuit&limit=10").json()["next_cursor"]
    assert get(f"/search?q=sapu&limit=10&cursor={cursor}").status_code == 422
    assert get(f"/products?cursor={cursor}").status_code == 422


def test_a_search_is_narrowed_to_a_brand_a_category_and_to_what_is_in_stock(get: Get) -> None:
    assert codes(get, q="goreng", brand="INDOMIE") == ["MIE001"]
    assert codes(get, q="goreng", brand="SEDAAP") == []
    assert codes(get, q="oli mesin", category="OLI") == ["OLI/1 %2F."]
    assert "SABUN1" in codes(get, q="sabun", in_stock="true")
    assert codes(get, q="kopi tubruk", in_stock="true") == []


@pytest.mark.parametrize(
    ("scanned", "unit"),
    [
        ("8991002101630", "BKS"), ("08991002101630", "BKS"), ("(01)08991002101630(17)270131", "BKS"),
        ("]C10108991002101630\x1d10ABC", "BKS"), ("https://example.com/01/08991002101630/10/ABC", "BKS"),
        ("GULA1", None),
    ],
)  # fmt: skip
def test_what_a_scanner_reads_finds_the_product_and_its_unit(get: Get, scanned: str, unit: str | None) -> None:
    found = get(f"/barcodes/{quote(scanned, safe='')}").json()
    assert [(item["code"], item["unit"]) for item in found["items"]] == [("GULA1", unit)]
    assert found["barcode"] == scanned


@pytest.mark.parametrize("scanned", ["8991002101631", "indomie", "101630", "x" * 200, "%00", "(01)"])
def test_a_barcode_that_is_only_similar_finds_nothing(get: Get, scanned: str) -> None:
    assert get(f"/barcodes/{quote(scanned, safe='')}").status_code == 404


def test_pages_of_any_length_list_the_same_products(tmp_path: Path) -> None:
    """Of many similar names only some are compared, and more for a longer list."""
    names = [product.name for product in sample_products(2000, Random(5))]
    publish_shop(tmp_path, [Item(f"B{row}", name, [PRICE]) for row, name in enumerate(names)], [])
    with in_process(tmp_path) as running:
        _, key = running.api.keys.add("kasir", [Scope.PRICES], 1)
        running.api.limits = RateLimits(iter(range(0, 10**9, 1000)).__next__)
        for query in ("teh botol", "so klin", "gl pasir", "pembersih lantai"):
            found = [listed(running, key, query, limit) for limit in (7, 40, 100)]
            assert found[0] == found[1] == found[2], query
            assert len(set(found[0])) == len(found[0]) > 20, query


def listed(running: InProcess, key: str, query: str, limit: int) -> list[str]:
    """Return the codes on all pages of a search."""
    found, cursor = [], ""
    while cursor is not None:
        page = json.loads(
            running.get(f"/v1/search?q={quote(query)}&limit={limit}{cursor and f'&cursor={cursor}'}", key).body
        )
        found += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    return found
