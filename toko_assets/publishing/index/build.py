"""Builds the search index of an export."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from toko_assets.ipos.reference.search_labels import product_labels
from toko_assets.publishing.index.synonyms import synonyms_info
from toko_assets.publishing.index.trial import try_search
from toko_core.search import SearchIndex
from toko_core.search.language.synonyms import load_synonyms

WORTH_A_WORKER = 5_000
"""Products. Of fewer, the index is built and tried sooner than a worker has imported this module."""


def get_ready() -> None:
    """Read the program's synonyms. A worker that is to call it also has to import this module, which takes a second."""
    _ = load_synonyms().senses


def build_index(export: Path, synonyms: Path | None = None) -> dict[str, NDArray[Any]]:
    """Return the arrays of the search index. Its rows are product ids. The last one is kept.

    `synonyms` is the file with the shop's own synonyms. What is wrong in it is left out.
    """
    return _built(export, synonyms).search.to_arrays()


def prepare_index(export: Path, synonyms: Path | None = None) -> None:
    """Build the index, so that the next `build_index` in this process has it, also if the folder is then renamed.

    Does nothing if the folder is renamed before its tables are read.
    """
    with suppress(FileNotFoundError):
        _built(export, synonyms)


def try_index(export: Path, synonyms: Path | None = None) -> None:
    """Search in the index, so that the next `verify_search` in this process only has to compare the file with it."""
    built = _built(export, synonyms)
    try_search(built.search, built.names, built.sold)


class _Built(NamedTuple):
    search: SearchIndex
    names: list[str]
    sold: list[bool]


_last: dict[object, _Built] = {}


def _built(export: Path, synonyms: Path | None) -> _Built:
    """Build the index, unless it was built last of files in the same state."""
    state = _state(export, synonyms)
    if state not in _last:
        _last.clear()
        _last[state] = _build(export, synonyms)
    return _last[state]


def _build(export: Path, synonyms: Path | None) -> _Built:
    columns = ["kodeitem", "namaitem", "merek", "jenis", "dijual"]
    file = export / "products.parquet"
    if "keterangan" in parquet.read_schema(file).names:  # an export of an earlier version has none
        columns.append("keterangan")
    products = parquet.read_table(file, columns=columns).sort_by("kodeitem")
    remarks = products["keterangan"] if "keterangan" in columns else None
    barcodes = parquet.read_table(export / "barcodes.parquet", columns=["barcode", "kodeitem"])
    rows = pc.index_in(barcodes["kodeitem"], value_set=products["kodeitem"])
    names = [name or "" for name in products["namaitem"].to_pylist()]
    sold = products["dijual"].to_pylist()
    index = SearchIndex.build(
        names,
        labels=product_labels(export, products),
        sold=sold,
        codes=zip(products["kodeitem"].to_pylist(), range(len(products)), strict=True),
        barcodes=zip(barcodes["barcode"].to_pylist(), rows.to_pylist(), strict=True),
        serials=_serials(export, products["kodeitem"]),
        remarks=remarks.to_pylist() if remarks is not None and remarks.null_count < len(products) else (),
        synonyms=load_synonyms(synonyms),
    )
    return _Built(index, names, sold)


def _state(export: Path, synonyms: Path | None) -> object:
    """Return what changes when a table from which the index is built, or the file of synonyms, does."""
    files = [export / f"{table}.parquet" for table in ("products", "prices", "barcodes", "names", "serials")]
    tables = [(file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists()]
    return *tables, *synonyms_info(load_synonyms(synonyms)).values()


def _serials(export: Path, codes: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Yield each serial number and its product's row, without holding all of them as Python objects."""
    if not (file := export / "serials.parquet").exists():
        return
    for batch in parquet.ParquetFile(file).iter_batches(columns=["noserial", "kodeitem"]):
        rows = pc.index_in(batch["kodeitem"], value_set=codes)
        yield from zip(batch["noserial"].to_pylist(), rows.to_pylist(), strict=True)
