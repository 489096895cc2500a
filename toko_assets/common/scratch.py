"""A DuckDB in memory for one piece of work, within limits."""

from pathlib import Path

import duckdb

from toko_core.files import TEMPORARY


def scratch_database(folder: Path, memory_limit: str, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """What is over the limit spills into `folder`, which recovery clears; left to itself, into the working folder."""
    spill = str(folder / f"spill{TEMPORARY}")
    return duckdb.connect(config={"memory_limit": memory_limit, "threads": threads, "temp_directory": spill})
