"""What `toko bench search` does."""

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.drawing import ensure_matplotlib
from benchmarks.search.engines import ENGINES, Engine
from benchmarks.search.picture import draw
from benchmarks.search.run import run_benchmark
from benchmarks.search.shops import Shops, drawn_shops, given_shop, sample_shops
from benchmarks.search.table import show_benchmark
from toko_assets.errors import PermanentError


def bench_search(
    names: Path | None,
    queries: Path | None,
    sizes: str | None,
    seed: int,
    engines: str | None,
    passes: int,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Measure, then show: tables or JSON on standard output, the progress on standard error."""
    chosen = _engines(engines)
    _ensure_packages(chosen)
    if picture is not None:
        ensure_matplotlib()
    shops = _shops(names, queries, sizes, seed)
    benchmark = run_benchmark(shops, chosen, passes, everywhere=engines is not None, console=Console(stderr=True))
    if as_json:
        print(json.dumps(benchmark.as_json(), indent=2))
    else:
        show_benchmark(benchmark, Console())
    if picture is not None:
        draw(benchmark, picture)


def _shops(names: Path | None, queries: Path | None, sizes: str | None, seed: int) -> Shops:
    numbers = _sizes(sizes) if sizes is not None else None
    if names is None:
        if queries is not None:
            raise PermanentError("--queries needs --names: the file with the names that they are searches for.")
        return sample_shops(numbers, seed)
    if queries is None:
        return drawn_shops(names, numbers, seed)
    if numbers is not None:
        raise PermanentError("--sizes does not go with --queries: they are searches in all of the names.")
    return given_shop(names, queries)


def _sizes(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise PermanentError(f"--sizes takes whole numbers, such as 10000,100000, not {text!r}.") from None


def _engines(text: str | None) -> Sequence[Engine]:
    wanted = [name.strip() for name in text.split(",")] if text is not None else ENGINES
    for name in wanted:
        if name not in ENGINES:
            raise PermanentError(f"--engines has no {name!r}; there are {', '.join(ENGINES)}.")
    return [engine for engine in ENGINES.values() if engine.name in wanted]


def _ensure_packages(engines: Sequence[Engine]) -> None:
    """Asked before anything is measured: a benchmark takes minutes."""
    for package in (module.partition(".")[0] for engine in engines for module in engine.modules):
        if importlib.util.find_spec(package) is None:
            raise PermanentError(f"The package {package} is missing: install toko[bench].")
