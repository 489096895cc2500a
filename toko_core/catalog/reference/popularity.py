"""Which products sell and are in stock, as the search engine's prior."""

from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.columns import complete_table, product_ranges
from toko_core.catalog.reference.names import has_table
from toko_core.search.prior import sales_prior

STOCK: Final = """(
    SELECT product_id, sum(stok) AS stok FROM stock WHERE product_id >= $1 AND product_id < $2 GROUP BY product_id
)"""
NO_STOCK: Final = "(SELECT NULL::INTEGER AS product_id, NULL::DECIMAL(20,3) AS stok WHERE false)"


def read_prior(connection: duckdb.DuckDBPyConnection) -> NDArray[np.uint8] | None:
    """Return the prior by product_id; None if the catalogue knows neither sales nor stock. A service is in stock."""
    stock = STOCK if has_table(connection, "stock") else NO_STOCK
    query = f"""
        SELECT greatest(coalesce(terjual_90, 0), 0)::DOUBLE AS sold,
            coalesce(stok, 0) > 0 OR coalesce(jasa, false) AS in_stock
        FROM {complete_table(connection, "products")} LEFT JOIN {stock} USING (product_id)
        WHERE product_id >= $1 AND product_id < $2 ORDER BY product_id
    """  # noqa: S608 - names of tables
    parts = [connection.execute(query, part).fetchnumpy() for part in product_ranges(connection)]
    sold = np.concatenate([np.ma.filled(part["sold"], 0) for part in parts])
    in_stock = np.concatenate([np.ma.filled(part["in_stock"], False) for part in parts])
    return sales_prior(sold, in_stock) if sold.any() or in_stock.any() else None
