"""Cleans names and codes of a backup, and decodes its bytes."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def clean_name(text: str | None) -> str:
    """Rule 9: replace runs of white space with one space, trim the ends, drop control characters; change nothing else.

    >>> clean_name("  TEH \\t PUCUK  350ML ")
    'TEH PUCUK 350ML'
    """
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join(text.split())


def clean_code(text: str | None) -> str:
    """Rule 8: trim units, price systems and yes/no marks, and convert them to upper case, for comparison."""
    return text.strip().upper() if text else ""


def decode(value: bytes) -> str:
    """Decode a value of an SQL_ASCII database, which may hold any bytes: as UTF-8 if valid, otherwise as Windows-1252.

    The five bytes that Windows-1252 leaves undefined become U+FFFD, so that a loss is visible.
    """
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


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
