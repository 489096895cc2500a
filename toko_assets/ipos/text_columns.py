"""Works on columns of texts, each distinct value once."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def each(column: "pd.Series[Any]", function: Callable[[str | None], str]) -> "pd.Series[str]":
    """Apply `function` to every value, calling it once for each distinct value."""
    places, distinct = pd.factorize(column, use_na_sentinel=False)
    done = pd.array(
        [function(text if isinstance(text, str) else None) for text in distinct.to_numpy(object)], dtype="str"
    )
    return pd.Series(done.take(places), column.index)


def among(column: "pd.Series[Any]", values: "pd.Series[Any]") -> "pd.Series[bool]":
    """Tell which texts of the column are among the values.

    `Series.isin` converts to Python objects and takes ten times as long.
    """
    known = pc.is_in(pa.array(column.astype("str")), value_set=pa.array(values.astype("str")))
    return pd.Series(known.to_numpy(zero_copy_only=False), index=column.index)
