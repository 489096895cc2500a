"""Provides the names and the searches of a benchmark, from files or from the generator of the sample shop."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from random import Random
from typing import TextIO

from benchmarks.search.cases import SearchCase
from toko_assets.sample.names import sample_products
from toko_core import PermanentError

MOST_PRODUCTS = 600_000
"""The number of distinct names from the sample shop. Beyond it, the same goods come in further packs."""
PACKS = tuple(f"{word} {count}" for count, word in product((3, 4, 6, 8, 10, 12, 20, 24, 40, 48), ("ISI", "DUS")))
MOST_NAMES = 5_000_000


def sample_names(count: int, seed: int) -> list[str]:
    """Return `count` names of an invented shop, at most MOST_NAMES. They are distinct even if case is ignored."""
    rng = Random(f"names {seed}")
    names = [made.name for made in sample_products(min(count, MOST_PRODUCTS), rng)]
    seen = {name.casefold() for name in names}
    goods = names.copy()
    while len(names) < count:
        name = f"{rng.choice(goods)} {rng.choice(PACKS)}"
        if name.casefold() not in seen:
            seen.add(name.casefold())
            names.append(name)
    rng.shuffle(names)
    return names


def read_names(file: Path) -> list[str]:
    """Read distinct names from the column `name` of a CSV file, or from the lines of a text file, .gz or not."""
    with _opened(file) as lines:
        if ".csv" in file.suffixes:
            names = [row["name"].strip() for row in _rows(file, lines, "name")]
        else:
            names = [line.strip() for line in lines]
    distinct = {name.casefold(): name for name in reversed(names) if name}
    if not distinct:
        raise PermanentError(f"{file} has no names.")
    return list(reversed(distinct.values()))


def draw_names(names: Sequence[str], size: int, seed: int) -> list[str]:
    """Draw `size` names. The same seed gives the same names."""
    return Random(f"names {seed} {size}").sample(names, size)


def read_cases(file: Path, names: Sequence[str]) -> list[SearchCase]:
    """Read searches from a CSV file with the columns `kind`, `query` and `target`. Each target is one of the names."""
    known = {name.casefold() for name in names}
    with _opened(file) as lines:
        cases = [
            SearchCase(row["kind"], row["query"], row["target"]) for row in _rows(file, lines, *SearchCase.__slots__)
        ]
    for case in cases:
        if case.target.strip().casefold() not in known:
            raise PermanentError(f"{file}: the target {case.target!r} is not among the names.")
    if not cases:
        raise PermanentError(f"{file} has no searches.")
    return cases


def _rows(file: Path, lines: TextIO, *columns: str) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(lines, restval="")
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise PermanentError(f"{file} has no column {', '.join(missing)}: its first line must name the columns.")
    yield from reader


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    """Open a file for reading. Raises PermanentError, or OSError if the file is missing."""
    compressed = file.suffix == ".gz"
    try:
        with (gzip.open if compressed else open)(file, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PermanentError(f"{file} is not a complete gzip file.") from error
    except UnicodeDecodeError as error:
        raise PermanentError(f"{file} is not UTF-8 text.") from error
    except csv.Error as error:
        raise PermanentError(f"{file} is not a CSV file: {error}.") from error
