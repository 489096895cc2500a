"""A shop in which each price identifies its product. Its ten catalogues differ in the last digit of all prices."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from benchmarks.search.cases import make_cases
from benchmarks.search.names import sample_names
from toko_assets.ipos.export import SCHEMAS
from toko_assets.publishing.build import build
from toko_bot.handlers.search import clean
from toko_bot.settings import BotSettings
from toko_core import PermanentError
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.schema import SCHEMA_VERSION

MARKS = 10
"""The number of catalogues. All prices of catalogue g end in the digit g."""
FIRST_PRICE = 1000
UNITS = (("PCS", 1), ("DUS", 40))
SEED = 1
A_PAGE: int = BotSettings.model_fields["search_results_limit"].default


@dataclass(frozen=True, slots=True)
class Question:
    """A search, and the prices of the products on its first page, without the digit of the catalogue."""

    query: str
    prices: tuple[tuple[int, ...], ...]
    """The prices of each product, that of the base unit first. Where a name is long, the list has only that one."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Catalogue files with the same products, and searches that each find something."""

    catalogs: tuple[Path, ...]
    questions: tuple[Question, ...]
    file_bytes: int


def make_shop(folder: Path, products: int, catalogs: int = MARKS) -> Shop:
    """Write the catalogues into a new folder. Raises PermanentError."""
    folder.mkdir()
    names = sample_names(products, SEED)
    first = folder / "0.duckdb"
    _write_export(folder / "export", names)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    build(first, folder / "export", folder / "history", {
        "schema_version": str(SCHEMA_VERSION), "toko_version": "bench", "backup_name": "i5_BENCH.i5bu",
        "backup_time": now, "published_at": now, "history_since": now, "history_backups": "1",
    })  # fmt: skip
    shutil.rmtree(folder / "export")
    questions = _questions(first, names)
    if not questions:
        raise PermanentError("So few products are not enough to make searches from: use more.")
    return Shop((first, *(_marked(first, mark) for mark in range(1, catalogs))), questions, first.stat().st_size)


def code_of(row: int) -> str:
    """Return the `kodeitem` of a product."""
    return f"B{row:07}"


def price_of(row: int, unit: int, products: int) -> int:
    """Return the price of a product's unit in catalogue 0. Each price is unique."""
    return FIRST_PRICE + MARKS * (row + unit * products)


def _questions(file: Path, names: list[str]) -> tuple[Question, ...]:
    """Make searches as people type them, with what the engine finds without load. Codes and barcodes are left out."""
    catalog = PublishedCatalog(file)
    asked = dict.fromkeys(clean(case.query) for case in make_cases(names, SEED))
    made = []
    for query in asked:
        text = read_wanted(catalog.index, catalog.products, query).text
        hits = [] if catalog.index.is_code(text) or query.startswith("/") else catalog.index.search(text, A_PAGE)
        if hits:
            prices = (tuple(price_of(hit.row, unit, len(names)) for unit in range(len(UNITS))) for hit in hits)
            made.append(Question(query, tuple(prices)))
    return tuple(made)


def _write_export(folder: Path, names: list[str]) -> None:
    """Write the tables as the chain exports them. Each product has two units, a barcode, and stock in two offices."""
    folder.mkdir()
    count = len(names)
    codes = [code_of(row) for row in range(count)]
    twice = [code for code in codes for _ in UNITS]
    prices = [Decimal(price_of(row, unit, count)) for row in range(count) for unit in range(len(UNITS))]
    columns: dict[str, dict[str, list[Any]]] = {
        "products": {
            "kodeitem": codes, "namaitem": names, "jenis": [f"JENIS {row % 40}" for row in range(count)],
            "merek": [f"MEREK {row % 700}" for row in range(count)], "satuan": [UNITS[0][0]] * count,
            "sistem_harga": ["S"] * count, "dijual": [True] * count,
        },
        "prices": {
            "kodeitem": twice, "satuan": [unit for unit, _ in UNITS] * count,
            "konversi": [Decimal(size) for _, size in UNITS] * count,
            "hargapokok": [Decimal(FIRST_PRICE)] * len(twice), "hargajual": prices,
        },
        "barcodes": {"barcode": [f"899{row:010}" for row in range(count)], "kodeitem": codes,
                     "satuan": [UNITS[0][0]] * count},
        "stock": {"kodeitem": twice, "kantor": ["GUDANG", "TOKO"] * count, "stok": [Decimal(12)] * len(twice)},
    }  # fmt: skip
    for table, schema in SCHEMAS.items():
        given = columns.get(table, {})
        nothing = [None] * len(given.get("kodeitem", []))
        arrays = [pa.array(given.get(field.name, nothing), field.type) for field in schema]
        parquet.write_table(pa.table(arrays, schema=schema), folder / f"{table}.parquet")


def _marked(first: Path, mark: int) -> Path:
    """Copy the catalogue with other prices. Building it again would take minutes."""
    file = first.with_name(f"{mark}.duckdb")
    shutil.copyfile(first, file)
    with duckdb.connect(file, config={"threads": 1, "preserve_insertion_order": "true"}) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE prices AS "
            "SELECT * REPLACE ((hargajual + $mark)::DECIMAL(18,4) AS hargajual) FROM prices",
            {"mark": mark},
        )
    return file
