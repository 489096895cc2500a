"""Our engine. Its arrays are stored in a DuckDB file and loaded from it, as in the published catalogue."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FILE = "catalog.duckdb"


def build(names: Sequence[str], folder: Path) -> None:
    import duckdb

    from toko_core.catalog.arrays import write_arrays
    from toko_core.search import SearchIndex

    arrays = SearchIndex.build(names).to_arrays()
    with duckdb.connect(folder / FILE) as connection:
        write_arrays(connection, arrays)


def load(folder: Path) -> Search:
    import duckdb

    from toko_core.catalog.arrays import read_arrays
    from toko_core.search import SearchIndex

    with duckdb.connect(folder / FILE, read_only=True) as connection:
        index = SearchIndex.from_arrays(read_arrays(connection))
    return lambda text: [hit.row for hit in index.search(text, LIMIT)]


ENGINE = Engine(
    name="toko",
    setting="toko_core.search, its arrays in a DuckDB file",
    modules=("duckdb", "toko_core.search", "toko_core.catalog.arrays"),
    build=build,
    load=load,
)
