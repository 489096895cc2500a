"""A shop whose goods have all that a page may show: levels, tiers, groups, offers, history, sales, hostile names."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from tests.toko_bot.bot.shop import (
    COST,
    HUGE,
    INDOMIE,
    LOSS,
    SUGAR,
    UNPRICED,
    UNSOLD,
    Change,
    Item,
    PriceRow,
    photo,
    publish_shop,
)

TODAY = datetime.combine(datetime.now(UTC).date(), time())
IN_FORCE = {"dari": TODAY - timedelta(days=10), "sebelum": TODAY + timedelta(days=20)}
SUPPLIER, MINIMUM = "CV Sumber Rahasia", "44.5"
"""What only owners may see; no other text has them."""
SCRIPT = "<script>alert(1)</script>"
REVERSED = "KOPI \u202e%03 NOKSID"

NOODLES = Item(
    INDOMIE.kodeitem, INDOMIE.namaitem, INDOMIE.prices, INDOMIE.barcodes, [("GD", "120"), ("TK", "7.5")],
    "MIE", "INDOMIE", "A1 atas", photo=photo(),
    fields={
        "keterangan": "Rasa asli\nBungkus baru", "stokmin": Decimal(MINIMUM), "supplier": "S1",
        "dateupd": datetime(2026, 3, 4, 9, 30),
    },
)  # fmt: skip
COFFEE = Item(
    "KOPI1", "KOPI TUBRUK HITAM 165GR",
    [("PCS", "1", None, None, COST, "10000"), ("DUS", "24", None, None, "1", "230000")],
    [("8991002103238", "PCS"), ("012345678905", "PCS"), ("40170725", "PCS"), ("KOPI-01/A", "DUS")],
    [("TK", "31")],
)  # fmt: skip
OIL = Item("OLI1", "OLI MESIN 1L", [("PCS", "1", 1, None, "31111", "50000"), ("PCS", "1", 2, None, "31111", "40000")])
TEA = Item("TEH1", "TEH <CELUP>", [("KTK", "1", None, None, "1", "8000")], stock=[("TK", "0")])
FOREIGN = Item("USD1", "MESIN IMPOR", [("PCS", "1", None, None, "9", None)], fields={"matauang": "USD"})
SERVICE = Item("JASA1", "JASA PASANG", [("X", "1", None, None, None, "25000")], fields={"jasa": True})
HOSTILE = Item(
    f"H'\"{SCRIPT}", f"{SCRIPT} \"><img src=x onerror=alert(1)> '`{{{{7*7}}}}",
    [(f"<{SCRIPT[:6]}", "1", None, None, "1", "1000")], [(f"\"><svg onload={SCRIPT}", "<b>")],
    [("<i>TK", "1")], SCRIPT, "</title>" + SCRIPT, "\"><script>", fields={"keterangan": SCRIPT + "\u2028" + "</p>"},
)  # fmt: skip
BACKWARDS = Item("RTL1", REVERSED, [("PCS", "1", None, None, "1", "1000")], fields={"keterangan": "x" * 5000})
LONG = Item("PANJANG", "KABEL " + "SERABUT" * 700, [("METER" * 40, "1", None, "2.5", "1", "1000")])
GOODS = [
    NOODLES, COFFEE, OIL, TEA, FOREIGN, SERVICE, HOSTILE, BACKWARDS, LONG, SUGAR, LOSS, UNPRICED, UNSOLD, *HUGE[:2],
]  # fmt: skip
REFERENCE: dict[str, list[dict[str, object]]] = {
    "customer_groups": [
        {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
        {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
        {"kgrup": "GR", "grup": "Grosir <B>", "level": 2, "potongan": None},
    ],
    "names": [
        {"kind": "kantor", "kode": "GD", "nama": "Gudang Utama"},
        {"kind": "kantor", "kode": "TK", "nama": "Toko Depan"},
        {"kind": "satuan", "kode": "DUS", "nama": "Dus besar"},
        {"kind": "supplier", "kode": "S1", "nama": SUPPLIER},
        {"kind": "jenis", "kode": "MIE", "nama": "Mie instan"},
    ],
    "serials": [{"kodeitem": "USD1", "noserial": "SN-7001", "kantor": "GD", "terjual": False}],
    "discounts": [
        {"kodeitem": "KOPI1", "iddiskon": "D1", "pot1": Decimal(10), "rupiah": Decimal(0), "satuan": "PCS"} | IN_FORCE,
        {"kodeitem": "OLI1", "iddiskon": "D2", "pot1": Decimal(20), "rupiah": Decimal(0), "kgrup": "GR"} | IN_FORCE,
    ],
    "promotions": [
        {"kodeitem": "TEH1", "idpromo": "P1", "satuan": "KTK", "jumlah": Decimal(2), "jumlah_hadiah": Decimal(1),
         "satuan_hadiah": "KTK", "kelipatan": True} | IN_FORCE,
        {"kodeitem": "TEH1", "idpromo": "P2", "jumlah": Decimal(3), "hadiah": "KOPI1", "jumlah_hadiah": Decimal(1),
         "satuan_hadiah": "PCS", "harga": Decimal(1000), "kelipatan": False} | IN_FORCE,
    ],
}  # fmt: skip
SALES: Mapping[str, tuple[int, int, str, str]] = {
    "MIE001": (12, 140, "36", "512.5"), "KOPI1": (20, 60, "21", "70"), "TEH1": (0, 7, "0", "9"),
}  # fmt: skip


def changes() -> list[Change]:
    """Return changes of prices: years ago, a week ago, yesterday and now."""
    now = datetime.now(UTC)
    moments = [datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), now - timedelta(days=5), now]
    noodles = zip(["2700", "2850", "3000", "3100"], ["2850", "3000", "3100", "3150"], moments, strict=True)
    return [
        *(Change(NOODLES, "PCS", 1, before, after, moment) for before, after, moment in noodles),
        Change(NOODLES, "PCS", 2, "2900", "3050.5", datetime(2026, 1, 5, tzinfo=UTC)),
        Change(NOODLES, "DUS", 1, "110000", "115000", datetime(2026, 5, 5, tzinfo=UTC)),
        Change(COFFEE, "PCS", None, "11000", "10000", now - timedelta(days=1)),
        Change(HOSTILE, HOSTILE.prices[0][0], None, "900", "1000", now),
        Change(OIL, "PCS", 2, "39000", "40000", now),
    ]


def random_goods(number: int) -> tuple[list[Item], dict[str, list[dict[str, object]]]]:
    """Return goods with every kind of price, and the offers for them."""
    chosen, goods, discounts = random.Random(25), [], []
    for place in range(number):
        code, prices = f"ACAK{place}", list[PriceRow]()
        for unit, size in (("PCS", "1"), ("DUS", chosen.choice(["12", "24.5", None])))[: chosen.choice((1, 2, 2))]:
            cost = f"{chosen.randrange(1_000, 90_000)}.{chosen.randrange(100):02}"
            levels, limits = chosen.choice([((1, 2, 3), (None,)), ((1,), ("5", "11", None)), ((None,), (None,))])
            for level in levels:
                for limit in limits:
                    price = chosen.choice(
                        [f"{chosen.randrange(1_000, 99_000)}", f"{chosen.randrange(9_000)}.125", None]
                    )
                    prices.append((unit, size, level, limit, chosen.choice([cost, cost, None]), price))
        goods.append(Item(code, f"BARANG ACAK {place}", prices, dijual=chosen.random() > 0.1))
        discounts += [
            {
                "kodeitem": code, "iddiskon": f"D{offer}", "pot1": Decimal(chosen.randrange(1, 60)),
                "rupiah": Decimal(chosen.choice((0, 0, 500))), "satuan": chosen.choice(("PCS", None)),
                "kgrup": chosen.choice(("GR", "MB", None, None)), "prioritas": chosen.randrange(3),
            } | IN_FORCE
            for offer in range(chosen.choice((0, 0, 1, 3)))
        ]  # fmt: skip
    return goods, REFERENCE | {"discounts": discounts, "promotions": [], "names": [], "serials": []}


def publish_full_shop(folder: Path, **options: object) -> Path:
    """Build and publish its catalogue."""
    return publish_shop(folder, GOODS, changes(), reference=REFERENCE, sales=SALES, **options)  # type: ignore[arg-type]


def publish_goods(folder: Path, kind: str) -> None:
    """Publish the "full" shop, or one of 100 "random" goods."""
    if kind == "full":
        publish_full_shop(folder)
        return
    goods, reference = random_goods(100)
    publish_shop(folder, goods, reference=reference)
