"""DuckDB: compares every name with the query by `jaro_winkler_similarity`, and returns the ten most similar.

The table is copied into memory when it is opened. A query of 100,000 names then takes 10 ms, instead of 13 ms from the
compressed file.
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FILE = "names.duckdb"
NEAREST = "SELECT row FROM names ORDER BY jaro_winkler_similarity(name, ?) DESC LIMIT ?"


def build(names: Sequence[str], folder: Path) -> None:
    import duckdb

    with duckdb.connect(folder / FILE) as connection:
        connection.execute("CREATE TABLE names (row INTEGER, name VARCHAR)")
        connection.execute(
            "INSERT INTO names SELECT unnest(range(len($names))), unnest($names)",
            {"names": [name.casefold() for name in names]},
        )


def load(folder: Path) -> Search:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(f"ATTACH '{folder / FILE}' AS stored (READ_ONLY)")
    connection.execute("CREATE TABLE names AS FROM stored.names")
    connection.execute("DETACH stored")
    return lambda text: [row for (row,) in connection.execute(NEAREST, [text.casefold(), LIMIT]).fetchall()]


ENGINE = Engine(
    name="duckdb",
    setting="jaro_winkler_similarity over all names",
    modules=("duckdb",),
    build=build,
    load=load,
)
