"""What `toko bench sync` does."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.drawing import ensure_matplotlib
from benchmarks.sync.picture import draw
from benchmarks.sync.run import run_benchmark
from benchmarks.sync.table import show_benchmark
from toko_assets.sample.shop import PHOTO_SHARE


def bench_sync(
    products: Sequence[int],
    history: Sequence[int],
    repeat: int | None,
    as_json: bool,
    picture: Path | None,
    photos: float = PHOTO_SHARE,
) -> None:
    """Measure, then show: tables or JSON on standard output, the progress on standard error."""
    if picture is not None:
        ensure_matplotlib()
    benchmark = run_benchmark(products, history, repeat, Console(stderr=True), photos)
    if as_json:
        print(json.dumps(benchmark.as_json(), indent=2))
    else:
        show_benchmark(benchmark, Console())
    if picture is not None:
        draw(benchmark, picture)
