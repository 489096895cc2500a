"""The codes that the sample shop uses in place of names, and its branches and customer groups."""

from decimal import Decimal

CATEGORY_CODES: dict[str, str] = {
    "SNACK": "SNK",
    "FROZEN & ES KRIM": "FRZ",
    "SUSU": "SSU",
    "MINUMAN": "MNM",
    "KOSMETIK": "KSM",
    "OBAT": "OBT",
    "ROKOK": "RKK",
    "DETERGENT": "DTG",
    "LISTRIK": "LST",
    "SPAREPART MOTOR": "SPM",
    "AKSESORIS HP": "AHP",
}
"""By category. The other categories have their name as their code."""

CODED_BRANDS_EVERY = 5
"""Every fifth brand has a code; the others have their name as their code."""

BRANCHES: dict[str, str] = {
    "UTM": "Toko Utama",
    "GDG": "Gudang Belakang",
    "CB1": "Cabang Pasar Baru",
    "CB2": "Cabang Stasiun",
}

GROUPS: tuple[tuple[str, str, int, Decimal], ...] = (
    ("UM", "Umum", 1, Decimal(0)),
    ("GR", "Grosir", 2, Decimal(0)),
    ("MB", "Member", 1, Decimal(5)),
)
"""Code, name, level of prices and percent off of each customer group."""
DISCOUNTED_GROUP = "MB"
DISCOUNTED_ITEMS_EVERY = 100
DISCOUNTS: tuple[tuple[Decimal, Decimal], ...] = (
    (Decimal(10), Decimal(0)),
    (Decimal(5), Decimal(2)),
    (Decimal("2.5"), Decimal(0)),
    (Decimal(0), Decimal(0)),
)
"""The percents pot1 and pot2 that the group gets for some items in place of its own, in turn."""
