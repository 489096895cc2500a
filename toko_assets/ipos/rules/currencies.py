"""Converts selling prices in other currencies to rupiah. Costs are in rupiah already.

The rules marked (a) are our assumptions where no public source gives an answer. They are in docs/pricing.md. A shop
that knows better changes `RUPIAH` and `_main_currencies`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.decimals import MONEY
from toko_assets.ipos.decoding import clean_code
from toko_assets.ipos.source_tables import AMOUNT, LARGEST_MONEY, SourceTables
from toko_assets.ipos.text_columns import among, each

RUPIAH: Final = frozenset({"", "IDR", "RP", "RP.", "RUPIAH"})
"""(a): codes that mean rupiah, also if iPOS does not mark them as the main currency. Empty means the main one."""
YES: Final = frozenset({"T", "TRUE", "Y", "1"})
"""Values of tbl_matauang.utama, which is boolean in some databases, for the main currency."""
LARGEST_RATE: Final = 10**9
LONGEST_CODE: Final = 10
RATE, EXACT = pa.decimal256(35, 20), pa.decimal256(38, 20)
COLUMNS = ["kodeitem", "namaitem", "matauang", "rate"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Tables with selling prices in rupiah."""

    source: SourceTables
    """`matauang` of an item is null, or the currency of an item whose prices are left out: it has no usable rate."""
    rows: pd.DataFrame
    """kodeitem, namaitem, matauang, rate: the items with prices in another currency. An unusable rate is null."""


def in_rupiah(source: SourceTables) -> Conversion:
    """Multiply prices in another currency by its rate, exactly, and round them half up to four decimal places.

    If the backup does not say which currencies there are, all prices are in rupiah.
    """
    items, prices = source.items, source.prices
    codes = each(items["matauang"], clean_code)
    foreign = sorted(set(codes.unique()) - _main_currencies(source.currencies, codes)) if len(source.currencies) else []
    shown = pd.Series(None, index=items.index, dtype="str")
    found, rates = [pd.DataFrame(columns=COLUMNS)], _rates(source.currencies)
    for code in foreign:
        rate = rates.get(code)
        mine = codes == code
        rows = among(prices["kodeitem"], items.loc[mine, "kodeitem"])
        items = items.assign(hargajual1=_converted(items["hargajual1"], mine, rate))
        prices = prices.assign(hargajual=_converted(prices["hargajual"], rows, rate))
        if rate is None:
            shown = shown.mask(mine, code[:LONGEST_CODE])
        found.append(items.loc[mine, ["kodeitem", "namaitem"]].assign(matauang=code, rate=rate))
    return Conversion(
        replace(source, items=items.assign(matauang=shown), prices=prices), pd.concat(found, ignore_index=True)
    )


def _main_currencies(currencies: pd.DataFrame, codes: "pd.Series[str]") -> set[str]:
    """Return the codes of the main currency. If none is marked, the one that most items have counts (a)."""
    marked = set(each(currencies["matauang"], clean_code)[each(currencies["utama"], clean_code).isin(YES)])
    filled = codes[codes != ""]
    return set(RUPIAH) | (marked or set(filled.mode()[:1]))


def _rates(currencies: pd.DataFrame) -> Mapping[str, Decimal]:
    """Return the usable rates by code: rupiah for one of the currency. Of several rates, the lowest counts."""
    rows = zip(each(currencies["matauang"], clean_code), pa.array(currencies["rate"]).to_pylist(), strict=True)
    usable = sorted((code, rate) for code, rate in rows if rate is not None and 0 < rate < LARGEST_RATE)
    return dict(reversed(usable))


def _converted(amounts: "pd.Series[Any]", which: "pd.Series[bool]", rate: Decimal | None) -> "pd.Series[Any]":
    """Convert some of the amounts. Without a rate they become null; also if the catalogue cannot hold it."""
    if rate is None:
        return amounts.mask(which)
    exact = pc.multiply(pa.array(amounts[which]).cast(EXACT), pa.scalar(rate, RATE))
    rounded = pc.round(exact, MONEY.scale, "half_up")
    fits = pc.less(pc.abs(rounded), pa.scalar(Decimal(LARGEST_MONEY), rounded.type))
    result = pc.if_else(fits, rounded, pa.scalar(None, rounded.type)).cast(AMOUNT)
    done = amounts.copy()
    done[which] = pd.Series(result.to_pandas(types_mapper=pd.ArrowDtype).array, index=amounts.index[which])
    return done
