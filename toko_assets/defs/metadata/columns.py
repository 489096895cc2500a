"""Tables and column schemas as Dagster metadata."""

from collections.abc import Mapping

import dagster as dg
import pandas as pd

from toko_assets.common.checks import SHOWN_ROWS
from toko_assets.defs.metadata.lineage import Origin


def rows_table(rows: pd.DataFrame) -> dg.TableMetadataValue:
    """Return the first rows as a table, with every value as text."""
    shown = rows.head(SHOWN_ROWS)
    columns = [dg.TableColumn(str(name)) for name in shown.columns]
    records = [
        dg.TableRecord({str(name): "" if pd.isna(value) else str(value) for name, value in row.items()})
        for row in shown.astype(object).to_dict("records")
    ]
    return dg.TableMetadataValue(records, dg.TableSchema(columns))


def column_metadata(
    types: Mapping[str, str], origins: Mapping[str, Origin]
) -> dict[str, dg.TableSchema | dg.TableColumnLineage]:
    """Return the schema of an asset's columns, described by their origins, and their lineage.

    Only Dagster+ draws column lineage; the descriptions are shown everywhere.
    """
    described = {column: origin.description for column, origin in origins.items()}
    columns = [dg.TableColumn(name, kind, described.get(name)) for name, kind in types.items()]
    return {
        "dagster/column_schema": dg.TableSchema(columns),
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(asset_key=origin.asset, column_name=name) for name in origin.columns]
                for column, origin in origins.items()
            }
        ),
    }
