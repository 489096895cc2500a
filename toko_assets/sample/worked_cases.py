"""The worked cases of the pricing rules, as items KASUS-01 to KASUS-15. The tests have their expected prices."""

from datetime import datetime
from decimal import Decimal

from toko_assets.sample.drafts import ONE, ItemDraft, PriceDraft, UnitDraft

MONDAY, TUESDAY = datetime(2025, 12, 22, 9, 15), datetime(2025, 12, 23, 16, 40)  # noqa: DTZ001 - iPOS keeps local time
COST = Decimal(2500)
PCS, DUS = UnitDraft("PCS", ONE, COST), UnitDraft("DUS", Decimal(40), Decimal(98000))


def worked_cases() -> list[ItemDraft]:
    """Return new drafts of the fifteen cases, in order."""
    pcs_and_dus: list[tuple[UnitDraft, list[str]]] = [(PCS, []), (DUS, [])]
    return [
        _case(1, "MIE KARI SPESIAL 75GR", "O", 3000, units=pcs_and_dus),
        _case(2, "SABUN KRIM HIJAU 200GR", "o ", 3000, prices=[("PCS", 0, 0, 9999)]),
        _case(3, "MIE AYAM BAWANG 70GR", "S", units=pcs_and_dus, prices=[("PCS", 0, 0, 3000), ("DUS", 0, 0, 115000)]),
        _case(4, "WAFER COKELAT RENYAH 50GR", "S", prices=[("pcs ", 0, 0, 3000), ("PCS", 0, 0, 3100)]),
        _case(5, "KOPI BUBUK HITAM 65GR", "L", prices=[("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900), ("PCS", 0, 0, 5)]),
        _case(6, "TEH CELUP MELATI 25S", "L", prices=[("PCS", 0, 0, 3000)]),
        _case(7, "PENSIL 2B KUNING", "J", prices=[("PCS", 0, 11, 3000), ("PCS", 0, 39, 2900), ("PCS", 0, 0, 7)]),
        _case(8, "PENGHAPUS PUTIH KECIL", "J", prices=[("PCS", 0, 0, 3000)]),
        _case(9, "KERUPUK UDANG MENTAH 100GR", "J", 3000),
        _case(10, "SAUS SAMBAL SACHET 9GR", "S"),
        _case(11, "AIR MINERAL GELAS 220ML", "S", prices=[("PCS", 0, 0, 0), ("DUS", 0, 0, 115000)]),
        _case(12, "BISKUIT KELAPA 120GR", None, prices=[("PCS", 1, 0, 3000), ("PCS", 2, 0, 2900)]),
        _case(13, "PERMEN MINT LAMA 125GR", "S", prices=[("PCS", 0, 0, 3000)], statushapus="Y"),
        _case(14, "KALENDER DINDING TAHUN LALU", "O", 3000, statusjual="N"),
        _case(15, "  TEH \t PUCUK  350ML ", "O", 3000),
    ]


def _case(
    number: int,
    name: str,
    system: str | None,
    fixed_price: int = 0,
    *,
    units: list[tuple[UnitDraft, list[str]]] | None = None,
    prices: list[tuple[str, int, int, int]] | None = None,
    statusjual: str = "Y",
    statushapus: str = "N",
) -> ItemDraft:
    """Make a draft. `prices`: (satuan, level, jmlsampai, hargajual); the first is dated Monday, the others Tuesday."""
    known = [(PCS, [])] if units is None else units
    return ItemDraft(
        kodeitem=f"KASUS-{number:02d}",
        name=name,
        satuan="PCS",
        system=system,
        cost=COST,
        fixed_price=Decimal(fixed_price),
        dateupd=TUESDAY,
        jenis="KASUS",
        statusjual=statusjual,
        statushapus=statushapus,
        units=[UnitDraft(unit.satuan, unit.conversion, unit.cost, list(barcodes)) for unit, barcodes in known],
        prices=[
            PriceDraft(satuan, level, Decimal(upto), Decimal(price), TUESDAY if place else MONDAY)
            for place, (satuan, level, upto, price) in enumerate(prices or [])
        ],
        stock=[("UTM", Decimal(number))],
    )
