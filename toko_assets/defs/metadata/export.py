"""Asset metadata of an export, read from the written files: sizes, shares, margins, a preview."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from toko_assets.common.checks import SHOWN_ROWS
from toko_assets.common.scratch import scratch_database
from toko_assets.defs.metadata.columns import column_metadata, rows_table
from toko_assets.defs.metadata.lineage import EXPORT_COLUMNS, EXPORT_ORIGINS
from toko_assets.ipos.margins import MEMORY_LIMIT, margins_by_category

SYSTEMS = "SELECT sistem_harga, count(*) FROM read_parquet($products) GROUP BY sistem_harga ORDER BY sistem_harga"
PREVIEW = f"""
    SELECT kodeitem, namaitem, prices.satuan, konversi, level, jumlah_sampai, hargapokok, hargajual
    FROM read_parquet($prices) AS prices JOIN read_parquet($products) AS products USING (kodeitem)
    ORDER BY kodeitem, konversi NULLS LAST, prices.satuan, level, jumlah_sampai NULLS LAST LIMIT {SHOWN_ROWS}
"""  # noqa: S608 - a constant


def export_metadata(folder: Path, csv: Path, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the metadata of a finished export. `counts` are the numbers of rows of its Parquet tables."""
    files = {name: folder / f"{name}.parquet" for name in counts}
    tables = {name: str(files[name]) for name in ("products", "prices")}
    with scratch_database(folder.parent, MEMORY_LIMIT) as connection:
        systems = connection.execute(SYSTEMS, {"products": tables["products"]}).fetchall()
        preview = connection.execute(PREVIEW, tables)
        names, rows = [name for name, *_ in preview.description], preview.fetchall()
    return {
        "dagster/row_count": counts["products"],
        "dagster/size_bytes": sum(file.stat().st_size for file in files.values()),
        **column_metadata(EXPORT_COLUMNS, EXPORT_ORIGINS),
        **{f"rows_{name}": rows for name, rows in counts.items()},
        **{f"bytes_{name}": file.stat().st_size for name, file in files.items()},
        "bytes_csv": csv.stat().st_size,
        **{f"items_system_{system}": count for system, count in systems},
        **{f"share_system_{system}": round(count / counts["products"], 4) for system, count in systems},
        "csv": dg.MetadataValue.path(csv),
        **{f"parquet_{name}": dg.MetadataValue.path(file) for name, file in files.items()},
        "preview": rows_table(pd.DataFrame(rows, columns=names, dtype=object)),
        "margin_by_category": rows_table(pd.DataFrame(margins_by_category(folder), dtype=object)),
    }
