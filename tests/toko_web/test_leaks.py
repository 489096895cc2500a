"""No page holds what its visitor may not see. `leaks.py` measures the same with more requests."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from fastapi.routing import APIRoute

from tests.toko_web.api.driving import Sent
from tests.toko_web.api.leaks import COST, ITEMS, LEVELS, MINIMUM, STOCK, SUPPLIER
from tests.toko_web.here import app_of, serving_here
from tests.toko_web.leaks import (
    BACKUP,
    BRANCHES,
    CALLERS,
    DEVICE,
    GETS,
    NAMES,
    ROUTES,
    SERIAL,
    SOLD,
    WANTED,
    Caller,
    Secretive,
    ask_all,
    plain,
    read,
    secretive_shop,
)
from tests.toko_web.serving import OWNER, STAFF
from toko_core.catalog.product_hashes import product_hash
from toko_core.state.database import state_url
from toko_web.app import ROUTERS

REQUESTS = 4
OF_PASSWORDS = (("POST", "/masuk"), ("POST", "/akun/sandi"))
"""Each request takes a tenth of a second."""
STATIC_FILES = "/static/{name:path}"
"""Those that sign in need them, too."""
PRODUCT = f"/barang/{product_hash(ITEMS[1].kodeitem)}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secretive]:
    with secretive_shop(tmp_path_factory.mktemp("secrets")) as shop:
        yield shop


def page_of(shop: Secretive, caller: Caller, path: str) -> str:
    return read(shop.server.send([Sent(path, shop.headers[caller])])[0], [])


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_no_page_holds_what_its_visitor_may_not_see(shop: Secretive, route: tuple[str, str]) -> None:
    for caller in CALLERS:
        result = ask_all(shop, caller, route, 1 if route in OF_PASSWORDS else REQUESTS)
        assert result.leaks == []
        assert result.statuses.keys() <= {200, 303, 401, 403, 404, 410, 422, 429}


def test_every_route_of_the_pages_is_asked() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    asked = {(method, route.path) for route in routes for method in route.methods or () if route.path != STATIC_FILES}
    assert asked == set(ROUTES)


def test_owners_are_shown_all_of_it(shop: Secretive) -> None:
    shown = {
        PRODUCT: [COST, STOCK, MINIMUM, SUPPLIER, SOLD, *LEVELS.values(), "laba", "Pemasok", BRANCHES[0]],
        f"/barang/{product_hash(ITEMS[5].kodeitem)}?q={SERIAL}-5": [SERIAL],
        "/daftar/rugi": [COST, "modal", "rugi"],
        "/daftar/terlaris": [SOLD],
        "/daftar/dicari": [WANTED],
        "/keadaan": [BACKUP],
        "/akun": [*NAMES.values(), *(f"{DEVICE} {person}" for person in NAMES)],
    }
    for path, secrets in shown.items():
        page = page_of(shop, CALLERS[0], path)
        assert [secret for secret in secrets if secret not in page] == [], path


def test_what_the_test_looks_for_is_on_pages_of_others(shop: Secretive) -> None:
    for caller in CALLERS[1:]:
        assert caller.forbidden.search(page_of(shop, CALLERS[0], PRODUCT)), caller.name


def test_filters_let_nobody_find_out_stock_and_prices_of_other_levels(shop: Secretive) -> None:
    def number(caller: Caller, query: str) -> str:
        found = re.search(r"(\d+) barang", page_of(shop, caller, f"/hasil?hal=1&{query}"))
        assert found is not None
        return found[1]

    owner, _, retail, wholesale, _ = CALLERS
    assert number(owner, "stok=1") == "20"
    assert number(wholesale, "stok=1") == "20"
    assert number(retail, "stok=1") == number(retail, "") == "30"
    for caller, level in ((retail, 1), (wholesale, 2)):
        for each, amount in LEVELS.items():
            of_level = number(caller, f"dari={amount[:2]}00000&sampai={amount[:2]}99999")
            assert of_level == ("30" if each == level else "0"), (caller.name, each)


def test_a_stranger_is_led_to_the_page_that_signs_in_from_every_route(shop: Secretive) -> None:
    pages = [path for path in GETS if not path.startswith("/masuk")]
    paths = [f"{path.replace('{product}', PRODUCT.rpartition('/')[2])}?q=teh" for path in pages]
    led = shop.server.send([Sent(path, {"accept": "text/html"}) for path in paths])
    other = shop.server.send([Sent(path, {"accept": "*/*"}) for path in paths])
    for path, page, answer in zip(paths, led, other, strict=True):
        assert (page.status, page.body) == (303, b""), path
        assert page.headers["location"].startswith("/masuk?ke="), path
        assert (answer.status, answer.body) == (401, b"Sign in first."), path


def test_nobody_ends_the_sign_ins_of_others(shop: Secretive) -> None:
    before = {one.number for one in shop.server.shop.sign_ins.all()}
    for caller in CALLERS[1:]:
        others = [one.number for one in shop.server.shop.sign_ins.all() if one.person_id != caller.person]
        fields = {"csrf": shop.tokens[caller]}
        shop.server.send([
            Sent("/akun/keluarkan", shop.headers[caller], fields | {"nomor": str(number)}) for number in others
        ])  # fmt: skip
    assert {one.number for one in shop.server.shop.sign_ins.all()} == before


def test_a_real_server_sends_the_same(shop: Secretive, tmp_path: Path) -> None:
    data = Path(shop.server.shop.settings.toko_data_dir)
    copytree(data / "catalog", tmp_path / "catalog")  # DuckDB opens a file in one way only in a process
    people = {"owner_users": frozenset({OWNER}), "allowed_users": frozenset({STAFF})}
    with serving_here(app_of(tmp_path, **people, state_url=str(state_url(shop.server.shop.settings)))) as here:
        for caller in CALLERS:
            with here.client(headers=dict(shop.headers[caller]), follow_redirects=True) as client:
                for path in (
                    PRODUCT,
                    "/?q=barang",
                    "/daftar/perubahan-harga?masa=30-hari",
                    "/daftar/terlaris",
                    "/akun",
                ):
                    text = plain(client.get(path).text)
                    assert not caller.forbidden.search(text), (path, caller.name)
                    assert ("<h1>Masuk</h1>" in text) == (caller.person is None), path
