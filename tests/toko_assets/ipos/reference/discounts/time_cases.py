"""When a discount applies, which of several, and to which customers, by hand. Each PCS costs Rp10.000."""

from .cases import AMOUNTS, GOODS, LEVELS, NOON, SEVERAL_IN_FORCE
from .rows import Ask, Case, Row, dates, head, hours, off, percent

GROUPS: list[Row] = [
    {"kgrup": "UM", "grup": "Umum", "levelharga": 1, "potongan": 0},
    {"kgrup": "MB", "grup": "Member", "levelharga": 1, "potongan": 5},
    {"kgrup": "GR", "grup": "Grosir", "levelharga": 2, "potongan": 0},
]
TIMES = [
    Case(
        "the first moment",
        [head(percent(10), **dates("2026-11-16 08:00", "2026-11-30"))],
        [Ask("11-16 07:59:59.999999", "10000", None), Ask("11-16 08:00", "9000")],
    ),
    Case(
        "a last day at midnight is that whole day",
        [head(percent(10), **dates("2026-11-01", "2026-11-20"))],
        [Ask("11-20 23:59:59.999999", "9000"), Ask("11-21 00:00", "10000", None)],
    ),
    Case(
        "a last time in the afternoon is included",
        [head(percent(10), **dates("2026-11-01", "2026-11-20 14:30"))],
        [Ask("11-20 14:30", "9000"), Ask("11-20 14:30:00.000001", "10000", None), Ask("11-20 14:30:01", "10000", None)],
    ),
    Case(
        "no dates",
        [head(percent(10), **dates(None, None))],
        [Ask(NOON, "9000"), Ask("2026-11-14 00:00", "9000"), Ask("2041-01-01 00:00", "9000")],
    ),
    Case(
        "no first date, or no last",
        [head(percent(10), **dates(None, "2026-11-17")), head(percent(20), **dates("2026-11-18", None))],
        [Ask(NOON, "9000"), Ask("11-18 00:00", "8000", 1), Ask("2041-01-01 00:00", "8000", 1)],
    ),
    Case(
        "switched off, or not switched on",
        [head(percent(10), stsact=False), head(percent(10), stsact=None)],
        [Ask(NOON, "10000", None)],
    ),
    Case(
        "switched off is off also on its weekday",
        [head(percent(10), stsact=False, tipeper="3", w1=True)],
        [Ask(NOON, "10000", None)],
    ),
    Case(
        "over before the backup, and since the backup",
        [
            head(percent(10), **dates("2025-01-01", "2025-02-01")),
            head(percent(10), **dates("2026-11-01", "2026-11-15")),
        ],
        [Ask("11-15 23:00", "9000", 1), Ask(NOON, "10000", None)],
    ),
    Case(
        "still to come",
        [head(percent(10), **dates("2026-12-24", "2026-12-26"))],
        [Ask(NOON, "10000", None), Ask("12-25 00:00", "9000"), Ask("12-27 00:00", "10000", None)],
    ),
    Case(
        "it ends before it begins",
        [head(percent(10), **dates("2026-11-20", "2026-11-10"))],
        [Ask(NOON, "10000", None), Ask("11-20 12:00", "10000", None)],
    ),
    Case(
        "hours, both ends included",
        [head(percent(10), **hours("09:00", "12:00"))],
        [
            Ask("11-16 09:00", "9000"),
            Ask("11-16 10:30", "9000"),
            Ask("11-16 12:00", "9000"),
            Ask("11-16 08:59:59.999999", "10000", None),
            Ask("11-16 12:00:00.000001", "10000", None),
            Ask("12-01 10:30", "10000", None),
        ],
    ),
    Case(
        "hours over midnight",
        [head(percent(10), **hours("22:00", "02:00"))],
        [
            Ask("11-16 22:00", "9000"),
            Ask("11-17 00:00", "9000"),
            Ask("11-17 02:00", "9000"),
            Ask("11-17 02:00:01", "10000", None),
            Ask("11-16 21:59:59", "10000", None),
        ],
    ),
    Case(
        "equal hours are the whole day",
        [head(percent(10), **hours("00:00", "00:00"))],
        [Ask("11-16 00:00", "9000"), Ask(NOON, "9000")],
    ),
    Case(
        "hours without an end",
        [head(percent(10), **hours("18:00", None)), head(percent(20), **hours(None, "06:00"))],
        [Ask("11-16 18:00", "9000"), Ask("11-16 06:00", "8000", 1), Ask(NOON, "10000", None)],
    ),
    Case(
        "weekdays, without regard to the hours",
        [head(percent(10), tipeper=" 3", w1=True, w7=True, w2=None)],
        [
            Ask("11-16 23:00", "9000"),
            Ask("11-15 23:59:59", "9000"),
            Ask("11-17 00:00", "10000", None),
            Ask("11-21 12:00", "10000", None),
        ],
    ),
    Case(
        "no weekday at all",
        [head(percent(10), tipeper="3")],
        [Ask(f"11-{day} 12:00", "10000", None) for day in range(16, 23)],
    ),
    Case(
        "an empty tipeper, with hours and weekdays that are filled in",
        [head(percent(10), tipeper=""), head(percent(5), tipeper=None, **dates("2026-11-17", None))],
        [Ask(NOON, "9000")],
        reasons=["tipeper is unknown: it counts as a period (1)"],
    ),
    Case(
        "an unknown tipeper",
        [head(percent(10), tipeper="4")],
        [Ask(NOON, "9000"), Ask("12-01 00:00", "10000", None)],
        reasons=["tipeper is unknown: it counts as a period (1)"],
    ),
]
SEVERAL = [
    Case(
        "the greatest priority, also with the higher price",
        [head(percent(50), prioritas=1), head(percent(5), prioritas=2), head(percent(40), prioritas=None)],
        [Ask(NOON, "9500", 1)],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "of one priority the lower price, never both",
        [head(percent(10)), head(off(1500))],
        [Ask(NOON, "8500", 1)],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "of one price the smaller iddiskon",
        [head(percent(10)), head(off(1000))],
        [Ask(NOON, "9000", 0)],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "a priority that is null is 0",
        [head(percent(10), prioritas=None), head(percent(50), prioritas=-1)],
        [Ask(NOON, "9000", 0)],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "each unit has its own",
        [head(percent(10)), head(percent(5, satuan="DUS"))],
        [Ask(NOON, "9000"), Ask(NOON, "90250", 1, satuan="DUS")],
    ),
    Case(
        "one after the other in time",
        [
            head(percent(10), **dates("2026-11-16", "2026-11-16")),
            head(percent(20), **dates("2026-11-17", "2026-11-17")),
        ],
        [Ask("11-16 23:59:59", "9000"), Ask("11-17 00:00", "8000", 1), Ask("11-18 00:00", "10000", None)],
    ),
]
FOR_GROUPS = [
    Case(
        "a line for a group, whose code is written in another way",
        [head(percent(20, kgruppel=" gr"))],
        [Ask(NOON, "8000", group="GR"), Ask(NOON, "10000", None), Ask(NOON, "9500", None, group="MB")],
    ),
    Case(
        "a line for a group that does not exist",
        [head(percent(20, kgruppel="HILANG"))],
        [Ask(NOON, "10000", None, group=group) for group in (None, "UM", "GR")],
        reasons=["the customer group does not exist"],
    ),
    Case(
        "a group's line competes with those for everybody",
        [head(percent(20, kgruppel="GR")), head(percent(30), prioritas=1)],
        [Ask(NOON, "7000", 1, group="GR"), Ask(NOON, "7000", 1)],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "a group's line of a greater priority",
        [head(percent(20, kgruppel="GR"), prioritas=2), head(percent(30), prioritas=1)],
        [Ask(NOON, "8000", 0, group="GR"), Ask(NOON, "7000", 1), Ask(NOON, "7000", 1, group="UM")],
        reasons=[SEVERAL_IN_FORCE],
    ),
    Case(
        "each group has its own",
        [head(percent(20, kgruppel="GR")), head(percent(10, kgruppel="UM"))],
        [Ask(NOON, "8000", group="GR"), Ask(NOON, "9000", 1, group="UM"), Ask(NOON, "10000", None)],
    ),
    Case(
        "a member's percent that gives the lower price",
        [head(percent(3))],
        [Ask(NOON, "9500", None, group="MB"), Ask(NOON, "9700"), Ask(NOON, "9700", group="UM")],
    ),
    Case(
        "a discount that gives members the lower price: both are not added",
        [head(percent(10))],
        [Ask(NOON, "9000", group="MB"), Ask(NOON, "9000")],
    ),
    Case(
        "a member's own percents for the item",
        [head(percent(10))],
        [Ask(NOON, "8775", None, group="MB"), Ask(NOON, "9000", group="UM")],
        more={"tbl_itempotongan": [{"iddetail": "1", "kodegrup": "mb", "jumlah": 0, "pot1": 10, "pot2": "2.5"}]},
    ),
    Case(
        "a level, its group, and a discount for the group alone",
        [head(percent(10, kgruppel="GR"))],
        [Ask(NOON, "8100", level=2, group="GR"), Ask(NOON, "9000", None, level=2), Ask(NOON, "10000", None, level=1)],
        [LEVELS],
    ),
]
CASES = [*AMOUNTS, *GOODS, *TIMES, *SEVERAL, *FOR_GROUPS]
