"""Cleans the customer groups of a shop, and their discounts for single items.

The rules marked (a) are our assumptions where no public source gives an answer. They are in docs/pricing.md.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.decimals import compare, filled
from toko_assets.ipos.decoding import clean_name
from toko_assets.ipos.reference.names import LONGEST_NAME, comparable
from toko_assets.ipos.rules.price_rows import ORDINARY_LEVEL
from toko_assets.ipos.text_columns import among, each

GROUP_COLUMNS = ["kgrup", "grup", "level", "potongan"]
PERCENTS = ("pot1", "pot2", "pot3", "pot4")
DISCOUNT_COLUMNS = ["kodeitem", "kgrup", *PERCENTS]
UNCLEAR_COLUMNS = ["kodeitem", "kgrup", "reason"]
HIGHEST_LEVEL = 2**31
FREE = 100


def clean_groups(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the customer groups, sorted by level and code, and the groups whose percent is left out.

    `rows` are those of tbl_supelgrup. `potongan` is a percent above 0 and below 100, or null. A group without a level
    pays the ordinary one (a). Of several groups with one code, the first in text order counts.
    """
    found: dict[str, tuple[str, str, int, Decimal | None]] = {}
    wrong: list[tuple[str, str, str]] = []
    columns = ("kgrup", "grup", "levelharga", "potongan")
    for code, name, level, percent in sorted(_values(rows, columns), key=lambda row: (row[0] or "", row[1] or "")):
        key = comparable(code)
        if not key or key in found:
            continue
        usable = percent is not None and 0 < percent < FREE
        if percent is not None and percent != 0 and not usable:
            wrong.append(("", key, f"the group's percent is {percent.normalize():f}"))
        shown = clean_name(name)[:LONGEST_NAME].strip() or clean_name(code)
        found[key] = (
            key,
            shown,
            level if level is not None and ORDINARY_LEVEL <= level < HIGHEST_LEVEL else ORDINARY_LEVEL,
            percent if usable else None,
        )
    groups = sorted(found.values(), key=lambda group: (group[2], group[0]))
    return pd.DataFrame(groups, columns=GROUP_COLUMNS), pd.DataFrame(wrong, columns=UNCLEAR_COLUMNS)


def clean_group_discounts(
    rows: pd.DataFrame, groups: pd.DataFrame, items: "pd.Series[Any]"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the percents of items and groups, one row for each pair, and the rows that are left out or interpreted.

    `rows` are those of tbl_itempotongan, `items` the codes of the products. A row replaces the group's own percent,
    also if its percents are all 0 (a). Of several rows, the one with the smallest `jumlah` counts (a).
    """
    rows = rows[among(rows["kodeitem"], items)]
    rows = rows.assign(
        kodeitem=rows["kodeitem"].astype("str"),
        kgrup=each(rows["kodegrup"], comparable),
        jumlah=filled(rows["jumlah"]),
        **{name: filled(rows[name]) for name in PERCENTS},
    )
    known = among(rows["kgrup"], groups["kgrup"])
    usable = known.copy()
    for name in PERCENTS:
        usable &= compare(pc.greater_equal, rows[name], 0) & compare(pc.less, rows[name], FREE)
    ordered = rows[usable].sort_values(["kodeitem", "kgrup", "jumlah", *PERCENTS], ignore_index=True)
    again = ordered.duplicated(["kodeitem", "kgrup"])
    best = ordered[~again]
    unclear = [
        (rows[~known], "the group does not exist"),
        (rows[known & ~usable], "a percent is below 0, or 100 or more"),
        (ordered[again], "the group has another row for a smaller quantity"),
        (best[compare(pc.greater, best["jumlah"], 1)], "the only row is for a larger quantity; it counts for any"),
    ]
    return best[DISCOUNT_COLUMNS].reset_index(drop=True), pd.concat(
        [frame[["kodeitem", "kgrup"]].assign(reason=reason) for frame, reason in unclear], ignore_index=True
    )


def _values(rows: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(pa.array(rows[column]).to_pylist() for column in columns), strict=True))
