"""A shop of random items, groups and discounts, the same each time."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from .rows import Row

ITEMS, DISCOUNTS = 80, 60
UNITS = ("PCS", "DUS", "BAL")
FIRST_DAY = datetime(2026, 11, 15)
GROUPS: list[Row] = [
    {"kgrup": "UM", "grup": "Umum", "levelharga": 1, "potongan": 0},
    {"kgrup": "MB", "grup": "Member", "levelharga": None, "potongan": "5.125"},
    {"kgrup": "GR", "grup": "Grosir", "levelharga": 2, "potongan": None},
    {"kgrup": "AG", "grup": "Agen", "levelharga": 4, "potongan": "2.5"},
]
UNKNOWN_GROUP = "HILANG"


def random_tables() -> dict[str, list[Row]]:
    random = Random(18)
    codes = [f"{random.choice('ABab')}{number:03}" for number in range(ITEMS)]
    tables: dict[str, list[Row]] = {"tbl_supelgrup": GROUPS, "tbl_itempotongan": _members(random, codes)}
    tables["tbl_item"] = [
        {"kodeitem": code, "namaitem": code, "satuan": "PCS", "sistemhargajual": random.choice("OSLJ"), "hargapokok": 1}
        | {"hargajual1": _price(random), "jenis": random.choice(["MI", "mi", "SB", None])}
        | {"merek": random.choice(["m1", "M2", ""])}
        for code in codes
    ]
    tables["tbl_itemhj"] = [row for item in tables["tbl_item"] for row in _prices(random, item)]
    tables["tbl_itemdisp"] = [_head(random, f"D{number:02}", codes) for number in range(DISCOUNTS)]
    tables["tbl_itemdispdt"] = [
        _line(random, head["iddiskon"], codes)
        for head in tables["tbl_itemdisp"]
        if head["pot1"] is None
        for _ in range(random.randint(1, 12))
    ]
    return tables


def _price(random: Random) -> str | None:
    return random.choice(
        [None, "0", "1", f"{random.randint(1, 999)}.{random.randint(0, 9999):04}"]
        + [str(random.randint(500, 200_000)) for _ in range(8)]
    )


def _percent(random: Random) -> str | int | None:
    return random.choice([None, 0, 5, 10, "2.5", f"{random.randint(0, 99)}.{random.randint(0, 999):03}"])


def _prices(random: Random, item: Row) -> list[Row]:
    system = item["sistemhargajual"]
    systems: dict[str, list[tuple[str, int, Any]]] = {
        "O": [],
        "S": [(unit, 0, 0) for unit in UNITS],
        "L": [(unit, level, 0) for unit in UNITS for level in random.sample(range(1, 5), 3)],
        "J": [(unit, 0, limit) for unit in UNITS for limit in random.sample(["0", "1", "2.5", "12", "144", "9999"], 3)],
    }
    return [
        {"iddetail": f"{item['kodeitem']}-{number}", "kodeitem": item["kodeitem"], "tipehj": system}
        | {"satuan": unit, "level": level, "jmlsampai": limit, "hargajual": _price(random)}
        for number, (unit, level, limit) in enumerate(systems[system])
        if random.random() < 0.8
    ]


def _members(random: Random, codes: list[str]) -> list[Row]:
    """One row for an item and group at most: which of several counts is tested elsewhere."""
    return [
        {"iddetail": f"{code}{group}", "kodeitem": code, "kodegrup": group, "jumlah": 0}
        | {f"pot{number}": _percent(random) for number in range(1, 5)}
        for code in codes
        for group in ("MB", "AG", UNKNOWN_GROUP)
        if random.random() < 0.15
    ]


def _head(random: Random, iddiskon: str, codes: list[str]) -> Row:
    start = FIRST_DAY + timedelta(hours=random.randint(-60, 60))
    end = start + timedelta(hours=random.randint(1, 100))
    is_range = random.random() < 0.25
    return (
        {
            "iddiskon": iddiskon,
            "stsact": random.choice([True] * 9 + [False]),
            "prioritas": random.choice([None, 0, 1, 2]),
        }
        | {"tipeper": random.choice(["1", "1", "2", "3", "", "7"])}
        | {
            "tgldari": random.choice([None, start]),
            "tglsampai": random.choice([None, end, FIRST_DAY + timedelta(days=3)]),
        }
        | {name: FIRST_DAY + timedelta(hours=random.randint(0, 23)) for name in ("jamdari", "jamsampai")}
        | {f"w{day}": random.choice([True, False, None]) for day in range(1, 8)}
        | (_range(random, codes) if is_range else {"pot1": None})
    )


def _range(random: Random, codes: list[str]) -> Row:
    return {
        "kodeitemd": random.choice(["", None, *random.sample(codes, 2)]),
        "kodeitems": random.choice(["", None, *random.sample(codes, 2)]),
        "jenis": random.choice([None, "MI", " sb"]),
        "merek": random.choice([None, "", "m1"]),
        "pot1": 1,
        "pot2": _percent(random),
    }


def _line(random: Random, iddiskon: str, codes: list[str]) -> Row:
    option: Any = random.choice([1, 1, 1, 2, 2, 3, None])
    first = random.choice([0, 500, 2500, "99.999", None]) if option == 2 else random.choice([_percent(random), 100, -1])
    return {
        "iddiskon": iddiskon,
        "kodeitem": random.choice([*codes, "HILANG"]),
        "satuan": random.choice(["", None, "pcs", *UNITS]),
        "kgruppel": random.choice([None, "", None, "mb", "GR", "AG", UNKNOWN_GROUP]),
        "opsidiskon": option,
        "diskon1": first,
        **{f"diskon{number}": _percent(random) for number in range(2, 5)},
    }
