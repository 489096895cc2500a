"""Exports of which only some tables have rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from toko_assets.ipos.export import SCHEMAS


def write_tables(folder: Path, rows: Mapping[str, Mapping[str, Sequence[Any]]]) -> Path:
    """Write all tables of an export: columns by table and name, the others null or empty; answers the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, schema in SCHEMAS.items():
        columns = rows.get(table, {})
        nothing = [None] * len(columns.get("kodeitem", []))
        table_of = [pa.array(columns.get(field.name, nothing)).cast(field.type) for field in schema]
        parquet.write_table(pa.table(table_of, schema=schema), folder / f"{table}.parquet")
    return folder
