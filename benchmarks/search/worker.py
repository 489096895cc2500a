"""The measured processes of an engine: one builds and stores, a fresh one opens that and searches.

Each is pinned to one core before anything is imported, so that no library starts threads for more, and writes its
figures to a JSON file. Imports nothing of the rest of the benchmark's: what it measures is the engine.
"""

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.measured import prepare
from benchmarks.procfs import rss
from benchmarks.search.clock import Question, measure
from benchmarks.search.engines import ENGINES, Engine
from benchmarks.search.results import Built, Served


def build(engine: Engine, folder: Path, names: Path) -> Built:
    """Build the engine's index of the names (a JSON list) and store it in the folder."""
    _import(engine)
    texts = json.loads(names.read_text())
    gc.collect()
    gc.freeze()
    begun = time.perf_counter()
    engine.build(texts, folder)
    seconds = time.perf_counter() - begun
    return Built(seconds, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))


def serve(engine: Engine, folder: Path, questions: Path, passes: str) -> Served:
    """Open what was stored and ask the questions (a JSON list of [kind, query, rows])."""
    asked = [Question(kind, query, frozenset(rows)) for kind, query, rows in json.loads(questions.read_text())]
    before, begun = rss(), time.perf_counter()
    _import(engine)
    imported, ready = time.perf_counter(), rss()
    search = engine.load(folder)
    search(asked[0].query)
    loaded = time.perf_counter()
    gc.collect()
    gc.freeze()
    latency, scores = measure(search, asked, int(passes))
    return Served(
        import_seconds=imported - begun,
        import_bytes=ready - before,
        load_seconds=loaded - imported,
        memory_bytes=rss() - ready,
        latency=latency,
        scores=scores,
    )


def _import(engine: Engine) -> None:
    for module in engine.modules:
        import_module(module)


def main(report: str, core: str, step: str, engine: str, folder: str, file: str, *more: str) -> None:
    """Do `step` on that core, and write what it tells to `report`."""
    os.sched_setaffinity(0, {int(core)})
    prepare()
    steps: dict[str, Callable[..., Built | Served]] = {"build": build, "serve": serve}
    try:
        told = steps[step](ENGINES[engine], Path(folder), Path(file), *more)
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at an ordinary end DuckDB complains of what leaked, and that would be the last line
    Path(report).write_text(json.dumps(asdict(told)))


if __name__ == "__main__":
    main(*sys.argv[1:])
