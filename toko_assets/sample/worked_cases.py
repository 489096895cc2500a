"""The worked cases of the pricing rules, as items KASUS-01 to KASUS-20. The tests have their expected prices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from toko_assets.sample.drafts import ONE, ItemDraft, PriceDraft, UnitDraft

MONDAY, TUESDAY = datetime(2025, 12, 22, 9, 15), datetime(2025, 12, 23, 16, 40)  # noqa: DTZ001 - iPOS keeps local time
JANUARY, SEPTEMBER = datetime(2025, 1, 10, 8, 30), datetime(2025, 9, 2, 14, 5)  # noqa: DTZ001
COST = Decimal(2500)
PCS, DUS = UnitDraft("PCS", ONE, COST), UnitDraft("DUS", Decimal(40), Decimal(98000))


def worked_cases() -> list[ItemDraft]:
    """Return new drafts of the twenty cases, in order."""
    pcs_and_dus = [PCS, DUS]
    return [
        _case(1, "MIE KARI SPESIAL 75GR", "O", 3000, units=pcs_and_dus),
        _case(2, "SABUN KRIM HIJAU 200GR", "o ", 3000, [_row("PCS", 0, 0, 9999, "J")]),
        _case(3, "MIE AYAM BAWANG 70GR", "S", 0, [_row("PCS", 0, 0, 3000), _row("DUS", 0, 0, 115000)], pcs_and_dus),
        _case(4, "WAFER COKELAT RENYAH 50GR", "S", 0, [_row("pcs ", 0, 0, 3000, at=MONDAY), _row("PCS", 0, 0, 3100)]),
        _case(
            5, "KOPI BUBUK HITAM 65GR", "L", 0, [_row("PCS", 1, 0, 3000), _row("PCS", 2, 0, 2900), _row("PCS", 0, 0, 5)]
        ),
        _case(6, "TEH CELUP MELATI 25S", "L", 0, [_row("PCS", 0, 0, 3000)]),
        _case(
            7, "PENSIL 2B KUNING", "J", 0, [_row("PCS", 0, 11, 3000), _row("PCS", 0, 39, 2900), _row("PCS", 0, 0, 7)]
        ),
        _case(8, "PENGHAPUS PUTIH KECIL", "J", 0, [_row("PCS", 0, 0, 3000)]),
        _case(9, "KERUPUK UDANG MENTAH 100GR", "J", 3000),
        _case(10, "SAUS SAMBAL SACHET 9GR", "S"),
        _case(11, "AIR MINERAL GELAS 220ML", "S", 0, [_row("PCS", 0, 0, 0), _row("DUS", 0, 0, 115000)]),
        _case(12, "BISKUIT KELAPA 120GR", None, 0, [_row("PCS", 1, 0, 3000, "L"), _row("PCS", 2, 0, 2900, "L")]),
        _case(13, "PERMEN MINT LAMA 125GR", "S", 0, [_row("PCS", 0, 0, 3000)], statushapus="Y"),
        _case(14, "KALENDER DINDING TAHUN LALU", "O", 3000, statusjual="N"),
        _case(15, "  TEH \t PUCUK  350ML ", "O", 3000),
        _case(
            16,
            "GULA PASIR KUNING 1KG",
            "J",
            0,
            [
                _row("PCS", 0, 9999, 16000, "J", JANUARY),
                _row("PCS", 1, 0, 13000, "L", SEPTEMBER),
                _row("PCS", 2, 0, 12500, "L", SEPTEMBER),
            ],
        ),
        _case(
            17,
            "MINYAK GORENG BOTOL 900ML",
            "S",
            0,
            [
                _row("PCS", 0, 0, 16000, "S", JANUARY),
                _row("PCS", 1, 0, 13000, "L", SEPTEMBER),
                _row("PCS", 3, 0, 11000, "L", SEPTEMBER),
                _row("DUS", 0, 12, 90000, "J", SEPTEMBER),
            ],
        ),
        _case(
            18,
            "SUSU KENTAL PUTIH 370GR",
            "L",
            0,
            [_row("PCS", 1, 0, 16000), _row("PCS", 2, 0, 15500), _row("DUS", 0, 12, 90000, "J")],
        ),
        _case(19, "TISU WAJAH 250S", "S", 0, [_row("PCS", 0, 0, 3000, "N"), _row("DUS", 0, 0, 115000, "")]),
        _case(20, "LILIN PUTIH BESAR", None, 0, [_row("PCS", 1, 0, 3000, "L")]),
    ]


def _row(
    satuan: str, level: int, upto: int, price: int, tipehj: str | None = None, at: datetime = TUESDAY
) -> PriceDraft:
    """Make a price row. Without `tipehj` it is of its item's system."""
    return PriceDraft(satuan, level, Decimal(upto), Decimal(price), at, tipehj)


def _case(
    number: int,
    name: str,
    system: str | None,
    fixed_price: int = 0,
    prices: Sequence[PriceDraft] = (),
    units: Sequence[UnitDraft] = (PCS,),
    *,
    statusjual: str = "Y",
    statushapus: str = "N",
) -> ItemDraft:
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
        units=[UnitDraft(unit.satuan, unit.conversion, unit.cost) for unit in units],
        prices=[replace(price, tipehj=system if price.tipehj is None else price.tipehj) for price in prices],
        stock=[("UTM", Decimal(number))],
    )
