"""A shop whose prices this module states a second time, in plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.toko_bot.bot.shop import Item, PriceRow


@dataclass(frozen=True)
class Good:
    """A product: its name, and the price of each tier of each unit, by level where it has levels."""

    code: str
    name: str
    units: dict[str, list[tuple[int | None, int | None, str]]]
    """By unit: (level, up to this quantity, price)."""

    def price(self, unit: str, number: Fraction, level: int) -> Fraction:
        """State what one unit costs."""
        rows = self.units[unit]
        own = [row for row in rows if row[0] in (None, level)] or [row for row in rows if row[0] == 1]
        for _, most, price in own:
            if most is None or number <= most:
                return Fraction(price)
        return Fraction(own[-1][2])


GOODS = [
    Good("A1", "INDOMIE GORENG SPECIAL 85GR", {"PCS": [(1, None, "3150"), (2, None, "3050.5")],
                                                "DUS": [(1, None, "115000"), (2, None, "113333.3333")]}),
    Good("A2", "INDOMIE SOTO MIE 70GR", {"PCS": [(1, None, "2950"), (3, None, "2800")]}),
    Good("B1", "GULA PASIR GULAKU 1 KG", {"BKS": [(None, 11, "17500"), (None, 39, "17200"), (None, None, "16900")]}),
    Good("B2", "GULA PASIR GULAKU 500 GR", {"BKS": [(None, None, "9250.25")]}),
    Good("C1", "GUDANG GARAM SURYA 12", {"BKS": [(None, None, "25000")], "SLOP": [(None, None, "249000")]}),
    Good("C2", "GUDANG GARAM SURYA 16", {"BKS": [(None, None, "33000")], "SLOP": [(None, None, "329000")]}),
    Good("D1", "AQUA AIR MINERAL 600ML", {"BTL": [(None, 23, "3500"), (None, None, "3200")],
                                          "DUS": [(None, None, "52000")]}),
    Good("E1", "TELUR AYAM NEGERI", {"KG": [(None, 4, "28500"), (None, None, "27999.99")]}),
    Good("F1", "KECAP BANGO 550ML", {"PCS": [(None, None, "24750")]}),
    Good("G1", "SABUN LIFEBUOY MERAH", {"PCS": [(1, 5, "4100"), (1, None, "3990"), (2, None, "3800")]}),
    Good("H1", "SEMEN TIGA RODA 50KG", {"SAK": [(None, None, "68000")]}),
    Good("I1", "MINYAK BIMOLI 2 LITER", {"PCS": [(None, None, "38123.4567")]}),
    *(Good(f"Z{number}", f"PANCI {word} NOMOR {number}", {"PCS": [(None, None, f"{41000 + number}")]})
      for number, word in enumerate(["ALFA", "BRAVO", "CAKRA", "DELTA", "ERLANGGA", "FAJAR"], 18)),
]  # fmt: skip
BY_CODE = {good.code: good for good in GOODS}


def items() -> list[Item]:
    return [Item(good.code, good.name, list(_rows(good))) for good in GOODS]


def _rows(good: Good) -> Iterator[PriceRow]:
    base = next(iter(good.units))
    for unit, rows in good.units.items():
        for level, most, price in rows:
            yield unit, "1" if unit == base else "40", level, None if most is None else str(most), "1", price
