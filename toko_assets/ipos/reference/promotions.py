"""Reads the promotions of tbl_itempromo and tbl_itempromodt: buy some, and get some for nothing or for less."""

from datetime import datetime
from typing import Any

import pandas as pd

from toko_assets.ipos.decoding import clean_code
from toko_assets.ipos.reference.discounts import PERIOD_COLUMNS, UNCLEAR_COLUMNS, Unclear, frame
from toko_assets.ipos.reference.offers import Goods, period_columns, read_offers, records
from toko_assets.ipos.source_tables import LARGEST_MONEY

COLUMNS = [
    "kodeitem", "idpromo", "satuan", "jumlah", "hadiah", "jumlah_hadiah", "satuan_hadiah", "kelipatan", "harga",
    *PERIOD_COLUMNS,
]  # fmt: skip


def clean_promotions(
    heads: pd.DataFrame, lines: pd.DataFrame, goods: Goods, dumped_at: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the promotions of products, and those that are left out or had to be interpreted.

    `heads` and `lines` are the rows of the two tables. The first frame has COLUMNS: who buys `jumlah` of `satuan`
    (null: any) gets `jumlah_hadiah` of the item `hadiah` (null: the same) for `harga` each (null: nothing).
    """
    offers, wrong = read_offers(heads, "idpromo", dumped_at)
    unclear: list[Unclear] = [(code, "", reason) for code, reason in wrong]
    found: dict[tuple[Any, ...], None] = {}
    for line in records(lines):
        offer = offers.get((line["idpromo"] or "").strip())
        if offer is None:
            continue
        item, gift = line["kodeitem"] or "", line["kodeitemgr"] or ""
        problem = _problem(line)
        if item.strip() and item not in goods.codes:
            problem = "the item does not exist"
        elif gift.strip() and gift not in goods.codes:
            problem = "the gift does not exist"
        if problem:
            unclear.append((offer.code, item, problem))
            continue
        for code in [item] if item.strip() else goods.of(offer):
            other = gift if gift.strip() and gift != code else None
            unit, given = (clean_code(line[name]) or None for name in ("satuanjual", "satuangratis"))
            price = line["harga"] if line["tebus"] else None
            bought = (code, offer.code, unit, line["jumlahjual"], other, line["jumlahgratis"], given)
            found[(*bought, bool(line["kelipatan"]), price, *period_columns(offer.period))] = None
    return frame(found, COLUMNS), pd.DataFrame(unclear, columns=UNCLEAR_COLUMNS, dtype=object)


def _problem(line: dict[str, Any]) -> str:
    if (line["jumlahjual"] or 0) <= 0:
        return "the quantity to buy is not filled in"
    if (line["jumlahgratis"] or 0) <= 0:
        return "the quantity to get is not filled in"
    if line["tebus"] and (line["harga"] or 0) <= 0:
        return "the special price is not filled in"
    return "the special price is larger than any price" if line["tebus"] and line["harga"] >= LARGEST_MONEY else ""
