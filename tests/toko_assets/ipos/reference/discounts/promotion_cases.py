"""Promotions, and what the check says about them."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.oracle.promotions import Gift

from .rows import IN_NOVEMBER, Row, dates, hours

TEA, SUGAR, CUP = "P-TEH", "P-GULA", "P-GELAS"
ITEMS: list[Row] = [
    {"kodeitem": TEA, "namaitem": "TEH CELUP", "satuan": "KTK", "jenis": "MINUM", "merek": "SR", "hargajual1": 8000},
    {"kodeitem": SUGAR, "namaitem": "GULA 1KG", "satuan": "BKS", "jenis": "SEMBAKO", "hargajual1": 17000},
    {"kodeitem": CUP, "namaitem": "GELAS", "satuan": "PCS", "jenis": "MINUM", "hargajual1": 5000},
]
TWO_FOR_ONE: Row = {"jumlahjual": 2, "satuanjual": "ktk", "jumlahgratis": 1, "satuangratis": "KTK "}
AT_A_PRICE: Row = {"jumlahjual": 3, "kodeitemgr": SUGAR, "jumlahgratis": 1, "satuangratis": "BKS", "harga": 1000}


@dataclass(frozen=True)
class Promotion:
    title: str
    lines: list[Row]
    gifts: dict[str, list[Gift]] = field(default_factory=dict)
    """What each item brings at noon of the 16th; the idpromo is that of the case."""
    columns: Row = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    """What the check says about it."""


def gift(
    item: str, bought: int, unit: str, given_unit: str, *, price: int | None = None, repeats: bool = False
) -> Gift:
    harga = None if price is None else Decimal(price)
    return Gift("", Decimal(bought), unit, item, Decimal(1), given_unit, repeats, harga)


FREE, CHEAP = gift(TEA, 2, "KTK", "KTK"), gift(SUGAR, 3, "", "BKS", price=1000)
PROMOTIONS = [
    Promotion("the same item for nothing", [{"kodeitem": TEA} | TWO_FOR_ONE], {TEA: [FREE]}),
    Promotion(
        "the same item, which is named; each multiple",
        [{"kodeitem": TEA, "kodeitemgr": TEA, "kelipatan": True} | TWO_FOR_ONE],
        {TEA: [FREE._replace(kelipatan=True)]},
    ),
    Promotion("another item at a special price", [{"kodeitem": TEA, "tebus": True} | AT_A_PRICE], {TEA: [CHEAP]}),
    Promotion(
        "a price does not count without tebus",
        [{"kodeitem": TEA, "tebus": False} | AT_A_PRICE],
        {TEA: [CHEAP._replace(harga=None)]},
    ),
    Promotion(
        "a line without an item is for the range of the head",
        [{"kodeitem": " ", "tebus": True} | AT_A_PRICE],
        {TEA: [CHEAP], CUP: [CHEAP]},
        {"jenis": " minum"},
    ),
    Promotion(
        "all conditions of the head",
        [{"tebus": True} | AT_A_PRICE],
        {TEA: [CHEAP]},
        {"kodeitemd": "P-", "kodeitems": "P-Z", "jenis": "MINUM", "merek": "sr"},
    ),
    Promotion(
        "amounts that are larger than any price",
        [{"kodeitem": TEA, "tebus": True} | AT_A_PRICE | {"harga": "12345678901234567.891"}],
        reasons=["the special price is larger than any price"],
    ),
    Promotion("hours", [{"kodeitem": TEA} | TWO_FOR_ONE], {TEA: [FREE]}, hours("11:00", "13:00")),
    Promotion("other hours", [{"kodeitem": TEA} | TWO_FOR_ONE], {}, hours("22:00", "02:00")),
    Promotion("another weekday", [{"kodeitem": TEA} | TWO_FOR_ONE], {}, {"tipeper": "3", "w2": True}),
    Promotion("past", [{"kodeitem": TEA} | TWO_FOR_ONE], {}, dates(None, "2026-11-15")),
    Promotion("future", [{"kodeitem": TEA} | TWO_FOR_ONE], {}, dates("2026-11-17", None)),
    Promotion("switched off", [{"kodeitem": TEA} | TWO_FOR_ONE], {}, {"stsact": False}),
    Promotion(
        "an unknown tipeper",
        [{"kodeitem": TEA} | TWO_FOR_ONE],
        {TEA: [FREE]},
        {"tipeper": "9"},
        ["tipeper is unknown: it counts as a period (1)"],
    ),
    Promotion("an unknown item", [{"kodeitem": "X"} | TWO_FOR_ONE], reasons=["the item does not exist"]),
    Promotion(
        "an unknown gift",
        [{"kodeitem": TEA} | AT_A_PRICE | {"kodeitemgr": "X"}],
        reasons=["the gift does not exist"],
    ),
    Promotion(
        "quantities and prices that are not filled in",
        [
            {"kodeitem": TEA} | TWO_FOR_ONE | {"jumlahjual": 0},
            {"kodeitem": TEA} | TWO_FOR_ONE | {"jumlahgratis": None},
            {"kodeitem": TEA, "tebus": True} | AT_A_PRICE | {"harga": 0},
        ],
        reasons=[
            "the quantity to buy is not filled in",
            "the quantity to get is not filled in",
            "the special price is not filled in",
        ],
    ),
]


def idpromo_of(number: int) -> str:
    return f"P{number:02}"


def promotion_tables() -> dict[str, list[Row]]:
    numbered = list(enumerate(PROMOTIONS))
    return {
        "tbl_item": [{"sistemhargajual": "O", "hargapokok": 1, "statusjual": "Y"} | item for item in ITEMS],
        "tbl_itempromo": [{"idpromo": idpromo_of(number)} | IN_NOVEMBER | case.columns for number, case in numbered],
        "tbl_itempromodt": [{"idpromo": idpromo_of(number)} | line for number, case in numbered for line in case.lines],
    }
