"""The engines, one per file: ours first, then the strongest of the others."""

import importlib.util
from collections.abc import Sequence

from benchmarks.search.engines import (
    duckdb_jaro,
    fts5,
    pandas_contains,
    pg_trgm,
    rapidfuzz_partial,
    tantivy_ngrams,
    toko,
)
from benchmarks.search.engines.engine import LIMIT, Engine, Search
from toko_core import PermanentError

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        toko.ENGINE,
        tantivy_ngrams.TRIGRAMS,
        tantivy_ngrams.FOURGRAMS,
        fts5.ENGINE,
        pg_trgm.ENGINE,
        rapidfuzz_partial.ENGINE,
        duckdb_jaro.ENGINE,
        pandas_contains.ENGINE,
    )
}

__all__ = ["ENGINES", "LIMIT", "Engine", "Search", "engines_named"]


def engines_named(text: str | None) -> Sequence[Engine]:
    """Return the engines with these comma-separated names, or all engines if `text` is None.

    Raises PermanentError, also if a package of an engine is missing, or a program of one that is named. This is checked
    first because a benchmark takes minutes.
    """
    wanted = [name.strip() for name in text.split(",")] if text is not None else ENGINES
    for name in wanted:
        if name not in ENGINES:
            raise PermanentError(f"--engines: there is no {name!r}; the engines are {', '.join(ENGINES)}.")
    engines = [engine for engine in ENGINES.values() if engine.name in wanted]
    for package in (module.partition(".")[0] for engine in engines for module in engine.modules):
        if importlib.util.find_spec(package) is None:
            raise PermanentError(f"The package {package} is missing: run `make clean install`.")
    for engine in engines if text is not None else ():
        if (program := engine.missing()) is not None:
            raise PermanentError(f"--engines: {engine.name} {program}.")
    return engines
