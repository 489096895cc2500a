"""Asset metadata of a catalogue, read from the closed file: sizes, changes, columns, a preview."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import numpy as np
import pandas as pd

from toko_assets.common.checks import SHOWN_ROWS
from toko_assets.defs.metadata.charts import Change, change_bars, margin_bars, price_histogram
from toko_assets.defs.metadata.columns import column_metadata, rows_table
from toko_assets.defs.metadata.images import Picture
from toko_assets.defs.metadata.lineage import CATALOG_ORIGINS
from toko_assets.ipos.margins import margins_by_category
from toko_assets.publishing.compare import EXAMPLE_COLUMNS, LARGEST_COLUMNS, CatalogDiff

DRAWN_CATEGORIES = 15
COLUMNS = """
    SELECT table_name || '.' || column_name, data_type FROM duckdb_columns() WHERE NOT internal
    ORDER BY table_name, column_index
"""
PREVIEW = f"""
    SELECT kodeitem, namaitem, t.satuan, konversi, level, jumlah_sampai, hargapokok, hargajual
    FROM prices t JOIN products USING (product_id) ORDER BY product_id LIMIT {SHOWN_ROWS}
"""  # noqa: S608 - a constant
PRICES = "SELECT hargajual::DOUBLE AS price FROM prices WHERE hargajual > 0"


def catalog_metadata(file: Path, counts: Mapping[str, int], diff: CatalogDiff | None) -> dict[str, Any]:
    """Return the metadata of a published file.

    `counts` are the numbers of rows of its tables, `diff` the changes since the last catalogue.
    """
    with duckdb.connect(file, read_only=True) as connection:
        types = dict(connection.execute(COLUMNS).fetchall())
        preview = connection.execute(PREVIEW)
        names, rows = [name for name, *_ in preview.description], preview.fetchall()  # .df() turns decimals to floats
    return {
        "dagster/row_count": counts["products"],
        "dagster/size_bytes": file.stat().st_size,
        "file": dg.MetadataValue.path(file),
        **{f"rows_{table}": rows for table, rows in counts.items()},
        **(_differences(diff) if diff else {}),
        "preview": rows_table(pd.DataFrame(rows, columns=names, dtype=object)),
        **column_metadata(types, CATALOG_ORIGINS),
    }


def catalog_pictures(file: Path, export: Path, diff: CatalogDiff | None) -> dict[str, Picture]:
    """Return the charts: the served prices, the margins of the largest categories, and the largest price changes.

    All are drawn at the end of the chain, so that matplotlib's 40 MB do not add to the memory of an earlier step.
    """
    changes = [
        Change(name, unit, float(before), float(now)) for _, name, unit, before, now in diff.largest if before and now
    ] if diff else []  # fmt: skip
    return {
        "picture_of_prices": lambda: _histogram(file),
        "picture_of_margins": lambda: _margins(export),
        **({"picture_of_price_changes": lambda: change_bars(changes)} if changes else {}),
    }


def _margins(export: Path) -> bytes:
    shown = margins_by_category(export)[:DRAWN_CATEGORIES]
    return margin_bars([(margin.category, float(margin.margin_percent)) for margin in shown])


def _histogram(file: Path) -> bytes:
    with duckdb.connect(file, read_only=True) as connection:
        return price_histogram(np.asarray(connection.execute(PRICES).fetchnumpy()["price"]))


def _differences(diff: CatalogDiff) -> dict[str, Any]:
    return {
        "products_new": diff.new,
        "products_gone": diff.gone,
        "prices_changed": diff.prices_changed,
        "largest_price_changes": _examples(diff.largest, LARGEST_COLUMNS),
        **({"new_products": _examples(diff.new_examples, EXAMPLE_COLUMNS)} if diff.new else {}),
        **({"gone_products": _examples(diff.gone_examples, EXAMPLE_COLUMNS)} if diff.gone else {}),
    }


def _examples(rows: tuple[tuple[Any, ...], ...], columns: tuple[str, ...]) -> dg.TableMetadataValue:
    return rows_table(pd.DataFrame(rows, columns=list(columns), dtype=object))
