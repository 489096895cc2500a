"""Reads the sales of the served backup from its kept copy, beside any sync, and stores them."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from zoneinfo import ZoneInfo

from toko_assets.common.process import give_back
from toko_assets.common.records import BackupFile
from toko_assets.common.scratch import scratch_database
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.ipos.sales.catalogue import PRICED, KnownItems
from toko_assets.ipos.sales.price_dates import read_conversions, read_price_dates
from toko_assets.ipos.sales.read import read_sales
from toko_assets.ipos.sandbox.archives import read_backup
from toko_assets.publishing.sales.agreement import compare_prices
from toko_assets.publishing.sales.listed import read_listed
from toko_assets.publishing.sales.store import RecentSales, write_sales
from toko_assets.publishing.served import Served, read_served
from toko_core import PermanentError
from toko_core.files import DataFolder, open_file

MEMORY_LIMIT = "128MB"
LOCK = "sales.lock"
JOIN = "SELECT kodeitem, satuan, edited, seen FROM edited FULL JOIN seen USING (kodeitem, satuan)"


def read_recent_sales(folder: DataFolder, zone: ZoneInfo, log: logging.Logger, watch: Stopwatch) -> RecentSales:
    """Read, compare and store the sales of the served backup.

    It holds no lock of the sync: the copy of the backup stays open, so that a sync may remove it meanwhile. Two
    readings wait for each other. Memory stays small: most of the backup is read and dropped.

    Raises:
        PermanentError: nothing is served, or the copy of its backup is gone.
        IncompleteBackupError: the sales tables are damaged.
    """
    with _one_at_a_time(folder.root, log):
        served = read_served(folder)
        backup = _usable(served)
        if served is None or backup is None:
            raise PermanentError("No catalogue of this version is served: run `toko sync` first.")
        listed = read_listed(served.file, served.info.get("history_since"), lambda time: time.astimezone(zone))
        end = backup.dumped_at.astimezone(zone).replace(tzinfo=None)
        folder.sales.mkdir(parents=True, exist_ok=True)
        with _opened(backup) as file, scratch_database(folder.sales, MEMORY_LIMIT, 1) as connection:
            archive = read_backup(backup.path, backup.name)
            with watch("prices"):
                edited = read_price_dates(file, archive, listed.prices, connection)
                seen = listed.seen
                connection.register("edited", edited).register("seen", seen)
                priced = connection.sql(JOIN).to_arrow_table().cast(PRICED)
                conversions = read_conversions(file, archive)
            give_back()
            with watch("sales"):
                sales = read_sales(file, archive, end, KnownItems(listed.codes, priced, conversions), log.info)
            with watch("compare"):
                agreement = compare_prices(sales.asked, listed.prices, listed.names, connection)
        summary = RecentSales(
            backup, folder.sales / backup.id, datetime.now(UTC), served.file.name, sales.lines, len(sales.items),
            sales.types, sales.odd, agreement, sales.problem,
        )  # fmt: skip
        with watch("write"):
            write_sales(folder, summary, sales)
    return summary


def _usable(served: Served | None) -> BackupFile | None:
    return None if served is None or served.problem else served.backup


@contextmanager
def _opened(backup: BackupFile) -> Iterator[FileIO]:
    try:
        file = open_file(backup.path)
    except FileNotFoundError as error:
        raise PermanentError(
            f"The copy of {backup.name} is gone: {backup.path} was removed. Run `toko sync` first."
        ) from error
    with file:
        yield file


@contextmanager
def _one_at_a_time(root: Path, log: logging.Logger) -> Iterator[None]:
    """Wait for another reading of the same data folder. The end of the process releases the lock."""
    root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("The sales are being read already: waiting until that is done")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
