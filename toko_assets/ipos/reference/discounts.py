"""Reads the discounts that the till applies by itself for a time: tbl_itemdisp and tbl_itemdispdt.

The rules marked (a) are our assumptions where no public source gives an answer. They are in docs/pricing.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Any

import pandas as pd

from toko_assets.ipos.decoding import clean_code
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.reference.names import comparable
from toko_assets.ipos.reference.offers import Goods, Offer, period_columns, read_offers, records
from toko_assets.ipos.source_tables import LARGEST_MONEY
from toko_assets.ipos.text_columns import among

PERCENT, RUPIAH = 1, 2
"""Values of `opsidiskon`."""
FREE = 100
HEAD_PERCENTS, LINE_AMOUNTS = ("pot1", "pot2", "pot3", "pot4"), ("diskon1", "diskon2", "diskon3", "diskon4")
UNREAD = ("disknom1", "disknom2", "disknom3", "disknom4")
"""Columns of a line that no public source explains (a)."""
PERIOD_COLUMNS = ["dari", "sebelum", "jam_dari", "jam_sampai", "hari"]
COLUMNS = ["kodeitem", "iddiskon", "satuan", "kgrup", "prioritas", "rupiah", *HEAD_PERCENTS, *PERIOD_COLUMNS]
UNCLEAR_COLUMNS = ["code", "kodeitem", "reason"]
Unclear = tuple[str, str, str]
Target = tuple[str, str | None, str | None]
"""A discount, and the unit and group that it is for; None is any."""


def clean_discounts(
    heads: pd.DataFrame, lines: pd.DataFrame, groups: pd.DataFrame, shop: PricedShop, goods: Goods, dumped_at: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the discounts of products, and those that are left out or had to be interpreted.

    `heads` and `lines` are the rows of the two tables. The first frame has COLUMNS: the code of the unit and of the
    customer group that it is for (null: any), the rupiah and then the percents that it takes off.
    """
    offers, wrong = read_offers(heads, "iddiskon", dumped_at)
    unclear: list[Unclear] = [(code, "", reason) for code, reason in wrong]
    vouchers = [offer.code for offer in offers.values() if offer.values["stsvcr"]]
    unclear += [(code, "", "stsvcr is set, which is not read") for code in vouchers]
    known_groups = set(groups["kgrup"])
    found: dict[tuple[Any, ...], None] = {}
    with_lines = set()
    for line in records(lines):
        offer = offers.get((line["iddiskon"] or "").strip())
        if offer is None:
            continue
        with_lines.add(offer.code)
        item, group = line["kodeitem"] or "", comparable(line["kgruppel"]) or None
        if any((line[name] or 0) > 0 for name in UNREAD):
            unclear.append((offer.code, item, "disknom1 to disknom4 are not read"))
        taken, problem = _amounts(line)
        if item not in goods.codes:
            problem = "the item does not exist"
        elif group is not None and group not in known_groups:
            problem = "the customer group does not exist"
        if problem:
            unclear.append((offer.code, item, problem))
        else:
            found[_row(offer, item, clean_code(line["satuan"]) or None, group, taken)] = None
    for offer in offers.values():
        if offer.code in with_lines:
            continue
        percents = tuple(offer.values[name] or Decimal(0) for name in HEAD_PERCENTS)
        if problem := _problem(percents):
            unclear.append((offer.code, "", problem))
        else:
            taken = (Decimal(0), *percents)
            found |= {_row(offer, item, None, None, taken): None for item in goods.of(offer)}
    rows = frame(found, COLUMNS)
    unclear += _without_effect(rows, shop.prices)
    unclear += _several(rows, [offer for offer in offers.values() if offer.period.covers(dumped_at)])
    return rows, pd.DataFrame(unclear, columns=UNCLEAR_COLUMNS, dtype=object)


def frame(rows: Iterable[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a frame, sorted by the first two columns: the item and the offer."""
    ordered = sorted(rows, key=lambda row: (str(row[0]), str(row[1])))
    return pd.DataFrame(ordered, columns=list(columns), dtype=object)


def _row(offer: Offer, item: str, unit: str | None, group: str | None, taken: Sequence[Decimal]) -> tuple[Any, ...]:
    return item, offer.code, unit, group, offer.values["prioritas"] or 0, *taken, *period_columns(offer.period)


def _amounts(line: dict[str, Any]) -> tuple[tuple[Decimal, ...], str]:
    """Return the rupiah and the four percents of a line, and why it is left out (rule 16)."""
    first, *rest = (line[name] or Decimal(0) for name in LINE_AMOUNTS)
    kind = line["opsidiskon"]
    if kind == PERCENT:
        return (Decimal(0), first, *rest), _problem((first, *rest))
    if kind == RUPIAH:
        problem = _problem(rest, first)
        if first < 0 or first >= LARGEST_MONEY:
            problem = f"its rupiah are {'below 0' if first < 0 else 'larger than any price'}"
        return (first, Decimal(0), *rest), problem
    return (), f"opsidiskon {'is empty' if kind is None else kind} is unknown"


def _problem(percents: Sequence[Decimal], rupiah: Decimal = Decimal(0)) -> str:
    if any(percent < 0 for percent in percents):
        return "a percent is below 0"
    if any(percent >= FREE for percent in percents):
        return "a percent is 100 or more: nothing would be left"
    return "" if rupiah or any(percents) else "it takes nothing off"


def _without_effect(rows: pd.DataFrame, prices: pd.DataFrame) -> Iterator[Unclear]:
    """Find the discounts for a unit without a price, and those that would leave nothing of a price."""
    rows = rows[rows["satuan"].notna() | (rows["rupiah"] > 0)]
    if rows.empty:
        return
    wanted = prices[among(prices["kodeitem"], rows["kodeitem"])]
    amounts: dict[str, dict[str, list[Decimal]]] = {}
    for item, unit, amount in zip(wanted["kodeitem"], wanted["satuan"], wanted["hargajual"], strict=True):
        units = amounts.setdefault(str(item), {}).setdefault(unit, [])
        units += [] if pd.isna(amount) else [amount]
    columns = (rows[name] for name in ("iddiskon", "kodeitem", "satuan", "rupiah"))
    for code, item, unit, rupiah in zip(*columns, strict=True):
        units_of_item = amounts.get(item, {})
        if unit is not None and unit not in units_of_item:
            yield code, item, "the item has no price for this unit"
        for name, found in units_of_item.items():
            if unit in {None, name} and any(rupiah >= amount for amount in found):
                yield code, item, "nothing would be left of a price, so it does not apply to it"
                break


def _several(rows: pd.DataFrame, now: Sequence[Offer]) -> Iterator[Unclear]:
    """Find the items with several discounts in force for one unit and group at the time of the backup (rule 18)."""
    current = rows[rows["iddiskon"].isin([offer.code for offer in now])]
    current = current[current.duplicated("kodeitem", keep=False)]
    found: dict[str, list[Target]] = {}
    for item, *target in zip(*(current[name] for name in ("kodeitem", "iddiskon", "satuan", "kgrup")), strict=True):
        found.setdefault(item, []).append((target[0], target[1], target[2]))
    for item, targets in found.items():
        if codes := _competing(tuple(targets)):
            yield codes, item, "several discounts are in force: one of them applies"


@lru_cache(1024)
def _competing(targets: tuple[Target, ...]) -> str:
    """Name the discounts that compete for a unit and group. Many products have the same discounts."""
    competing = set()
    for (code, *target), (other, *another) in combinations(targets, 2):
        if code != other and all(None in pair or pair[0] == pair[1] for pair in zip(target, another, strict=True)):
            competing |= {code, other}
    return ", ".join(sorted(competing))
