"""Arrays in a DuckDB table: the chain writes the search index so, the bot reads it."""

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

TABLE = "search_index"
PART_BYTES = 1 << 18
"""An array is stored in parts of so many bytes: reading one takes a tenth of a millisecond in which no other thread of
Python runs, so that searches go on while a catalogue is loaded."""
COLUMNS = "name VARCHAR, dtype VARCHAR, length BIGINT, part INTEGER, data BLOB USING COMPRESSION uncompressed"
"""Compressed parts would be read all at once: 15 MB of an index of 100,000 products, twice, beside the arrays."""


def write_arrays(connection: duckdb.DuckDBPyConnection, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Make the table, from one-dimensional arrays."""
    connection.execute(f"CREATE TABLE {TABLE} ({COLUMNS})")
    for name, array in arrays.items():
        data = array.tobytes()
        parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)] or [b""]
        connection.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [[name, array.dtype.str, len(array), number, part] for number, part in enumerate(parts)],
        )


def read_arrays(connection: duckdb.DuckDBPyConnection) -> dict[str, NDArray[Any]]:
    """The arrays that were written, as new ones. Raises duckdb.Error if a part is missing."""
    arrays: dict[str, NDArray[Any]] = {}
    missing = 0
    parts = connection.execute(f"SELECT name, dtype, length, part, rowid FROM {TABLE}").fetchall()  # noqa: S608
    for name, dtype, length, number, row in parts:
        ((data,),) = connection.execute(f"SELECT data FROM {TABLE} WHERE rowid = ?", [row]).fetchall()  # noqa: S608
        if name not in arrays:
            arrays[name] = np.empty(length, dtype)
            missing += arrays[name].nbytes
        start = number * PART_BYTES
        arrays[name].view(np.uint8)[start : start + len(data)] = np.frombuffer(data, np.uint8)
        missing -= len(data)
    if missing:
        raise duckdb.InvalidInputException(f"{TABLE} is not whole: {missing:,} bytes are missing")
    return arrays
