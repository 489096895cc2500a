"""Rules 2, 3, 5 and 6: which rows of tbl_itemhj an item's price system reads.

When a shop changes an item's price, iPOS rewrites the rows of the system in force and leaves those of the other systems
as they were. `tipehj` says which system a row belongs to.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.decimals import above_zero, compare, money
from toko_assets.ipos.rules.assumptions import (
    FIXED,
    LISTED,
    PER_LEVEL,
    PER_QUANTITY,
    PER_UNIT,
    SYSTEMS,
    Assumption,
    note,
)
from toko_assets.ipos.rules.lookup import having, of_its_item

ORDINARY_LEVEL: Final = 1
"""Rule 5 (a): the customer level that a row without a level stands for."""


@dataclass(frozen=True, slots=True)
class RowsInForce:
    """The rows of tbl_itemhj, divided by whether the till reads them."""

    in_force: pd.DataFrame
    ignored: pd.DataFrame
    """Rows of another system than the item's."""


def price_systems(items: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Assumption]]:
    """Rules 2 and 6: determine the price system that each item really uses, as `sistem_harga`."""
    has_rows = having(items, rows)
    limits = having(items, rows[rows["jmlsampai"] >= 1])
    one_a_level = rows[["kodeitem", "level"]].drop_duplicates()
    levels = having(items, one_a_level[one_a_level.duplicated("kodeitem")])
    known = items["kode_sistem"].isin(SYSTEMS)
    guessed = pd.Series(PER_UNIT, items.index).mask(levels, PER_LEVEL).mask(limits, PER_QUANTITY).mask(~has_rows, FIXED)
    marked = _system_of_all_rows(items, rows[of_its_item(rows, ~known)])
    system = items["kode_sistem"].where(known, marked.where(marked.notna(), guessed))
    without_rows = known & (system != FIXED) & ~has_rows
    items = items.assign(sistem_harga=system.mask(without_rows, FIXED))
    return items, [
        note("price_systems_guessed", "2 (a): an unknown price system is inferred from the price rows", items[~known]),
        note("fixed_price_used", "6: without price rows, the fixed price hargajual1 applies", items[without_rows]),
    ]


def _system_of_all_rows(items: pd.DataFrame, rows: pd.DataFrame) -> "pd.Series[str]":
    """Rule 2: the system that all rows of an item belong to, or null."""
    marks = rows[["kodeitem", "tipehj"]].drop_duplicates()
    alone = marks[~marks.duplicated("kodeitem", keep=False) & marks["tipehj"].isin(LISTED)]
    return pd.Series(alone["tipehj"].array, index=alone["kodeitem"].cat.codes).reindex(items.index)


def rows_in_force(items: pd.DataFrame, rows: pd.DataFrame) -> tuple[RowsInForce, list[Assumption]]:
    """Rule 3: select the rows of each item's own price system; all rows if it has none of its own (a).

    Rule 4: the rows of an item with a fixed price do not count.
    """
    system = of_its_item(rows, items["sistem_harga"])
    listed, own = system != FIXED, rows["tipehj"] == system
    has_own = having(items, rows[own])
    counts = listed & (own | ~of_its_item(rows, has_own))
    fixed = rows[~listed]
    ignored = pd.concat([rows[listed & ~counts], fixed[fixed["tipehj"].isin(LISTED)]])
    has_column = bool(rows["tipehj"].notna().any())  # without it there is nothing to assume
    unmarked = having(items, rows[listed]) & ~has_own & has_column
    return RowsInForce(rows.assign(sistem=system)[counts], ignored), [
        note(
            "price_rows_of_no_system",
            "3 (a): none of the item's price rows is marked with its price system, so all of them count",
            items[unmarked],
            "sistem_harga",
        )
    ]


def listed_prices(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[Assumption]]:
    """Rules 3 and 5: of the rows in force, select one for each unit, level and quantity.

    Return all the rows that count, and the selected ones.
    """
    per_level, per_quantity = rows["sistem"] == PER_LEVEL, rows["sistem"] == PER_QUANTITY
    unit = [rows["kodeitem"], rows["satuan"]]
    proper = (~per_level | (rows["level"] >= 1)) & (~per_quantity | (rows["jmlsampai"] >= 1))
    counts = proper | ~proper.groupby(unit).transform("any")
    rows = rows.assign(
        level=rows["level"].where(rows["level"] >= 1, ORDINARY_LEVEL).where(per_level).astype("Int64"),
        jumlah_sampai=rows["jmlsampai"].where(per_quantity & (rows["jmlsampai"] >= 1)),
        proper=proper,
        terisi=compare(pc.greater, rows["hargajual"], 0),
    )[counts]
    key = ["kodeitem", "satuan", "level", "jumlah_sampai"]
    several = rows.duplicated(key, keep=False)
    best_first = rows[several].sort_values(["terisi", "dateupd", "iddetail"], ascending=False, na_position="last")
    again = best_first.duplicated(key)
    repeated, best = best_first[again], pd.concat([rows[~several], best_first[~again]])
    improper = rows[~rows["proper"]]
    levels, limits = (improper[improper["sistem"] == system] for system in (PER_LEVEL, PER_QUANTITY))
    return (
        rows,
        best[[*key, "hargajual"]],
        [
            note("price_rows_repeated", "3: of several rows for one price, the newest filled-in one counts", repeated),
            note("levels_assumed", "5 (a): rows below level 1 stand for level 1", levels),
            note("limits_assumed", "5 (a): rows with a quantity below 1 have no limit", limits),
        ],
    )


def stale_prices(items: pd.DataFrame, ignored: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """Rule 3: find the ignored rows that name a price which the shop does not ask for that unit.

    `prices` are the finished prices, in order. Return kodeitem, namaitem, satuan, ignored_price, price_in_force: one
    row per item. The last is the unit's first price in force, or null if it has none.
    """
    key = ["kodeitem", "satuan"]
    ignored = ignored[key].assign(ignored_price=above_zero(money(ignored["hargajual"])))
    ignored = ignored[ignored["ignored_price"].notna()].reset_index(drop=True)
    concerned = of_its_item(prices, having(items, ignored))
    prices = prices.loc[concerned, [*key, "hargajual"]].rename(columns={"hargajual": "price_in_force"})
    pairs = ignored.reset_index().merge(prices, on=key)
    same = pc.equal(pa.array(pairs["ignored_price"]), pa.array(pairs["price_in_force"])).fill_null(False)
    asked = pairs.loc[same.to_numpy(zero_copy_only=False), "index"]
    other = ignored.drop(asked.unique()).drop_duplicates("kodeitem")
    other = other.assign(namaitem=of_its_item(other, items["namaitem"]))
    found = pd.DataFrame(other.merge(prices.drop_duplicates(key), on=key, how="left"))
    columns = ["kodeitem", "namaitem", "satuan", "ignored_price", "price_in_force"]
    return found.sort_values("kodeitem", ignore_index=True)[columns]
