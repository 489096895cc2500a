"""Provides the names and the searches of each size."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.search.cases import SearchCase, make_cases
from benchmarks.search.judged import Judgement, read_judged
from benchmarks.search.names import MOST_NAMES, draw_names, read_cases, read_names, sample_names
from benchmarks.search.results import in_order
from toko_core import PermanentError

SIZES = (10_000, 100_000, 1_000_000)
LEAST_NAMES = 100


@dataclass(frozen=True, slots=True)
class Shop:
    """Names, and searches for them."""

    names: list[str]
    cases: list[SearchCase]

    @property
    def kinds(self) -> dict[str, int]:
        """The number of searches of each kind, in the order in which they are shown."""
        counts = Counter(case.kind for case in self.cases)
        return {kind: counts[kind] for kind in in_order(counts)}


@dataclass(frozen=True, slots=True)
class Shops:
    """The shops of one run."""

    source: str
    """The source of the names and searches, for people."""
    by_size: Mapping[int, Callable[[], Shop]]
    judged: tuple[Judgement, ...] = ()
    """Searches that are judged on the names of each shop."""


def shops_of(
    names: Path | None, queries: Path | None, sizes: str | None, seed: int, judged: Path | None = None
) -> Shops:
    """Return the shops for the options of `toko bench search`. Raises PermanentError."""
    if judged is not None:
        judgements = read_judged(judged)
        if names is not None and queries is None and sizes is None:
            shops = whole_shop(names, seed)
        else:
            shops = shops_of(names, queries, sizes, seed)
        return replace(shops, source=f"{shops.source}, judged searches of {judged.name}", judged=tuple(judgements))
    numbers = _numbers(sizes) if sizes is not None else None
    if names is None:
        if queries is not None:
            raise PermanentError("--queries needs --names: the file with the names to search in.")
        return sample_shops(numbers, seed)
    if queries is None:
        return drawn_shops(names, numbers, seed)
    if numbers is not None:
        raise PermanentError("--sizes cannot be used with --queries, which are searches in all of the names.")
    return given_shop(names, queries)


def sample_shops(sizes: Sequence[int] | None, seed: int) -> Shops:
    """Return shops with invented names and generated searches. Raises PermanentError."""
    by_size = {size: partial(_sample_shop, size, seed) for size in _checked(sizes or SIZES)}
    return Shops(f"names of the sample maker, seed {seed}", by_size)


def drawn_shops(names_file: Path, sizes: Sequence[int] | None, seed: int) -> Shops:
    """Return shops with names drawn from a file and generated searches. Raises PermanentError.

    Without `sizes`, the sizes are the default ones that the file is large enough for, or else the whole file.
    """
    names = read_names(names_file)
    wanted = _checked(sizes) if sizes else [size for size in SIZES if size <= len(names)] or [len(names)]
    if max(wanted) > len(names):
        raise PermanentError(f"{names_file} has {len(names):,} different names, but --sizes needs {max(wanted):,}.")
    by_size = {size: partial(_drawn_shop, names, size, seed) for size in wanted}
    return Shops(f"names drawn from {names_file.name}, seed {seed}", by_size)


def given_shop(names_file: Path, queries_file: Path) -> Shops:
    """Return the shop that two files describe. Raises PermanentError."""
    names = read_names(names_file)
    shop = Shop(names, read_cases(queries_file, names))
    return Shops(f"names of {names_file.name}, searches of {queries_file.name}", {len(names): lambda: shop})


def whole_shop(names_file: Path, seed: int) -> Shops:
    """Return the shop with all names of a file, in their order, and generated searches. Raises PermanentError."""
    names = read_names(names_file)
    return Shops(f"names of {names_file.name}, seed {seed}", {len(names): lambda: _with_cases(names, seed)})


def _sample_shop(size: int, seed: int) -> Shop:
    return _with_cases(sample_names(size, seed), seed)


def _drawn_shop(names: Sequence[str], size: int, seed: int) -> Shop:
    return _with_cases(draw_names(names, size, seed), seed)


def _with_cases(names: list[str], seed: int) -> Shop:
    cases = make_cases(names, seed)
    if not cases:
        raise PermanentError("No searches can be made from these names: hardly any has three words or more.")
    return Shop(names, cases)


def _numbers(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise PermanentError(f"--sizes takes whole numbers, such as 10000,100000, not {text!r}.") from None


def _checked(sizes: Sequence[int]) -> list[int]:
    for size in sizes:
        if not LEAST_NAMES <= size <= MOST_NAMES:
            raise PermanentError(f"--sizes takes numbers from {LEAST_NAMES:,} to {MOST_NAMES:,}, not {size:,}.")
    return sorted(set(sizes))
