"""What programs notice of a new catalogue and of discounts that begin and end: entity tags and cursors."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.toko_bot.bot.shop import FILLER, publish_shop
from tests.toko_web.api.conftest import Api, Get
from tests.toko_web.api.driving import InProcess, in_process
from tests.toko_web.api.shop import CHANGES, ITEMS, REFERENCE, SOAP, START, Change, discount
from toko_core.catalog.product_hashes import product_hash
from toko_web.api.records import product_record


@pytest.fixture(scope="module")
def running(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A server of its own, which gets new catalogues."""
    data = tmp_path_factory.mktemp("running")
    shutil.copytree(api.data / "catalog", data / "catalog")
    with in_process(data) as server:
        yield server


def publish(server: InProcess, items: list[Any], changes: list[Change] | None = None) -> None:
    data = server.shop.settings.data_folder
    publish_shop(data, items, CHANGES if changes is None else changes, reference=REFERENCE)
    server.runner.run(server.shop.live.poll())


def read(server: InProcess, path: str) -> dict[str, Any]:
    answer = server.get(path)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_a_response_that_the_program_has_is_not_sent_again(get: Get) -> None:
    first = get("/search?q=oli")
    again = get("/search?q=oli", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"
    assert get("/search?q=oli", **{"If-None-Match": f'"other", {first.headers["ETag"]}'}).status_code == 304
    assert get("/search?q=oli", **{"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_is_another_one_for_other_scopes_levels_and_addresses(get: Get) -> None:
    tags = [get("/search?q=oli", key).headers["ETag"] for key in ("prices", "stock", "cost", "all", "level-2")]
    tags += [get(path).headers["ETag"] for path in ("/search?q=teh", "/search?q=oli&limit=1", "/catalog")]
    assert len(set(tags)) == len(tags)


def test_a_program_without_the_scope_is_not_told_that_nothing_changed(get: Get) -> None:
    path = f"/products/{product_hash(SOAP.kodeitem)}/stock"
    tag = get(path).headers["ETag"]
    assert get(path, "prices", **{"If-None-Match": tag}).status_code == 403
    assert get(path, None, **{"If-None-Match": "*"}).status_code == 401


def test_a_new_catalogue_changes_every_tag_and_ends_searches(running: InProcess) -> None:
    paths = ("/v1/search?q=oli", "/v1/catalog", "/v1/products", "/v1/price-changes", "/v1/catalog.csv")
    before = [running.get(path).headers["etag"] for path in paths]
    assert [running.get(path).headers["etag"] for path in paths] == before
    cursor = read(running, "/v1/search?q=biskuit&limit=5")["next_cursor"]
    publish(running, ITEMS)
    assert not set(before) & {running.get(path).headers["etag"] for path in paths}
    answer = running.get(f"/v1/search?q=biskuit&limit=5&cursor={cursor}")
    assert answer.status == 410
    assert json.loads(answer.body)["type"] == "/v1/docs#catalogue-changed"


def test_the_tag_changes_exactly_when_prices_do(tmp_path: Path) -> None:
    start = datetime(2026, 12, 1)
    reference = REFERENCE | {"discounts": [
        discount(SOAP, "A", "10", dari=start, sebelum=start + timedelta(days=2)),
        discount(SOAP, "B", "20", dari=start, sebelum=start + timedelta(days=9), hari=0b0100000),
        discount(SOAP, "C", "30", dari=start + timedelta(days=3), sebelum=start + timedelta(days=4),
                 jam_dari=datetime(2026, 1, 1, 22).time(), jam_sampai=datetime(2026, 1, 1, 2).time()),
    ]}  # fmt: skip
    publish_shop(tmp_path, [SOAP, *FILLER], reference=reference)
    with in_process(tmp_path) as server:
        row = server.shop.served.hashes.find(product_hash(SOAP.kodeitem))
        assert row is not None
        seen = []
        for hours in range(-24, 12 * 24):
            call = server.call(at=start + timedelta(hours=hours))
            seen.append((call.state, product_record(call, row)["prices"][0]["price"]))
    assert {price for _, price in seen} == {"4000", "3600", "3200", "2800"}
    for (state, price), (next_state, next_price) in pairwise(seen):
        assert (state == next_state) is (price == next_price)


def test_the_list_of_products_goes_on_after_a_new_catalogue_without_repeating_or_losing_any(running: InProcess) -> None:
    first = read(running, "/v1/products?limit=100")
    publish(running, [*[item for item in ITEMS if item is not SOAP], *more_items()])
    found, cursor = [item["code"] for item in first["items"]], first["next_cursor"]
    while cursor is not None:
        page = read(running, f"/v1/products?limit=100&cursor={cursor}")
        found += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(found) == len(set(found))
    assert {item.kodeitem for item in ITEMS} - {SOAP.kodeitem} <= set(found)


def more_items() -> list[Any]:
    return [replace(item, kodeitem=f"BARU{number}") for number, item in enumerate(FILLER[:50])]


def test_price_changes_go_on_after_the_last_one_in_a_later_catalogue(running: InProcess) -> None:
    cursor, found = "", []
    while True:
        page = read(running, f"/v1/price-changes?limit=50{cursor and f'&cursor={cursor}'}")
        found += page["items"]
        cursor = page["last_cursor"]
        if page["next_cursor"] is None:
            break
    assert len(found) == len(CHANGES)
    assert len({json.dumps(change) for change in found}) == len(found)
    assert found[0]["seen_at"] == "2026-01-01T13:30:00Z"
    nothing = read(running, f"/v1/price-changes?cursor={cursor}")
    assert (nothing["items"], nothing["last_cursor"]) == ([], cursor)
    later = Change(SOAP, "PCS", None, "3900", "4000", START + timedelta(days=90))
    publish(running, ITEMS, [*CHANGES, later])
    (change,) = read(running, f"/v1/price-changes?cursor={cursor}")["items"]
    assert (change["product"]["code"], change["before"], change["after"]) == ("SABUN1", "3900", "4000")


def test_price_changes_are_those_of_a_time_and_of_the_level_of_the_key(get: Get) -> None:
    of_day = get("/price-changes?since=2026-01-03T00:00:00%2B07:00&until=2026-01-04T00:00:00%2B07:00").json()
    assert [change["after"] for change in of_day["items"]] == ["1003"] * 3
    oil = [
        (change["level"], change["before"], change["after"])
        for change in get("/price-changes?limit=3", "level-2").json()["items"]
        if change["unit"] == "BTL"
    ]
    assert oil == [(None, "47000", "48000")]
    assert len(get("/price-changes?limit=3").json()["items"]) == 3
