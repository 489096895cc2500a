"""Puts the stored sales into the next catalogue: those of the served backup then, or of an earlier one."""

from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
from pyarrow import parquet

from toko_assets.common.records import BackupFile
from toko_assets.publishing.sales.store import ITEMS, RecentSales, last_sales
from toko_core.catalog.reference.sales import COMPARED, MATCHING, UNTIL
from toko_core.files import DataFolder

NUMBER: Final = "(row_number() OVER (ORDER BY kodeitem) - 1)::INTEGER AS product_id"
PRODUCTS: Final = f"""
    INSERT INTO products BY NAME SELECT {NUMBER}, * FROM read_parquet(?) ORDER BY product_id
"""  # noqa: S608 - a constant
PRODUCTS_WITH_SALES: Final = f"""
    INSERT INTO products BY NAME
    SELECT {NUMBER}, p.*, coalesce(jumlah_90, 0) AS terjual_90, terakhir AS terakhir_terjual
    FROM read_parquet(?) p LEFT JOIN sold_items USING (kodeitem) ORDER BY product_id
"""  # noqa: S608 - a constant
INSERT: Final = """
    INSERT INTO sales BY NAME
    SELECT product_id, struk_7::INTEGER AS struk_7, struk_90::INTEGER AS struk_90, jumlah_7 AS terjual_7,
        jumlah_90 AS terjual_90, terakhir AS terakhir_terjual
    FROM sold_items JOIN products USING (kodeitem) WHERE struk_90 > 0 OR jumlah_90 > 0 ORDER BY product_id
"""


@dataclass(frozen=True, slots=True)
class StoredSales:
    """Sales that a catalogue can carry."""

    summary: RecentSales
    items: pa.Table

    def info(self) -> dict[str, str]:
        """Return the entries of catalog_info: when the sales end, and how many lines of the till agree."""
        return {
            UNTIL: self.summary.backup.dumped_at.isoformat(),
            MATCHING: str(self.summary.agreement.matching),
            COMPARED: str(self.summary.agreement.compared),
        }


def load_sales(folder: DataFolder, backup: BackupFile) -> StoredSales | None:
    """Return the sales for the catalogue of a backup; None if there are none, or only another database's.

    Sales that cannot be read are none: they never stop the publication of prices.
    """
    summary = last_sales(folder)
    if summary is None or summary.problem or not _is_of_same_shop(summary.backup, backup):
        return None
    try:
        return StoredSales(summary, parquet.read_table(folder.sales / summary.backup.id / ITEMS))
    except (pa.ArrowException, OSError):
        return None


def insert_products(connection: duckdb.DuckDBPyConnection, products: str, sales: StoredSales | None) -> None:
    """Fill the empty tables `products`, from the exported file of this name, and `sales`.

    Without sales, the columns about them are null.
    """
    if sales:
        connection.register("sold_items", sales.items)
    connection.execute(PRODUCTS_WITH_SALES if sales else PRODUCTS, [products])
    if sales:
        connection.execute(INSERT)
        connection.unregister("sold_items")


def _is_of_same_shop(one: BackupFile, other: BackupFile) -> bool:
    if one.is_demo != other.is_demo:
        return False
    return not (one.database and other.database) or one.database.casefold() == other.database.casefold()
