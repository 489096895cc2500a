"""The method of the first version: reads a CSV with pandas, and returns the first ten names with every word."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.search.engines.engine import LIMIT, Engine, Search

FILE, COLUMN = "names.csv", "name"


def build(names: Sequence[str], folder: Path) -> None:
    import pandas as pd

    pd.DataFrame({COLUMN: names}).to_csv(folder / FILE, index=False)


def load(folder: Path) -> Search:
    import pandas as pd

    names = pd.read_csv(folder / FILE, dtype="str", keep_default_na=False)[COLUMN]

    def search(text: str) -> list[int]:
        found = pd.Series(True, names.index)
        for word in text.split():
            found &= names.str.contains(word, case=False, regex=False)
        return [int(row) for row in found.to_numpy().nonzero()[0][:LIMIT]]

    return search


ENGINE = Engine(
    name="pandas",
    setting="str.contains of every word, as in the first version",
    modules=("pandas",),
    build=build,
    load=load,
)
