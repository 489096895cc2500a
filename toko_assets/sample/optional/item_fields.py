"""Makes remarks on spare parts, a phone with serial numbers, an item with a price in dollars, and suppliers."""

from decimal import Decimal
from random import Random

from toko_assets.sample.drafts import ONE, ItemDraft, UnitDraft
from toko_assets.sample.table_rows import CurrencyRow, PartnerRow, SerialRow

PARTS, GADGETS = "SPAREPART MOTOR", "AKSESORIS HP"
"""The categories whose items get remarks, and of which two become the phone and the import."""
MODELS = (
    "HONDA BEAT", "VARIO 125", "VARIO 150", "SCOOPY", "SUPRA X 125", "REVO", "YAMAHA MIO", "JUPITER Z", "NMAX", "AEROX",
    "SATRIA FU", "KLX 150",
)  # fmt: skip
PHONE, IMPORT = "HP SAMSUNG GALAXY A15 8/256GB", "CHARGER LAPTOP USB-C 65W IMPOR"
PHONE_PRICE, PHONE_COST = Decimal(2_499_000), Decimal(2_310_000)
IMPORT_PRICE, IMPORT_COST = Decimal("18.75"), Decimal(262_500)
"""The price is in dollars, the cost in rupiah."""
CURRENCIES = (CurrencyRow("IDR", "Rupiah", ONE, True), CurrencyRow("USD", "US Dollar", Decimal(16_250), False))
RECEIPT = "0004/KSR/UTM/0126"


def fill_item_fields(items: list[ItemDraft], branches: list[str], seed: int) -> list[SerialRow]:
    """Change some of the items. Return the serial numbers of the phone; none in a shop without such goods."""
    rng = Random(f"item fields {seed}")
    for item in items:
        if item.jenis == PARTS and rng.random() < 0.5:
            item.keterangan = f"cocok {', '.join(rng.sample(MODELS, rng.randint(1, 4)))}"
    gadgets = [item for item in items if item.jenis == GADGETS]
    if len(gadgets) < 2:
        return []
    phone, imported = gadgets[:2]
    _sell_as(phone, PHONE, PHONE_PRICE, PHONE_COST, "SAMSUNG")
    _sell_as(imported, IMPORT, IMPORT_PRICE, IMPORT_COST, None)
    imported.matauang = "USD"
    numbers = [f"3569380{rng.randrange(10**8):08d}" for _ in range(4)]
    return [
        *(
            SerialRow(number, phone.kodeitem, branch, "BL", "0001/BL/UTM/0126")
            for number, branch in zip(numbers[:3], branches, strict=False)
        ),
        SerialRow(numbers[3], phone.kodeitem, branches[0], "KSR", RECEIPT),
    ]


def code_suppliers(items: list[ItemDraft]) -> list[PartnerRow]:
    """Replace the suppliers' names of items with codes. Return the suppliers, in text order."""
    names = sorted({item.supplier for item in items if item.supplier})
    codes = {name: f"SU-{number:03d}" for number, name in enumerate(names, 1)}
    for item in items:
        item.supplier = codes.get(item.supplier or "", item.supplier)
    return [PartnerRow(code, "SU", name) for name, code in codes.items()]


def _sell_as(item: ItemDraft, name: str, price: Decimal, cost: Decimal, brand: str | None) -> None:
    """Turn an item into one with a fixed price and one unit."""
    item.name, item.merek, item.system, item.satuan = name, brand, "O", "PCS"
    item.fixed_price, item.cost, item.prices = price, cost, []
    item.statusjual, item.statushapus = "Y", "N"
    item.units = [UnitDraft("PCS", ONE, cost, item.units[0].barcodes[:1] if item.units else [])]
