"""Parses columns of a dump's raw values. A value that cannot be read is null, and counted."""

from decimal import Decimal
from typing import Final

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
    distinct = column.dictionary_encode()  # few of the numbers of a shop differ, and texts are slow
    readable = pc.match_substring_regex(distinct.dictionary, NUMBER)
    numbers = pc.if_else(readable, distinct.dictionary, None).cast(pa.string()).cast(AMOUNT)
    return numbers.take(distinct.indices), mask(pc.invert(readable).take(distinct.indices))


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
    distinct = column.dictionary_encode()
    filled = [bool(value.strip()) for value in distinct.dictionary.to_pylist()]
    return mask(pa.array(filled, pa.bool_()).take(distinct.indices))


def is_set(column: pa.Array) -> Mask:
    """Tell which marks are set: a true boolean, or a number other than 0."""
    distinct = column.dictionary_encode()
    numbers, _ = amounts(distinct.dictionary)
    is_true = pc.is_in(distinct.dictionary, value_set=pa.array(TRUE, pa.binary()))
    is_number = pc.not_equal(numbers, constant(0, AMOUNT)).fill_null(False)
    return mask(pc.or_(is_true, is_number).take(distinct.indices))


def places(column: pa.DictionaryArray, null: int) -> NDArray[np.int64]:
    """Return the place of each value in the dictionary, and `null` for null."""
    return np.asarray(column.indices.fill_null(null).to_numpy(zero_copy_only=False), np.int64)


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values in order. `np.unique` hashes them, which takes five times as long."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def mask(values: pa.Array) -> Mask:
    """Convert to numpy; null is false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)
