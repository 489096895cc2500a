"""The engines, a file each: ours first, then the strongest of the others."""

from benchmarks.search.engines import duckdb_jaro, fts5, pandas_contains, rapidfuzz_partial, tantivy_ngrams, toko
from benchmarks.search.engines.engine import LIMIT, Engine, Search

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        toko.ENGINE,
        tantivy_ngrams.TRIGRAMS,
        tantivy_ngrams.FOURGRAMS,
        fts5.ENGINE,
        rapidfuzz_partial.ENGINE,
        duckdb_jaro.ENGINE,
        pandas_contains.ENGINE,
    )
}

__all__ = ["ENGINES", "LIMIT", "Engine", "Search"]
