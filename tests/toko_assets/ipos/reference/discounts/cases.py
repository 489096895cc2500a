"""Discounts for a time and what a customer then pays, by hand. Each item costs Rp10.000 a PCS and Rp95.000 a DUS."""

from .rows import Ask, Case, Item, Row, dates, head, named, off, percent

NOON = "11-16 12:00"
"""A Monday."""
GROUPS: list[Row] = [
    {"kgrup": "UM", "grup": "Umum", "levelharga": 1, "potongan": 0},
    {"kgrup": "MB", "grup": "Member", "levelharga": 1, "potongan": 5},
    {"kgrup": "GR", "grup": "Grosir", "levelharga": 2, "potongan": 0},
]
SEVERAL_IN_FORCE = "several discounts are in force: one of them applies"
LEVELS = Item((("PCS", 1, 0, "10000"), ("PCS", 2, 0, "9000")), system="L")
TIERS = Item((("PCS", 0, 11, "3000"), ("PCS", 0, 39, "2900"), ("PCS", 0, 9999, "2850.5")), system="J")


AMOUNTS = [
    Case("a percent", [head(percent(10))], [Ask(NOON, "9000")]),
    Case("a percent of what the percent before left", [head(percent(10, 5, "2.5", 1))], [Ask(NOON, "8252.8875")]),
    Case("rupiah", [head(off(750))], [Ask(NOON, "9250")]),
    Case("rupiah, and then percents of what is left", [head(off(1000, 10, 5))], [Ask(NOON, "7695")]),
    Case("percents that are null", [head(percent(None, None, 10, None))], [Ask(NOON, "9000")]),
    Case(
        "an exact price of many decimals",
        [head(percent("3.333", "1.7"))],
        [Ask(NOON, "3167.455334992113")],
        [Item((("PCS", 0, 0, "3333.3333"),))],
    ),
    Case(
        "an unknown opsidiskon",
        [head(percent(10, opsidiskon=3)), head(percent(10, opsidiskon=None))],
        [Ask(NOON, "10000", None)],
        reasons=["opsidiskon 3 is unknown", "opsidiskon is empty is unknown"],
    ),
    Case(
        "nothing would be left of a piece, but of a carton",
        [head(off(10000, satuan=None), prioritas=2), head(percent(5), prioritas=1)],
        [Ask(NOON, "9500", 1), Ask(NOON, "85000", satuan="DUS")],
        reasons=["nothing would be left of a price, so it does not apply to it", SEVERAL_IN_FORCE],
    ),
    Case(
        "a percent of 100 or below 0",
        [head(percent(100)), head(percent(20, -5)), head(off(-100))],
        [Ask(NOON, "10000", None)],
        reasons=["a percent is 100 or more: nothing would be left", "a percent is below 0", "its rupiah are below 0"],
    ),
    Case(
        "amounts that are larger than any price",
        [
            head(off("12345678901234567.891")),
            head(percent("12345678901234567.891")),
            head(percent(5), prioritas=2**31 - 1),
        ],
        [Ask(NOON, "9500", 2)],
        reasons=["its rupiah are larger than any price", "a percent is 100 or more: nothing would be left"],
    ),
    Case(
        "a discount that takes nothing off hides no other",
        [head(percent(0, None), prioritas=9), head(percent(10))],
        [Ask(NOON, "9000", 1)],
        reasons=["it takes nothing off"],
    ),
    Case(
        "disknom is not read, and a voucher neither",
        [head(percent(10, disknom1=500)), head(percent(4), stsvcr=True, prioritas=1)],
        [Ask(NOON, "9600", 1)],
        reasons=["disknom1 to disknom4 are not read", "stsvcr is set, which is not read", SEVERAL_IN_FORCE],
    ),
    Case("a price that is not filled in", [head(percent(10))], [], [Item((("PCS", 0, 0, "0"),))]),
]
GOODS = [
    Case(
        "the unit of the line, however it is written",
        [head(percent(10, satuan=" dus"))],
        [Ask(NOON, "10000", None), Ask(NOON, "85500", satuan="DUS")],
    ),
    Case(
        "a line without a unit",
        [head(percent(10, satuan=" "))],
        [Ask(NOON, "9000"), Ask(NOON, "85500", satuan="DUS")],
    ),
    Case(
        "a line for a unit without a price",
        [head(percent(10, satuan="BAL"))],
        [Ask(NOON, "10000", None)],
        reasons=["the item has no price for this unit"],
    ),
    Case("equal lines, one for each barcode", [head(percent(10), percent(10), percent(10))], [Ask(NOON, "9000")]),
    Case(
        "lines for one unit and for every unit",
        [head(percent(5), percent(10, satuan=None))],
        [Ask(NOON, "9000"), Ask(NOON, "85500", satuan="DUS")],
    ),
    Case(
        "a range of codes, compared byte by byte",
        [head(kodeitemd="RA2", kodeitems="Rb", pot1=10)],
        [
            *(Ask(NOON, "9000", kodeitem=code) for code in ("RA2", "RA20", "RZ", "Rb")),
            *(Ask(NOON, "10000", None, kodeitem=code) for code in ("RA1", "RA10", "Rb0", "Rä")),
        ],
        [named(code) for code in ("RA2", "RA20", "RZ", "Rb", "RA1", "RA10", "Rb0", "Rä")],
    ),
    Case(
        "a range with a beginning, or an end, alone",
        [head(kodeitemd="zz", pot1=10), head(kodeitems="!!", pot1=20)],
        [Ask(NOON, "9000", 0, "zz1"), Ask(NOON, "8000", 1, "!")],
        [named("zz1"), named("!")],
    ),
    Case(
        "a category, by its code",
        [head(jenis="mi  kuah ", pot1=10)],
        [Ask(NOON, "9000", kodeitem="JA"), Ask(NOON, "10000", None, "JB")],
        [named("JA", jenis=" MI KUAH"), named("JB", jenis="MI")],
    ),
    Case(
        "a brand",
        [head(merek="m01", pot1=10, pot2=10)],
        [Ask(NOON, "8100", kodeitem="BD"), Ask(NOON, "10000", None, "BB")],
        [named("BD", merek="M01"), named("BB", merek="M02")],
    ),
    Case(
        "all conditions of a head together",
        [head(kodeitemd="C1", kodeitems="C3", jenis="SABUN", merek="HARMONI", pot1=10)],
        [Ask(NOON, "9000", kodeitem="C2"), *(Ask(NOON, "10000", None, code) for code in ("C1", "C3", "C4"))],
        [
            named("C1", jenis="SABUN", merek="LAIN"),
            named("C2", jenis="SABUN", merek="HARMONI"),
            named("C3", merek="HARMONI"),
            named("C4", jenis="SABUN", merek="HARMONI"),
        ],
    ),
    Case(
        "a head without lines and conditions, in March",
        [head(pot1=10, **dates("2027-03-01", "2027-03-01"))],
        [Ask("2027-03-01 12:00", "9000"), Ask("2027-03-01 12:00", "9000", kodeitem="C1"), Ask(NOON, "10000", None)],
    ),
    Case(
        "a head with a line does not apply its percents to its range",
        [head(percent(10, kodeitem="D1"), kodeitemd="D1", kodeitems="D9", pot1=50)],
        [Ask(NOON, "9000", kodeitem="D1"), Ask(NOON, "10000", None, "D2")],
        [named("D1"), named("D2")],
    ),
    Case(
        "the only line is of an item that does not exist",
        [head(percent(10, kodeitem="HILANG"), kodeitemd="E1", kodeitems="E9", pot1=50)],
        [Ask(NOON, "10000", None, "E1")],
        [named("E1")],
        reasons=["the item does not exist"],
    ),
    Case(
        "a deleted item",
        [head(percent(10, kodeitem="HAPUS"))],
        [],
        [named("HAPUS", statushapus="Y")],
        reasons=["the item does not exist"],
    ),
    Case(
        "a line of a discount that does not exist",
        [head(percent(10, iddiskon="HILANG"))],
        [Ask(NOON, "10000", None)],
        reasons=["it takes nothing off"],
    ),
    Case(
        "each quantity shows its own price",
        [head(percent(10))],
        [Ask(NOON, "2700", limit=11), Ask(NOON, "2610", limit=39), Ask(NOON, "2565.45", limit=9999)],
        [TIERS],
    ),
    Case(
        "each level has its own price",
        [head(percent(10))],
        [Ask(NOON, "9000", level=1), Ask(NOON, "8100", level=2), Ask(NOON, "8100", level=2, group="GR")],
        [LEVELS],
    ),
]
