"""Functions for pandas columns of exact decimals."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

MONEY: Final = pa.decimal128(18, 4)
"""Rule 10: exact rupiah with four decimal places."""
EXACT: Final = pa.decimal256(38, 20)
"""Wide enough for cost × konversi before rounding."""


def filled(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Replace null with zero."""
    return column.fillna(pd.Series(0, column.index, dtype=column.dtype))


def above_zero(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Rule 7: replace values of zero or less, which count as not filled in, with null."""
    return column.where(compare(pc.greater, column, 0))


def compare(function: Callable[..., Any], column: "pd.Series[Any]", limit: int) -> "pd.Series[bool]":
    """Apply `function` to each decimal and the limit; null gives false.

    pandas would convert decimals of this width to Python objects.
    """
    values = pa.array(column)
    found = function(values, pa.scalar(Decimal(limit), values.type)).fill_null(False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=column.index)


def money(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Rule 10: round half-up to four decimal places."""
    values = pa.Array.from_pandas(column)
    return pd.Series(
        pc.round(values, MONEY.scale, "half_up").cast(MONEY), index=column.index, dtype=pd.ArrowDtype(MONEY)
    )
