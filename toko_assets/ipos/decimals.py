"""Columns of exact decimals, as pandas holds them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

MONEY: Final = pa.decimal128(18, 4)
"""Rule 10: rupiah, exact, four places."""
EXACT: Final = pa.decimal256(38, 20)
"""Wide enough for cost × konversi before rounding."""


def filled(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Zero for null."""
    return column.fillna(pd.Series(0, column.index, dtype=column.dtype))


def above_zero(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Rule 7: a value of zero or less is one that is not filled in."""
    return column.where(compare(pc.greater, column, 0))


def compare(function: Callable[..., Any], column: "pd.Series[Any]", limit: int) -> "pd.Series[bool]":
    """`function` of each decimal and the limit; false for null. pandas makes objects of decimals as wide as these."""
    values = pa.array(column)
    found = function(values, pa.scalar(Decimal(limit), values.type)).fill_null(False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=column.index)


def money(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Rule 10: rounded half-up to four places."""
    values = pa.Array.from_pandas(column)
    return pd.Series(
        pc.round(values, MONEY.scale, "half_up").cast(MONEY), index=column.index, dtype=pd.ArrowDtype(MONEY)
    )
