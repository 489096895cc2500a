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


def write_arrays(connection: duckdb.DuckDBPyConnection, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Make the table, from one-dimensional arrays."""
    connection.execute(f"CREATE TABLE {TABLE} (name VARCHAR, dtype VARCHAR, length BIGINT, part INTEGER, data BLOB)")
    for name, array in arrays.items():
        data = array.tobytes()
        parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)] or [b""]
        connection.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [[name, array.dtype.str, len(array), number, part] for number, part in enumerate(parts)],
        )


def read_arrays(connection: duckdb.DuckDBPyConnection) -> dict[str, NDArray[Any]]:
    """The arrays that were written, as new ones."""
    cursor = connection.cursor()
    arrays: dict[str, NDArray[Any]] = {}
    for name, dtype, length in cursor.execute(
        f"SELECT name, dtype, length FROM {TABLE} WHERE part = 0"  # noqa: S608
    ).fetchall():
        arrays[name] = np.empty(length, dtype)
    for name, array in arrays.items():
        whole, at = array.view(np.uint8), 0
        cursor.execute(f"SELECT data FROM {TABLE} WHERE name = ? ORDER BY part", [name])  # noqa: S608
        while row := cursor.fetchone():
            part = np.frombuffer(row[0], np.uint8)
            whole[at : at + len(part)] = part
            at += len(part)
        if at != len(whole):
            raise duckdb.InvalidInputException(f"{name} of {TABLE} is not whole")
    return arrays
