"""Where the names and the searches of a benchmark come from: files, or the sample maker."""

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
from toko_core.errors import PermanentError

MOST_PRODUCTS = 600_000
"""So many distinct names the sample maker gives; beyond them the same goods come in further packs."""
PACKS = tuple(f"{word} {count}" for count, word in product((3, 4, 6, 8, 10, 12, 20, 24, 40, 48), ("ISI", "DUS")))
MOST_NAMES = 5_000_000


def sample_names(count: int, seed: int) -> list[str]:
    """So many names of an invented shop, at most MOST_NAMES, that differ in more than case."""
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
    """The names of a CSV file's column `name`, or of a text file's lines, .gz or not; of equal ones the first."""
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
    """So many of them, the same for the same seed."""
    return Random(f"names {seed} {size}").sample(names, size)


def read_cases(file: Path, names: Sequence[str]) -> list[SearchCase]:
    """Searches of a CSV file with the columns `kind`, `query` and `target`, each of which is one of the names."""
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
        raise PermanentError(f"{file} has no column {', '.join(missing)}: its first line has to name the columns.")
    yield from reader


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    """For reading. Raises PermanentError, or the OSError of a file that is not there."""
    compressed = file.suffix == ".gz"
    try:
        with (gzip.open if compressed else open)(file, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PermanentError(f"{file} is not a whole gzip file.") from error
    except UnicodeDecodeError as error:
        raise PermanentError(f"{file} is not UTF-8 text.") from error
    except csv.Error as error:
        raise PermanentError(f"{file} is not a CSV file: {error}.") from error
