"""Opens an in-memory DuckDB with limits, for one task."""

from pathlib import Path

import duckdb

from toko_core.files import TEMPORARY


def scratch_database(folder: Path, memory_limit: str, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Open the database. Data over the limit spill into `folder`, which recovery clears, not the working folder."""
    spill = str(folder / f"spill{TEMPORARY}")
    return duckdb.connect(config={"memory_limit": memory_limit, "threads": threads, "temp_directory": spill})
