"""The shop of the conversations in docs/bot.md: some goods of a corner shop, with levels, tiers, stock and sales."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.toko_bot.bot.shop import Change, Item, PriceRow, photo, publish_shop

BARCODE, UNKNOWN_BARCODE = "8991002101630", "8999999195649"
SOON = timedelta(minutes=5)
"""Five minutes from the publication, so that it is still today if midnight passes during the conversations."""


def goods(code: str, name: str, prices: list[PriceRow], stock: Sequence[tuple[str, str]], **more: object) -> Item:
    least = more.pop("least", None)
    return Item(code, name, prices, stock=list(stock), fields={"jasa": False, "stokmin": least}, **more)  # type: ignore[arg-type]


def noodles(code: str, name: str, stock: str, price: int = 3150, *, brand: str = "INDOMIE") -> Item:
    """Noodles with two levels, and a carton of 40."""
    prices: list[PriceRow] = [
        ("BKS", "1", 1, None, "2612.345", str(price)), ("BKS", "1", 2, None, "2612.345", str(price - 100)),
        ("DUS", "40", 1, None, "104493.8", str(price * 40 - 8000)),
        ("DUS", "40", 2, None, "104493.8", str(price * 40 - 10000)),
    ]  # fmt: skip
    return goods(code, name, prices, [("TOKO", stock)], jenis="MIE INSTAN", merek=brand, rak="A1", least=40)


INDOMIE = goods(
    "MIE001", "INDOMIE GORENG SPECIAL 85GR",
    [("BKS", "1", 1, None, "2612.345", "3150"), ("BKS", "1", 2, None, "2612.345", "3050"),
     ("DUS", "40", 1, None, "104493.8", "118000"), ("DUS", "40", 2, None, "104493.8", "116000")],
    [("GUDANG", "1200"), ("TOKO", "120")], jenis="MIE INSTAN", merek="INDOMIE", rak="A1", least=80,
    barcodes=[("089686010947", "BKS")], photo=photo(),
)  # fmt: skip
SUGAR = goods(
    "GULA1", "GULA PASIR GULAKU 1KG",
    [("BKS", "1", None, "11", "15500", "17500"), ("BKS", "1", None, "39", "15500", "17200"),
     ("BKS", "1", None, None, "15500", "16900")],
    [("TOKO", "24")], jenis="SEMBAKO", merek="GULAKU", rak="B2", barcodes=[(BARCODE, "BKS")], least=12,
)  # fmt: skip
SOAP = goods("SABUN1", "SABUN LIFEBUOY MERAH 100GR", [("PCS", "1", None, None, "4100", "3900")], [("TOKO", "36")])
TEA = goods("TEH1", "TEH PUCUK HARUM 350ML", [("BTL", "1", None, None, "2900", None)], [("TOKO", "48")])
OIL = goods(
    "MINYAK1", "MINYAK GORENG BIMOLI 2L", [("PCH", "1", None, None, "33500", "36500")], [("TOKO", "0")],
    jenis="SEMBAKO", least=6,
)  # fmt: skip
PAINT = goods("CAT1", "CAT TEMBOK AVITEX 5KG", [("KLG", "1", None, None, "166819.9742", "189000")], [("TOKO", "12")])
ITEMS = [
    INDOMIE,
    noodles("MIE002", "INDOMIE GORENG RENDANG 91GR", "0", 3200), noodles("MIE003", "INDOMIE SOTO MIE 70GR", "85", 3000),
    noodles("MIE004", "INDOMIE KARI AYAM 72GR", "160", 3100), noodles("MIE005", "INDOMIE AYAM BAWANG 69GR", "40", 3000),
    noodles("MIE006", "INDOMIE GORENG ACEH 90GR", "12", 3250), noodles("MIE009", "INDOMIE SOTO LAMONGAN 80GR", "30"),
    noodles("MIE010", "INDOMIE GORENG JUMBO 129GR", "25", 4200), noodles("MIE011", "INDOMIE RENDANG KUAH 80GR", "0"),
    noodles("MIE012", "INDOMIE EMPAL GENTONG 75GR", "18"), noodles("MIE013", "INDOMIE CAKALANG 75GR", "22"),
    noodles("MIE014", "INDOMIE GORENG PEDAS 79GR", "64", 3200), noodles("MIE015", "INDOMIE SOTO BANJAR 75GR", "9"),
    noodles("MIE007", "MIE SEDAAP GORENG 90GR", "200", 3100, brand="SEDAAP"),
    noodles("MIE008", "MIE SEDAAP SOTO 75GR", "0", 3000, brand="SEDAAP"),
    SUGAR, SOAP, TEA, OIL, PAINT,
    goods("GULA2", "GULA PASIR ROSE BRAND 1KG", [("BKS", "1", None, None, "15800", "17800")], [("TOKO", "30")],
          jenis="SEMBAKO", merek="ROSE BRAND"),
    goods("KOPI1", "KOPI KAPAL API SPECIAL 165GR", [("BKS", "1", None, None, "14100", "15500")], [("TOKO", "18")]),
    goods("TELUR1", "TELUR AYAM", [("KG", "1", None, "9", "26500", "29000"), ("KG", "1", None, None, "26500", "28000")],
          [("TOKO", "37.5")], jenis="SEMBAKO"),
    goods("AQUA1", "AQUA BOTOL 600ML", [("BTL", "1", None, None, "2700", "3500"),
                                        ("DUS", "24", None, None, "64800", "72000")], [("TOKO", "96")]),
    goods("PULSA1", "PULSA HALO 50RB", [("PCS", "1", None, None, "49500", "52000")], []),
]  # fmt: skip
CHANGES = [
    Change(INDOMIE, "BKS", 1, "2950", "3000", datetime(2025, 3, 4, 14, tzinfo=UTC)),
    Change(INDOMIE, "DUS", 1, "115000", "118000", datetime(2025, 6, 12, 14, tzinfo=UTC)),
    Change(INDOMIE, "BKS", 1, "3000", "3150", datetime(2025, 6, 12, 14, tzinfo=UTC)),
    Change(INDOMIE, "PAK", 1, None, "15000", datetime(2025, 3, 4, 14, tzinfo=UTC)),
    Change(INDOMIE, "PAK", 1, "15000", None, datetime(2025, 6, 12, 14, tzinfo=UTC)),
    Change(SUGAR, "BKS", None, "17000", "17500", SOON, "11"),
    Change(SUGAR, "BKS", None, "16800", "17200", SOON, "39"),
    Change(PAINT, "KLG", None, "185000", "189000", SOON),
    Change(SOAP, "PCS", None, "4200", "3900", SOON),
]
GROUPS = [
    {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
    {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
]
SALES = {
    "MIE001": (31, 420, "260", "3380"), "GULA1": (22, 251, "61", "702"), "MIE002": (9, 118, "33", "455"),
    "MINYAK1": (6, 74, "9", "102"), "AQUA1": (18, 240, "96", "1150"), "TELUR1": (14, 163, "21.5", "248.5"),
}  # fmt: skip


def publish(data: Path, *, hours: int) -> None:
    """Publish the shop from a backup that was made some hours ago."""
    publish_shop(
        data, ITEMS, CHANGES, reference={"customer_groups": GROUPS}, age=timedelta(hours=hours), sales=SALES,
        backup="i5_TOKO_MAJU.i5bu",
    )  # fmt: skip
