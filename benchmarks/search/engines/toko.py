"""Our engine, stored and loaded as in the published catalogue: its arrays in a DuckDB file."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FILE = "catalog.duckdb"


def build(names: Sequence[str], folder: Path) -> None:
    import duckdb

    from toko_bot.search import SearchIndex
    from toko_bot.stored_arrays import write_arrays

    arrays = SearchIndex.build(names).to_arrays()
    with duckdb.connect(folder / FILE) as connection:
        write_arrays(connection, arrays)


def load(folder: Path) -> Search:
    import duckdb

    from toko_bot.search import SearchIndex
    from toko_bot.stored_arrays import read_arrays

    with duckdb.connect(folder / FILE, read_only=True) as connection:
        index = SearchIndex.from_arrays(read_arrays(connection))
    return lambda text: [hit.row for hit in index.search(text, LIMIT)]


ENGINE = Engine(
    name="toko",
    setting="toko_bot.search, its arrays in a DuckDB file",
    modules=("duckdb", "toko_bot.search", "toko_bot.stored_arrays"),
    build=build,
    load=load,
)
