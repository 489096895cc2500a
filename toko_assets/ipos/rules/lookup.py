"""Relates rows of other tables to their items, whose kodeitem is categorical: category and index are the same."""

from typing import Any

import pandas as pd

from toko_assets.ipos.parts import places_among


def of_items(items: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Select the rows that belong to one of the items."""
    places = places_among(rows["kodeitem"], items["kodeitem"])
    codes = pd.Categorical.from_codes(places, items["kodeitem"].cat.categories, ordered=True)
    return rows.assign(kodeitem=codes)[places >= 0]


def of_its_item(rows: pd.DataFrame, column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Look up a column of the items for each row."""
    return pd.Series(column.array.take(rows["kodeitem"].cat.codes), index=rows.index)


def having(items: pd.DataFrame, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which items have at least one of these rows."""
    return pd.Series(items.index.isin(rows["kodeitem"].cat.codes), index=items.index)
