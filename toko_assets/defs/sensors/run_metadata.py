"""What owners are told of a run, read from the metadata of its catalogue."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import dagster as dg

from toko_assets.defs.rollback_job import REFUSED_TIME
from toko_assets.defs.sensors.owner_messages import PriceChange, Published, RolledBack


def published(metadata: Mapping[str, dg.MetadataValue]) -> Published:
    """Of a sync. The times are UTC."""
    values = _values(metadata)
    return Published(
        products=int(values["dagster/row_count"]),
        compared="products_new" in values,
        new=int(values.get("products_new", 0)),
        gone=int(values.get("products_gone", 0)),
        prices_changed=int(values.get("prices_changed", 0)),
        largest=list(_changes(metadata.get("largest_price_changes"))),
        data_time=_time(values["backup_time"]),
    )


def rolled_back(metadata: Mapping[str, dg.MetadataValue]) -> RolledBack:
    """Of a rollback. The times are UTC."""
    values = _values(metadata)
    return RolledBack(
        products=int(values["dagster/row_count"]),
        data_time=_time(values["backup_time"]),
        refused_time=_time(values[REFUSED_TIME]) if REFUSED_TIME in values else None,
    )


def _values(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, Any]:
    return {name: value.value for name, value in metadata.items()}


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def _changes(table: dg.MetadataValue | None) -> Iterator[PriceChange]:
    if isinstance(table, dg.TableMetadataValue):
        for record in table.records:
            row = record.data
            before, now = (Decimal(str(row[name]) or 0) for name in ("before", "now"))  # empty where there is no price
            yield PriceChange(str(row["namaitem"]), str(row["satuan"]), before, now)
