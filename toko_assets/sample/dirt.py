"""Adds the data errors of real shops: small shares of the items get one fault each, and every kind of fault occurs.

There are no negative amounts and no duplicate `kodeitem`, because iPOS never writes them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from toko_assets.sample.drafts import NOTHING, ONE, ItemDraft, PriceDraft, UnitDraft
from toko_assets.sample.items import TODAY, nice

LEAST = 2
"""Each kind of fault gets at least this number of items, if the shop has enough."""

STALE_SHARE = 1 / 3
"""The share of the items that have price rows of another system than their own."""

ACCENTED = {
    "KOPI": ("CAFÉ AU LAIT", "CRÈME BRÛLÉE"),
    "SNACK": ("JALAPEÑO", "RASA SAUTÉ"),
    "MIE INSTAN": ("JALAPEÑO",),
    "MINUMAN": ("PIÑA COLADA", "½ LTR"),
    "FROZEN & ES KRIM": ("SOUFFLÉ", "CRÈME"),
    "KOSMETIK": ("ROSÉ", "CRÈME"),
    "SEMBAKO": ("½ KG", "¼ KG"),
    "PAKAN HEWAN": ("½ KG", "¼ KG"),
    "CAT & LEM": ("½ KG", "±500GR"),
    "BANGUNAN": ("½ DIM", "45°"),
}
"""Words with accents, by category. All are valid in WIN1252 and UTF-8, and as bytes of either in SQL_ASCII."""

Change = Callable[[ItemDraft, Random], None]
Fits = Callable[[ItemDraft], bool]


def _any(_: ItemDraft) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Dirt:
    """A kind of fault: the share of items that get it (0 to 1), how it changes an item, and which items it fits."""

    kind: str
    share: float
    change: Change
    fits: Fits = _any


def soil(items: list[ItemDraft], rng: Random) -> None:
    """Change some of the items in place. Famous goods are used last, so that a typical search always finds them."""
    candidates = [item for item in items if not item.famous]
    famous = [item for item in items if item.famous]
    rng.shuffle(candidates)
    rng.shuffle(famous)

    def take(fits: Fits, wanted: int) -> list[ItemDraft]:
        taken = list(_take(candidates, fits, wanted))
        return taken + list(_take(famous, fits, wanted - len(taken)))

    # The kinds with conditions come first: in a small shop few items have several units or price levels.
    for dirt in sorted(DIRT, key=lambda dirt: dirt.fits is _any):
        for item in take(dirt.fits, max(LEAST, round(dirt.share * len(items)))):
            dirt.change(item, rng)
    twins = take(_has_barcode, 2 * max(LEAST, len(items) // 400))
    for first, second in zip(twins[::2], twins[1::2], strict=False):
        second.units[0].barcodes.append(first.units[0].barcodes[0])


def leave_stale_rows(items: list[ItemDraft], rng: Random) -> None:
    """Give a third of the items rows of other price systems, as iPOS leaves them when an item's system is changed.

    They have other prices, and a third of them a later date. A few items have rows that name no system at all.
    """
    for item in rng.sample(items, round(STALE_SHARE * len(items))):
        own = item.prices[0].tipehj if item.prices and item.system != "O" else "O"
        others = [system for system in "SLJ" if system not in (own, item.system)]
        for system in rng.sample(others, 1 if rng.random() < 0.8 else 2):
            item.prices += _stale_rows(item, system, rng)
    priced = [item for item in items if _has_prices(item)]
    for item in rng.sample(priced, min(len(priced), max(LEAST, len(items) // 200))):
        for price in item.prices:
            price.tipehj = rng.choice(("N", "", None, "j ", "s", " L"))


def _stale_rows(item: ItemDraft, system: str, rng: Random) -> list[PriceDraft]:
    later = rng.random() < 1 / 3
    days = rng.randint(1, 60) if later else -rng.randint(1, 400)
    dateupd = min(item.dateupd + timedelta(days=days), TODAY)
    asked = {price.price for price in item.prices} | {item.fixed_price}
    base = float(next((price.price for price in item.prices if price.price), item.fixed_price or item.cost or 1000))
    share = rng.uniform(0.6, 0.95)

    def other_price(unit: UnitDraft, place: int) -> Decimal:
        price = Decimal(nice(base * share * float(unit.conversion) * 0.97**place))
        while price in asked:
            price += 50
        return price

    keys = {"S": ((0, 0),), "L": ((1, 0), (2, 0), (3, 0)), "J": ((0, 12), (0, 9999))}[system]
    units = item.units if rng.random() < 0.7 else item.units[:1]
    return [
        PriceDraft(unit.satuan, level, Decimal(upto), other_price(unit, place), dateupd, system)
        for unit in units
        for place, (level, upto) in enumerate(keys)
    ]


def _take(candidates: list[ItemDraft], fits: Fits, wanted: int) -> Iterator[ItemDraft]:
    """Remove fitting items from the candidates, so that an item gets only one fault."""
    place = 0
    while wanted and place < len(candidates):
        if fits(candidates[place]):
            # The last candidate moves into the gap, because removing from the middle of a long list is slow.
            item, candidates[place] = candidates[place], candidates[-1]
            candidates.pop()
            wanted -= 1
            yield item
        else:
            place += 1


def _name(edit: Callable[[str, Random], str | None]) -> Change:
    def change(item: ItemDraft, rng: Random) -> None:
        item.name = edit(item.name or "", rng)

    return change


def _set(attribute: str, *values: str | None) -> Change:
    def change(item: ItemDraft, rng: Random) -> None:
        setattr(item, attribute, rng.choice(values))

    return change


def _every_price(value: Decimal | None) -> Change:
    def change(item: ItemDraft, _: Random) -> None:
        item.fixed_price = value if item.system == "O" else item.fixed_price
        for price in item.prices:
            price.price = value

    return change


def _below_cost(item: ItemDraft, rng: Random) -> None:
    item.cost = Decimal(nice(float(item.prices[0].price or 0) * rng.uniform(1.05, 1.3)))
    item.units[0].cost = item.cost


def _price_of_unknown_unit(item: ItemDraft, rng: Random) -> None:
    pieces = rng.choice((10, 12, 20))
    asked = nice(float(item.prices[0].price or 0) * pieces * 0.97)
    pack = rng.choice(("PAK", "LSN", "IKAT", "BOX"))
    item.prices.append(replace(item.prices[0], satuan=pack, level=0, upto=NOTHING, price=Decimal(asked)))


def _unit_without_price(item: ItemDraft, _: Random) -> None:
    item.prices = [price for price in item.prices if price.satuan == item.satuan]


def _same_price_twice(item: ItemDraft, rng: Random) -> None:
    """Add an older row that was never removed. In a quarter of the cases the newer row is not filled in."""
    newest = item.prices[0]
    older = replace(newest, dateupd=newest.dateupd - timedelta(days=rng.randint(1, 400)))
    older.price = Decimal(nice(float(newest.price or 0) * 0.94))
    if rng.random() < 0.25:
        newest.price = NOTHING
    item.prices.insert(rng.choice((0, len(item.prices))), older)


def _unit_written_otherwise(item: ItemDraft, rng: Random) -> None:
    newest = item.prices[0]
    newest.satuan = rng.choice((f"{newest.satuan} ", newest.satuan.lower(), newest.satuan.title(), f" {newest.satuan}"))
    if rng.random() < 0.5:
        older = newest.dateupd - timedelta(days=30)
        item.prices.append(replace(newest, satuan=item.satuan, dateupd=older))


def _old_row(item: ItemDraft, rng: Random) -> None:
    """Add a row with level 0 and no limit, a leftover from before the shop used levels or limits."""
    item.prices.append(replace(item.prices[0], level=0, upto=NOTHING, price=Decimal(rng.choice((5, 7, 100)))))


def _second_branch(item: ItemDraft, rng: Random) -> None:
    item.stock = [("UTM", Decimal(rng.randint(1, 40))), ("GDG", Decimal(rng.randint(1, 400))), ("CB1", NOTHING)]


def _odd_barcode(item: ItemDraft, rng: Random) -> None:
    """Imported goods have barcodes of twelve digits with leading zeros; scanners and people add spaces."""
    upc = f"0{rng.randrange(10**10):011d}"
    item.units[0].barcodes = [rng.choice((upc, f" {upc}", f"{upc}  ", f"00{rng.randrange(10**6)}"))]


def _second_unit_row(item: ItemDraft, _: Random) -> None:
    """Add the base unit again in lower case, as in data imported from another program."""
    item.units.append(UnitDraft(item.satuan.lower(), ONE, item.cost))


def _no_cost(item: ItemDraft, rng: Random) -> None:
    item.cost = rng.choice((None, NOTHING))
    for unit in item.units:
        unit.cost = rng.choice((None, NOTHING))


def _has_prices(item: ItemDraft) -> bool:
    return bool(item.prices) and item.system != "O"


def _has_packs(item: ItemDraft) -> bool:
    return item.system == "S" and len(item.units) > 1


def _has_barcode(item: ItemDraft) -> bool:
    return bool(item.units[0].barcodes)


def _has_limits(item: ItemDraft) -> bool:
    return item.system == "J" and any(price.upto >= 1 for price in item.prices)


def _accented(item: ItemDraft, rng: Random) -> None:
    item.name = f"{item.name} {rng.choice(ACCENTED[item.jenis or ''])}"


def _takes_accents(item: ItemDraft) -> bool:
    return item.jenis in ACCENTED


DIRT: tuple[Dirt, ...] = (
    Dirt("double blanks", 0.012, _name(lambda name, _: name.replace(" ", "  ", 1))),
    Dirt("trailing blanks", 0.012, _name(lambda name, rng: name + " " * rng.randint(1, 4))),
    Dirt("leading blank", 0.003, _name(lambda name, _: f" {name}")),
    Dirt("tab", 0.003, _name(lambda name, _: name.replace(" ", "\t", 1) + "\t")),
    Dirt("line break", 0.001, _name(lambda name, _: f"{name}\r\n")),
    Dirt("control character", 0.001, _name(lambda name, _: f"{name}\x1f")),
    Dirt("angle brackets", 0.002, _name(lambda name, rng: f"{name} <{rng.choice(('PROMO', 'KOSONG', 'BARU', 'b'))}>")),
    Dirt("ampersand", 0.002, _name(lambda name, _: name.replace(" ", " & ", 1))),
    Dirt("asterisk", 0.002, _name(lambda name, rng: f"*{name}*" if rng.random() < 0.5 else f"* {name}")),
    Dirt("underscore", 0.002, _name(lambda name, _: name.replace(" ", "_"))),
    Dirt("backslash and quotes", 0.001, _name(lambda name, _: f"{name} 'A\\B' \"5\"")),
    Dirt("small letters", 0.008, _name(lambda name, _: name.lower())),
    Dirt("accents", 0.004, _accented, _takes_accents),
    Dirt("empty name", 0.001, _name(lambda _, rng: rng.choice(("", "   ", None)))),
    Dirt("price null", 0.006, _every_price(None), _has_prices),
    Dirt("price zero", 0.008, _every_price(NOTHING)),
    Dirt("below cost", 0.012, _below_cost, _has_prices),
    Dirt("price of unknown unit", 0.005, _price_of_unknown_unit, _has_prices),
    Dirt("unit without price", 0.006, _unit_without_price, _has_packs),
    Dirt("same price twice", 0.005, _same_price_twice, _has_prices),
    Dirt("unit written otherwise", 0.005, _unit_written_otherwise, _has_prices),
    Dirt("unit row in small letters", 0.001, _second_unit_row),
    Dirt("level zero", 0.004, _old_row, lambda item: item.system == "L"),
    Dirt("no limit among limits", 0.004, _old_row, _has_limits),
    Dirt("no rows for the system", 0.004, lambda item, _: item.prices.clear(), _has_prices),
    Dirt("system null", 0.004, _set("system", None), _has_prices),
    Dirt("system unknown", 0.003, _set("system", "X", "", "P", "1")),
    Dirt("system in small letters", 0.005, lambda item, _: setattr(item, "system", (item.system or "j").lower())),
    Dirt("deleted", 0.012, _set("statushapus", "Y", "y", "Y "), _has_prices),
    Dirt("deletion unknown", 0.010, _set("statushapus", None, "", "T")),
    Dirt("not sold", 0.012, _set("statusjual", "N")),
    Dirt("sale null", 0.010, _set("statusjual", None)),
    Dirt("sale empty", 0.005, _set("statusjual", "")),
    Dirt("sale in small letters", 0.003, _set("statusjual", "y ")),
    Dirt("no category", 0.010, _set("jenis", "", None)),
    Dirt("no cost", 0.008, _no_cost),
    Dirt("several branches", 0.010, _second_branch),
    Dirt("odd barcode", 0.004, _odd_barcode),
)
