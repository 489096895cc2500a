"""Exports of invented shops, and the history that they ought to give."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from toko_assets.common.records import BackupFile
from toko_assets.ipos.export import SCHEMAS
from toko_assets.publishing.history.changes import CHANGES
from toko_assets.publishing.history.merge import HistoryCounts, add
from toko_assets.publishing.history.store import FILE, SCHEMA

START = datetime(2026, 1, 1, 17, tzinfo=UTC)

Key = tuple[str, str, int | None, Decimal | None]
"""kodeitem, satuan, level, jumlah_sampai."""
Price = tuple[Decimal | None, Decimal | None]
"""hargajual, hargapokok."""
Prices = Mapping[Key, Price]


def a_backup(name: str, day: float) -> BackupFile:
    """The backup of that day; its name stands for its content."""
    digest, time = sha256(name.encode()).hexdigest(), START + timedelta(days=day)
    return BackupFile(Path(name), digest, 1, name, name, time, "UTF8", "1.12", "9.5")


def key(code: str, unit: str = "PCS", level: int | None = None, up_to: str | None = None) -> Key:
    """Of a price."""
    return code, unit, level, Decimal(up_to) if up_to else None


def price(selling: str | None, cost: str | None = None) -> Price:
    """Rupiah."""
    return Decimal(selling) if selling else None, Decimal(cost) if cost else None


def write_export(folder: Path, prices: Iterable[tuple[Key, Price]]) -> Path:
    """What exported_products leaves, prices alone; answers the folder."""
    rows = [
        dict(zip(SCHEMAS["prices"].names, (*key[:2], Decimal(1), *key[2:], *price[::-1]), strict=True))
        for key, price in prices
    ]
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS["prices"]), folder / "prices.parquet")
    return folder


def add_prices(history: Path, backup: BackupFile, prices: Prices) -> HistoryCounts:
    """Export these prices and add them to the history."""
    return add(history, write_export(history.with_name("export"), prices.items()), backup)


def stored_rows(history: Path) -> list[dict[str, Any]]:
    """All that the file holds."""
    rows: list[dict[str, Any]] = parquet.read_table(history / FILE).to_pylist()
    return rows


def expected_rows(backups: Mapping[BackupFile, Prices]) -> list[dict[str, Any]]:
    """The same, worked out the slow way: each key looked up in one backup after the other."""
    order, rows = in_time(backups), []
    for each in _keys(backups):
        shown = [backups[backup].get(each) for backup in order]
        first = 0
        for number, value in enumerate(shown):
            newest = number + 1 == len(shown)
            if not newest and shown[number + 1] == value:
                continue
            if value is not None:
                times = order[first].dumped_at, None if newest else order[number].dumped_at
                rows.append(dict(zip(SCHEMA.names, (*each, *value, first, number, *times), strict=True)))
            first = number + 1
    return rows


def expected_changes(backups: Mapping[BackupFile, Prices]) -> list[dict[str, Any]]:
    """What price_changes ought to answer, worked out the same way."""
    rows = []
    for each in _keys(backups):
        for previous, backup in pairwise(in_time(backups)):
            before, after = (backups[of].get(each, (None, None))[0] for of in (previous, backup))
            if before != after:
                fields = (*each, before, after, backup.dumped_at, previous.dumped_at)
                rows.append(dict(zip(CHANGES.names, fields, strict=True)))
    return rows


def in_time(backups: Iterable[BackupFile]) -> list[BackupFile]:
    """Sorted as the history does."""
    return sorted(backups, key=lambda backup: (backup.dumped_at, backup.sha256))


def _keys(backups: Mapping[BackupFile, Prices]) -> list[Key]:
    return sorted({key for prices in backups.values() for key in prices}, key=_nulls_last)


def _nulls_last(key: Key) -> tuple[Any, ...]:
    code, unit, level, up_to = key
    return code.encode(), unit.encode(), level is None, level or 0, up_to is None, up_to or 0
