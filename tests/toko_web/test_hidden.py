"""What a customer is shown does not depend on what is hidden from them: neither directly, nor by an order or a count.

Two shops differ only in costs, amounts of stock, suppliers, serial numbers, and the prices of other levels. Whether
goods are in stock at all can be guessed from the order of results: of equal ones, those in stock come first.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from tests.toko_bot.bot.shop import Change, Item, PriceRow, publish_shop
from tests.toko_web.api.driving import Answer, in_process
from tests.toko_web.full_shop import GOODS, REFERENCE, SALES, changes
from tests.toko_web.serving import CUSTOMER, OWNER
from toko_core.catalog.product_hashes import product_hash
from toko_core.people.keys import Scope
from toko_core.people.sign_ins import Way
from toko_core.people.view import Role
from toko_web.api.limits import RateLimits
from toko_web.sign_in.cookies import SIGN_IN, signer

QUERIES = [
    "",
    "indomie",
    "kopi",
    "3 dus kopi",
    "oli mesin",
    "oli 50000",
    "gula 2 kg",
    "barang",
    "SN-7001",
    "zzz",
    "CV Sumber",
]
FILTERS = [
    "&hal=1", "&stok=1", "&semua=merek", "&jenis=MIE&merek=INDOMIE", "&dari=40000&sampai=45000", "&sampai=39000",
]  # fmt: skip
LISTS = [
    "perubahan-harga?masa=30-hari", "perubahan-harga?masa=30-hari&arah=turun", "terlaris", "habis", "rugi",
    "tanpa-harga", "dicari",
]  # fmt: skip
NAMES = [quote(product_hash(item.kodeitem)) for item in GOODS]
PAGES = [
    *(f"/{part}?q={quote(query)}{chosen}" for query in QUERIES for chosen in FILTERS for part in ("", "hasil")),
    *(f"/pindai?kode={quote(code)}" for code in ("8991002103238", "SN-7001", "OLI1", "0")),
    *(f"/barang/{name}{asked}" for name in NAMES for asked in ("", "?q=3+dus", "?kode=SN-7001", "?q=SN-7001")),
    *(f"/foto/{name}" for name in NAMES), *(f"/daftar/{name}" for name in LISTS), "/keadaan",
]  # fmt: skip
OF_API = [
    "/catalog", "/catalog.csv", "/products", "/price-changes", "/barcodes/SN-7001", "/barcodes/8991002103238",
    *(f"/search?q={quote(query)}{chosen}" for query in QUERIES[1:] for chosen in ("", "&brand=INDOMIE")),
    "/search?q=kopi&in_stock=true",
    *(f"/products/{name}{part}" for name in NAMES for part in ("", "/prices", "/stock")),
]  # fmt: skip
PASSING = re.compile(
    rb'name="csrf" value="[^"]*"|catalog-\d+|\d{4}-\d\d-\d\dT[\d:.]+Z|<span class="age.*?</span></span>'
)
"""What differs between two requests of anybody."""


def test_what_a_customer_and_a_key_are_shown_does_not_depend_on_what_they_may_not_see(tmp_path: Path) -> None:
    moved = changes()
    one, other = responses(tmp_path / "one", GOODS, moved, REFERENCE), responses(
        tmp_path / "other", [_otherwise(item) for item in GOODS],
        [replace(change, after="7" + str(change.after)) if change.level == 2 else change for change in moved],
        REFERENCE | {
            "customer_groups": [*REFERENCE["customer_groups"][:2], REFERENCE["customer_groups"][2] | {"grup": "Lain"}],
            "discounts": [REFERENCE["discounts"][0], REFERENCE["discounts"][1] | {"pot1": Decimal(44)}],
            "serials": [REFERENCE["serials"][0] | {"kantor": "TK", "terjual": True}],
        },
    )  # fmt: skip
    assert {path for path in one if one[path] != other[path]} == set()
    assert sum(status == 200 for status, _, _ in one.values()) > 200


def responses(
    data: Path, goods: list[Item], moved: list[Change], reference: Mapping[str, list[dict[str, object]]]
) -> dict[str, tuple[int, str | None, bytes]]:  # fmt: skip
    """Publish a shop, and return what a customer and a key without stock, both of level 1, get."""
    publish_shop(data, goods, moved, reference=reference, sales=SALES)
    with in_process(data, owners=frozenset({OWNER})) as running:
        running.shop.people.add(CUSTOMER, None, Role.CUSTOMER, level=1)
        token = running.shop.sign_ins.begin(CUSTOMER, "Warung", Way.LINK, "")
        cookie = f"{SIGN_IN}={signer(running.shop, SIGN_IN).sign(token).decode()}"
        running.api.limits = RateLimits(iter(range(0, 10**9, 1000)).__next__)
        _, key = running.api.keys.add("kasir", [Scope.PRICES], 1)
        found = {path: running.get(path, cookie=cookie) for path in PAGES}
        found |= {path: running.get(f"/v1{path}", key) for path in OF_API}
    return {path: _lasting(answer) for path, answer in found.items()}


def _lasting(answer: Answer) -> tuple[int, str | None, bytes]:
    return answer.status, answer.headers.get("location"), PASSING.sub(b"", answer.body)


def _otherwise(item: Item) -> Item:
    """Return a product that is the same to a customer of level 1."""
    stock = [("GD", str(Decimal(amount) * 7)) for _, amount in item.stock]
    fields = dict(item.fields) | {"stokmin": Decimal(9), "supplier": "LAIN"}
    return replace(item, prices=[_price(price) for price in item.prices], stock=stock, fields=fields)


def _price(price_row: PriceRow) -> PriceRow:
    unit, size, level, most, _, price = price_row
    is_hidden = level not in (None, 1) and price is not None
    return unit, size, level, most, "777", "4321" if is_hidden else price
