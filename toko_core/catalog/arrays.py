"""Stores arrays in a DuckDB table: the chain writes the search index this way, and the bot reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

TABLE = "search_index"
PART_BYTES = 1 << 18
"""The size of the parts in which an array is stored. Reading a part blocks all other Python threads for a tenth of a
millisecond, so searches continue while a catalogue loads."""
PARTS_AT_ONCE = 8
"""The number of parts that one query reads. With one query for each part, loading takes 1.4 times as long."""
COLUMNS = "name VARCHAR, dtype VARCHAR, length BIGINT, part INTEGER, data BLOB USING COMPRESSION uncompressed"
"""DuckDB would read compressed parts all at once: for an index of 100,000 products that is 15 MB, twice, in addition to
the arrays."""


def write_arrays(connection: duckdb.DuckDBPyConnection, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Create the table from one-dimensional arrays."""
    connection.execute(f"CREATE TABLE {TABLE} ({COLUMNS})")
    for name, array in arrays.items():
        data = array.tobytes()
        parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)] or [b""]
        connection.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [[name, array.dtype.str, len(array), number, part] for number, part in enumerate(parts)],
        )


def read_arrays(connection: duckdb.DuckDBPyConnection) -> dict[str, NDArray[Any]]:
    """Return new copies of the arrays that `write_arrays` stored. Raises duckdb.Error if a part is missing."""
    arrays: dict[str, NDArray[Any]] = {}
    missing = 0
    for name, dtype, length, number, data in _parts(connection):
        if name not in arrays:
            arrays[name] = np.empty(length, dtype)
            missing += arrays[name].nbytes
        start = number * PART_BYTES
        arrays[name].view(np.uint8)[start : start + len(data)] = np.frombuffer(data, np.uint8)
        missing -= len(data)
    if missing:
        raise duckdb.InvalidInputException(f"{TABLE} is incomplete: {missing:,} bytes are missing")
    return arrays


def _parts(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, int, int, bytes]]:
    """Yield the rows of the table. Each becomes Python objects only when it is asked for."""
    ((last,),) = connection.execute(f"SELECT max(rowid) FROM {TABLE}").fetchall()  # noqa: S608
    for first in range(0, 0 if last is None else last + 1, PARTS_AT_ONCE):
        found = connection.execute(
            f"SELECT name, dtype, length, part, data FROM {TABLE} WHERE rowid BETWEEN ? AND ?",  # noqa: S608
            [first, first + PARTS_AT_ONCE - 1],
        )
        while (row := found.fetchone()) is not None:
            yield row
