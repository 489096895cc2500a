"""Parses columns of a dump's raw values. A value that cannot be read is null, and counted."""

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NUMBER: Final = r"^-?\d{1,15}(\.\d{1,20})?$"
"""`numeric(35,20)` has at most fifteen digits before the point. NaN, Infinity and 1e30 do not match."""
AMOUNT: Final = pa.decimal128(38, 20)
TIME: Final = r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?([+-]\d\d(:\d\d)*)?$"
"""PostgreSQL's text of a date or time. `infinity` and years before 1 do not match."""
OFFSET: Final = r"( .*)[+-]\d\d(:\d\d)*$"
NEVER: Final = np.iinfo(np.int64).max
"""Stands for no time: it is later than any."""
TRUE: Final = [b"t", b"true", b"T", b"Y", b"y"]

Mask = NDArray[np.bool_]


def amounts(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Return the numbers as exact decimals, and which of the values cannot be read."""
    readable = pc.match_substring_regex(column, NUMBER)
    numbers = pc.if_else(readable, column, None).cast(pa.string()).cast(AMOUNT)
    return numbers, mask(pc.invert(readable))


def times(column: pa.Array) -> tuple[NDArray[np.int64], Mask]:
    """Return the times in microseconds since 1970, NEVER for null, and which of the values cannot be read.

    A time zone is ignored: the result is the shop's wall clock.
    """
    readable = pc.match_substring_regex(column, TIME)
    text = pc.replace_substring_regex(pc.if_else(readable, column, None).cast(pa.string()), OFFSET, r"\1")
    found = text.cast(pa.timestamp("us"), safe=False).cast(pa.int64()).fill_null(NEVER)
    return found.to_numpy(zero_copy_only=False), mask(pc.invert(readable))


def constant(value: int, kind: pa.DataType) -> pa.Scalar:
    """Return a number as a decimal of this type, as comparisons and sums of wide decimals need it."""
    return pa.scalar(Decimal(value), kind)


def is_filled(column: pa.Array) -> Mask:
    """Tell which texts are neither null nor blank."""
    return mask(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(_text(column))), 0))


def is_set(column: pa.Array) -> Mask:
    """Tell which marks are set: a true boolean, or a number other than 0."""
    number, _ = amounts(column)
    is_true = mask(pc.is_in(column, value_set=pa.array(TRUE, pa.binary())))
    return is_true | mask(pc.not_equal(number, constant(0, AMOUNT)))


def places(column: pa.DictionaryArray, null: int) -> NDArray[np.int64]:
    """Return the place of each value in the dictionary, and `null` for null."""
    return np.asarray(column.indices.fill_null(null).to_numpy(zero_copy_only=False), np.int64)


def mask(values: pa.Array) -> Mask:
    """Convert to numpy; null is false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def _text(column: pa.Array) -> pa.Array:
    """Return texts for a function that needs valid UTF-8. Other bytes only make a text longer."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        values: list[Any] = column.to_pylist()
        return pa.array([None if value is None else value.decode("latin-1") for value in values], pa.string())
