"""The measured processes of an engine: one builds and stores the index, and a new one loads it and searches.

Each process is pinned to one core before it imports anything, so that no library starts threads for more cores. It
writes its figures to a JSON file. It does not import the rest of the benchmark, so only the engine is measured.
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
from benchmarks.procfs import descendants, proportional, rss
from benchmarks.search.clock import Question, answer, measure
from benchmarks.search.engines import ENGINES, Engine
from benchmarks.search.results import Built, Served


def build(engine: Engine, folder: Path, names: Path) -> Built:
    """Build the engine's index of the names, a JSON list, and store it in the folder."""
    _import(engine)
    texts = json.loads(names.read_text())
    gc.collect()
    gc.freeze()
    started = time.perf_counter()
    engine.build(texts, folder)
    seconds = time.perf_counter() - started
    return Built(seconds, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))


def serve(engine: Engine, folder: Path, questions: Path, passes: str) -> Served:
    """Load the stored index and run the searches, in JSON a list of [kind, query, rows] and one of judged searches."""
    made, judged = json.loads(questions.read_text())
    asked = [Question(kind, query, frozenset(rows)) for kind, query, rows in made]
    before, started = rss(), time.perf_counter()
    _import(engine)
    imported, ready = time.perf_counter(), rss()
    search = engine.load(folder)
    search(asked[0].query)
    loaded = time.perf_counter()
    gc.collect()
    gc.freeze()
    latency, scores = measure(search, asked, int(passes))
    judged_latency, answers = answer(search, judged, int(passes)) if judged else (None, ())
    return Served(
        import_seconds=imported - started,
        import_bytes=ready - before,
        load_seconds=loaded - imported,
        memory_bytes=rss() - ready + sum(map(proportional, descendants(os.getpid()))),
        latency=latency,
        scores=scores,
        judged_latency=judged_latency,
        judged_answers=answers,
    )


def _import(engine: Engine) -> None:
    for module in engine.modules:
        import_module(module)


def main(report: str, core: str, step: str, engine: str, folder: str, file: str, *more: str) -> None:
    """Run `step` on the given core, and write its figures to the file `report`."""
    os.sched_setaffinity(0, {int(core)})
    prepare()
    steps: dict[str, Callable[..., Built | Served]] = {"build": build, "serve": serve}
    try:
        figures = steps[step](ENGINES[engine], Path(folder), Path(file), *more)
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at a normal exit DuckDB prints warnings about leaks, which would become the last line
    Path(report).write_text(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main(*sys.argv[1:])
