"""A shop with levels, groups, discounts, hostile names and a history, and the keys of its API."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.toko_bot.bot.shop import BISCUITS, FILLER, HUGE, INDOMIE, LOSS, SUGAR, UNPRICED, UNSOLD, Item, publish_shop
from tests.toko_bot.bot.shop import Change as Change
from toko_core.people.keys import Keys, Scope
from toko_core.settings import ShopSettings
from toko_core.state.database import StateDatabase, state_url

IN_FORCE = {"dari": datetime(2020, 1, 1), "sebelum": datetime(2100, 1, 1)}
OVER = {"dari": datetime(2020, 1, 1), "sebelum": datetime(2021, 1, 1)}
OIL = Item(
    "OLI/1 %2F.", "OLI MESIN 1L",
    [("BTL", "1", 1, None, "41000.25", "50000"), ("BTL", "1", 2, None, "41000.25", "48000"),
     ("BTL", "1", 3, None, "41000.25", "45000"), ("DUS", "12", 1, None, "492003", "590000")],
    [("8990000000013", "BTL")], [("GUDANG", "24"), ("TOKO", "-1.5")], "OLI", "TOP 1",
    fields={"jasa": False, "stokmin": Decimal(6), "supplier": "SUP1", "keterangan": "Untuk bebek & matic",
            "dateupd": datetime(2026, 11, 20, 9, 15)},
)  # fmt: skip
COFFEE = Item(
    "KOPI1", "KOPI TUBRUK", [("PCS", "1", None, None, "7000", "10000.5"), ("DUS", "24", None, None, "1", "230000")]
)
SOAP = Item("SABUN1", "SABUN BATANG", [("PCS", "1", None, None, "1", "4000")], stock=[("TOKO", "3")])
TEA = Item("TEH1", "TEH CELUP", [("KTK", "1", None, None, "1", "8000")])
FORMULA = Item(
    '=HYPERLINK("http://x")', '@SUM(1+1)*cmd|"/C calc"!A0', [("=1+1", "1", None, None, "1", "2")],
    [("-1+1", "=1+1")], [("+A", "-7")], "=B1;=C1", "\t=D1", "-E1",
)  # fmt: skip
DOLLAR = Item("USD1", "PAPERBACK", [("PCS", "1", None, None, "1", None)], fields={"matauang": "USD"})
SERVICE = Item("JASA1", "ONGKOS KIRIM", [("KALI", "1", None, None, "0", "15000")], fields={"jasa": True})
ITEMS = [INDOMIE, SUGAR, LOSS, UNPRICED, UNSOLD, OIL, COFFEE, SOAP, TEA, FORMULA, DOLLAR, SERVICE, *BISCUITS, HUGE[0],
         *FILLER[:40]]  # fmt: skip


def discount(item: Item, code: str, percent: str = "0", **columns: object) -> dict[str, object]:
    row = {"kodeitem": item.kodeitem, "iddiskon": code, "pot1": Decimal(percent), "rupiah": Decimal(0)}
    return row | IN_FORCE | columns


REFERENCE: dict[str, list[dict[str, object]]] = {
    "customer_groups": [
        {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
        {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
        {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
        {"kgrup": "RS", "grup": "Reseller", "level": 3, "potongan": Decimal("12.5")},
    ],
    "names": [{"kind": "kantor", "kode": "TOKO", "nama": "Toko Depan"}],
    "discounts": [
        discount(COFFEE, "D1", "10", satuan="PCS"),
        discount(OIL, "D2", "20", kgrup="GR"),
        discount(SOAP, "D3", "2.5", rupiah=Decimal(500)),
        discount(TEA, "D4", "50", **OVER),
    ],
    "promotions": [
        {"kodeitem": TEA.kodeitem, "idpromo": "P1", "jumlah": Decimal(2), "satuan": "KTK", "hadiah": SOAP.kodeitem,
         "jumlah_hadiah": Decimal(1), "satuan_hadiah": "PCS", "kelipatan": True} | IN_FORCE,
    ],
}  # fmt: skip
START = datetime(2026, 1, 1, 13, 30, tzinfo=UTC)
CHANGES = [
    Change(OIL, "BTL", level, before, after, START)
    for level, before, after in ((1, "49000", "50000"), (2, "47000", "48000"), (3, "44000", "45000"))
] + [
    Change(item, "BKS", None, str(1000 + day), str(1001 + day), START + timedelta(days=day))
    for day in range(1, 40)
    for item in BISCUITS[:3]
]  # fmt: skip
SECRETS = {"prices": {Scope.PRICES}, "stock": {Scope.PRICES, Scope.STOCK}, "cost": {Scope.PRICES, Scope.COST},
           "all": set(Scope)}  # fmt: skip


def publish_api_shop(folder: Path) -> Path:
    return publish_shop(folder, ITEMS, CHANGES, reference=REFERENCE)


def keys_of(data: Path) -> Keys:
    """Return the keys of the installation with this data folder."""
    return Keys(StateDatabase(state_url(ShopSettings(toko_data_dir=data, _env_file=None))))


def add_keys(data: Path) -> dict[str, str]:
    """Add a key for each set of scopes, and one of level 2 with all of them. Returns the secrets by name."""
    keys = keys_of(data)
    secrets = {name: keys.add(name, scopes)[1] for name, scopes in SECRETS.items()}
    return secrets | {"level-2": keys.add("level-2", set(Scope), 2)[1]}
