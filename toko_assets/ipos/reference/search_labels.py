"""The words that find a product and are not in its name: codes and names of its brand and category, names of units."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet


def product_labels(export: Path, products: pa.Table) -> list[str]:
    """Return the label of each product in the search index. `products` has the columns kodeitem, merek and jenis."""
    names = _names(export)
    columns = []
    for kind in ("merek", "jenis"):
        codes = products[kind].to_pylist()
        columns.append([_label(code, names[kind]) for code in codes] if names[kind] else codes)
    if names["satuan"]:
        columns.append(_unit_names(export, products, names["satuan"]))
    return [" ".join(filter(None, label)) for label in zip(*columns, strict=True)]


def _names(export: Path) -> defaultdict[str, dict[str, str]]:
    """Return the names by kind and code; none of an export of an earlier version."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    if (file := export / "names.parquet").exists():
        for row in parquet.read_table(file).to_pylist():
            found[row["kind"]][row["kode"]] = row["nama"]
    return found


def _label(code: str | None, names: dict[str, str]) -> str | None:
    name = names.get(code) if code else None
    return f"{code} {name}" if name else code


def _unit_names(export: Path, products: pa.Table, names: dict[str, str]) -> list[str]:
    """Return the names of the units in which each product has a price, in the order of its prices."""
    prices = parquet.read_table(export / "prices.parquet", columns=["kodeitem", "satuan"])
    prices = prices.filter(pc.is_in(prices["satuan"], pa.array(names, pa.string())))
    rows = pc.index_in(prices["kodeitem"], value_set=products["kodeitem"]).to_pylist()
    units: list[list[str]] = [[] for _ in range(len(products))]
    for row, unit in zip(rows, prices["satuan"].to_pylist(), strict=True):
        if names[unit] not in units[row]:
            units[row].append(names[unit])
    return [" ".join(found) for found in units]
