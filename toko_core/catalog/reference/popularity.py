"""Which products sell and are in stock, as the search engine's prior."""

from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.columns import complete_table
from toko_core.catalog.reference.names import has_table
from toko_core.search.prior import sales_prior

STOCK: Final = "(SELECT product_id, sum(stok) AS stok FROM stock GROUP BY product_id)"
NO_STOCK: Final = "(SELECT NULL::INTEGER AS product_id, NULL::DECIMAL(20,3) AS stok WHERE false)"


def read_prior(connection: duckdb.DuckDBPyConnection) -> NDArray[np.uint8] | None:
    """Return the prior by product_id; None if the catalogue knows neither sales nor stock. A service is in stock."""
    stock = STOCK if has_table(connection, "stock") else NO_STOCK
    found = connection.execute(
        f"""
        SELECT greatest(coalesce(terjual_90, 0), 0)::DOUBLE AS sold,
            coalesce(stok, 0) > 0 OR coalesce(jasa, false) AS in_stock
        FROM {complete_table(connection, "products")} LEFT JOIN {stock} USING (product_id) ORDER BY product_id
        """  # noqa: S608 - names of tables
    ).fetchnumpy()
    sold, in_stock = np.ma.filled(found["sold"], 0), np.ma.filled(found["in_stock"], False)
    return sales_prior(sold, in_stock) if sold.any() or in_stock.any() else None
