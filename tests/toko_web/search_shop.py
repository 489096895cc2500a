"""A shop to search in: brands, categories, stock, levels, a discount, a promotion and hostile names."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from tests.toko_bot.bot.shop import COST, Item, photo, publish_shop

TODAY = datetime.combine(datetime.now(UTC).date(), time())
IN_FORCE = {"dari": TODAY - timedelta(days=10), "sebelum": TODAY + timedelta(days=20)}
SCRIPT = "<script>alert(1)</script>"
BARCODE, TWICE, MISSING = "8991002101630", "8992222000004", "8991234567893"
"""A barcode of one product, of two products, and of none."""


def item(code: str, name: str, price: str, stock: str, brand: str | None, category: str | None, **more: object) -> Item:
    return Item(
        code, name, [("PCS", "1", None, None, COST, price)], stock=[("TK", stock)], merek=brand, jenis=category,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


NOODLES = Item(
    "MIE1", "INDOMIE GORENG SPECIAL 85GR",
    [("PCS", "1", 1, None, COST, "3150"), ("PCS", "1", 2, None, COST, "2900"),
     ("DUS", "40", 1, "9", "104480", "118000"), ("DUS", "40", 1, None, "104480", "115000")],
    [(BARCODE, "PCS"), (TWICE, "DUS")], [("TK", "120")], "MIE INSTAN", "INDOMIE", photo=photo(),
)  # fmt: skip
SOTO = item("MIE2", "INDOMIE SOTO 70GR", "3000", "0", "INDOMIE", "MIE INSTAN", barcodes=[(TWICE, "PCS")])
SEDAAP = item("MIE3", "MIE SEDAAP GORENG 90GR", "3400", "12", "SEDAAP", "MIE INSTAN")
COFFEE = item("KOPI1", "KOPI TUBRUK 165GR", "10000", "31", "KAPAL API", "MINUMAN")
TEA = item("TEH1", "TEH CELUP 25S", "8000", "5", "SEDAAP", "MINUMAN")
UNSOLD = item("LAMA1", "KECAP LAMA", "200", "1", None, None, dijual=False)
HOSTILE = item(
    f"H{SCRIPT}", f'{SCRIPT} "><img src=x onerror=alert(1)> 🌶️ \u202ekana\u202c', "1000", "1", SCRIPT, '"><b>'
)
LONG = item("PANJANG", "KABEL " + "SERABUT " * 700, "1000", "1", None, None)
FILLER = [
    item(f"ISI{n}", f"EMBER PLASTIK NOMOR {n}", str(1000 + n), "1", f"MEREK {n % 12}", "RUMAH") for n in range(45)
]
GOODS = [NOODLES, SOTO, SEDAAP, COFFEE, TEA, UNSOLD, HOSTILE, LONG, *FILLER]
REFERENCE: Mapping[str, Sequence[dict[str, object]]] = {
    "customer_groups": [
        {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
        {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
    ],
    "discounts": [
        {"kodeitem": "KOPI1", "iddiskon": "D1", "pot1": Decimal(10), "rupiah": Decimal(0), "satuan": "PCS"} | IN_FORCE
    ],
    "promotions": [
        {"kodeitem": "TEH1", "idpromo": "P1", "satuan": "PCS", "jumlah": Decimal(2), "jumlah_hadiah": Decimal(1),
         "satuan_hadiah": "PCS", "kelipatan": True} | IN_FORCE
    ],
}  # fmt: skip


def publish_search_shop(folder: Path, goods: Sequence[Item] = GOODS) -> Path:
    """Build and publish its catalogue."""
    return publish_shop(folder, goods, reference=REFERENCE)
