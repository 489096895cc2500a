"""Makes ordinary items: code, units, barcodes, prices and stock, as a shop would have entered them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from random import Random

from toko_assets.sample.drafts import NOTHING, ONE, ItemDraft, PriceDraft, UnitDraft
from toko_assets.sample.names import SampleProduct
from toko_assets.sample.packs import fitting_ladders
from toko_assets.sample.vocabulary import Pack

TODAY = datetime(2026, 1, 5, 21, 30)  # noqa: DTZ001 - iPOS keeps local time without a zone
"""The evening on which the shop's backup was made."""

SYSTEMS, SYSTEM_SHARES = "JSLO", (34, 40, 12, 14)
DEAREST_PACK = 2_500_000
"""Rupiah. No minimarket sells a carton worth more than this, so expensive goods have no large packs."""

_FAR = Decimal(9999)
_REMARKS = (
    "RETUR 1 BULAN",
    "KONSINYASI",
    "TITIPAN BU SRI",
    "CEK ED",
    "HARGA NAIK PER 1 JAN",
    "BONUS 12+1",
    "STOK TERBATAS",
)


@dataclass(slots=True)
class Shopkeeper:
    """Makes items, and remembers which codes and barcodes are in use."""

    rng: Random
    branches: tuple[str, ...]
    _barcodes: set[str] = field(default_factory=set)
    _numbers: int = 0

    def item(self, product: SampleProduct) -> ItemDraft:
        rng = self.rng
        packs = self._packs(product)
        margin = rng.triangular(0.05, 0.25, 0.12)
        price = nice(product.price)
        cost = self._cost(price * (1 - margin))
        barcodes = self._new_barcodes(rng.choices((0, 1, 2, 3), (22, 70, 6, 2))[0])
        system = rng.choices(SYSTEMS, SYSTEM_SHARES)[0]
        item = ItemDraft(
            kodeitem=self._code(product, barcodes),
            name=product.name,
            satuan=packs[0].satuan,
            system=system,
            cost=cost,
            fixed_price=Decimal(price) if system == "O" or rng.random() < 0.3 else NOTHING,
            dateupd=self._date(),
            jenis=product.category.jenis,
            merek=product.brand,
            stokmin=Decimal(rng.choice((0, 0, 0, 3, 5, 10, 12, 24))),
            rak=self._shelf(),
            keterangan=rng.choice(_REMARKS) if rng.random() < 0.03 else None,
            supplier=rng.choice(product.category.suppliers) if rng.random() < 0.85 else "",
            famous=product.famous,
        )
        item.units = [UnitDraft(packs[0].satuan, ONE, cost, barcodes)]
        for pack in packs[1:]:
            conversion = Decimal(pack.conversion)
            item.units.append(
                UnitDraft(pack.satuan, conversion, cost * conversion, self._new_barcodes(rng.random() < 0.35))
            )
        item.prices = _PRICES[system](item, price, rng)
        item.stock = self._stock()
        return item

    def _packs(self, product: SampleProduct) -> tuple[Pack, ...]:
        """Choose the base unit and some of its packs, up to the highest price of a pack."""
        rng = self.rng
        ladder = rng.choice(fitting_ladders(product))
        affordable = [
            pack for pack in ladder if pack.conversion == 1 or product.price * pack.conversion <= DEAREST_PACK
        ]
        kept = rng.choices((1, 2, 3), (45, 35, 20))[0]
        return tuple(affordable[:kept])

    def _cost(self, about: float) -> Decimal:
        """Return a round cost, the cost of a carton divided by its pieces, or an average cost with twenty decimals."""
        way = self.rng.random()
        if way < 0.45:
            return Decimal(max(int(about / 10) * 10, 10))
        if way < 0.7:
            return Decimal(int(about * 100)).scaleb(-2)
        return Decimal(f"{int(about)}.{self.rng.randrange(10**20):020d}")

    def _new_barcodes(self, count: int) -> list[str]:
        barcodes: list[str] = []
        while len(barcodes) < count:
            barcode = ean13(f"899{self.rng.randrange(10**9):09d}")
            if barcode not in self._barcodes:
                self._barcodes.add(barcode)
                barcodes.append(barcode)
        return barcodes

    def _code(self, product: SampleProduct, barcodes: list[str]) -> str:
        """Return the barcode, iPOS's running number, or letters of the category with a number, as the item code."""
        self._numbers += 1
        way = self.rng.random()
        if barcodes and way < 0.5:
            return barcodes[0]
        if way < 0.85:
            return f"{self._numbers:06d}"
        letters = "".join(letter for letter in product.category.jenis if letter.isalpha())[:3]
        return f"{letters}{self._numbers:05d}" if way < 0.95 else f"{letters}-{self._numbers}"

    def _date(self) -> datetime:
        """Return the time of the last change: within the last months for most prices, up to three years for some."""
        rng = self.rng
        days = rng.expovariate(1 / 150)
        seconds = rng.randrange(8 * 3600, 21 * 3600)
        evening = TODAY - timedelta(days=min(int(days), 1100) + 1)
        return evening.replace(hour=0, minute=0) + timedelta(seconds=seconds)

    def _shelf(self) -> str:
        rng = self.rng
        way = rng.random()
        if way < 0.35:
            return ""
        if way < 0.85:
            return f"{rng.choice('ABCDEFGH')}{rng.randint(1, 12)}"
        return rng.choice(("ETALASE", "GUDANG ATAS", "RAK KASIR", "KULKAS", f"RAK {rng.randint(1, 30)}", "DEPAN"))

    def _stock(self) -> list[tuple[str, Decimal]]:
        rng = self.rng
        kept = 1 if rng.random() < 0.5 else rng.randint(1, len(self.branches))
        return [(branch, self._pieces()) for branch in self.branches[:kept]]

    def _pieces(self) -> Decimal:
        rng = self.rng
        pieces = 0 if rng.random() < 0.12 else int(rng.expovariate(1 / 40)) + 1
        return Decimal(pieces) + (Decimal("0.5") if rng.random() < 0.01 else 0)


def ean13(twelve: str) -> str:
    """Append the check digit (GS1): weights 1 and 3 from the left, complemented to the next multiple of ten."""
    digits = [int(digit) for digit in twelve]
    return f"{twelve}{-(sum(digits[::2]) + 3 * sum(digits[1::2])) % 10}"


def nice(price: float) -> int:
    """Round up to a typical shop price: a multiple of 50, 100, 500 or 1,000 rupiah."""
    step = 50 if price < 5_000 else 100 if price < 50_000 else 500 if price < 200_000 else 1_000
    return ceil(price / step) * step


def _pack_price(item: ItemDraft, unit: UnitDraft, price: int, given: float) -> int:
    """Return the price of a unit if this share (0 to 1) of the margin is given away. It is always above cost."""
    count = int(unit.conversion)
    cost = float(item.cost or 0)
    return min(nice(count * (price - (price - cost) * min(given, 0.85))), count * price)


def _discount(unit: UnitDraft) -> float:
    """Return the share of the margin that a pack gives away for its size."""
    return 0.0 if unit.conversion == ONE else 0.15 if unit.conversion <= 12 else 0.35


def _no_prices(item: ItemDraft, price: int, rng: Random) -> list[PriceDraft]:
    """System O: most items have no price row, some have an old one that does not count."""
    if rng.random() < 0.75:
        return []
    return [PriceDraft(item.satuan, 0, NOTHING, Decimal(nice(price * 0.95)), item.dateupd, "J")]


def _unit_prices(item: ItemDraft, price: int, _: Random) -> list[PriceDraft]:
    return [
        PriceDraft(
            unit.satuan, 0, NOTHING, Decimal(_pack_price(item, unit, price, _discount(unit))), item.dateupd, item.system
        )
        for unit in item.units
    ]


def _level_prices(item: ItemDraft, price: int, rng: Random) -> list[PriceDraft]:
    levels = rng.choice((2, 2, 3, 4))
    return [
        PriceDraft(unit.satuan, level, NOTHING, Decimal(_pack_price(item, unit, price, given)), item.dateupd, "L")
        for unit in item.units
        for level, given in ((level, _discount(unit) + 0.2 * (level - 1)) for level in range(1, levels + 1))
    ]


def _quantity_prices(item: ItemDraft, price: int, rng: Random) -> list[PriceDraft]:
    """System J, the default: often one price without a limit for each unit, otherwise cheaper for larger quantities."""
    if rng.random() < 0.45:
        return _unit_prices(item, price, rng)
    prices: list[PriceDraft] = []
    for unit in item.units:
        limits = rng.choice(((2, 11, 9999), (5, 9999), (11, 9999), (2, 5, 11), (11, 39), (1, 9999)))
        for place, limit in enumerate(limits):
            asked = _pack_price(item, unit, price, _discount(unit) + 0.25 * place)
            upto = _FAR if limit == 9999 else Decimal(limit)
            prices.append(PriceDraft(unit.satuan, 0, upto, Decimal(asked), item.dateupd, "J"))
    return prices


_PRICES: dict[str, Callable[[ItemDraft, int, Random], list[PriceDraft]]] = {
    "O": _no_prices,
    "S": _unit_prices,
    "L": _level_prices,
    "J": _quantity_prices,
}
