"""Rolls back to an earlier catalogue, in steps whose order makes a kill at any point safe.

    choose_target -> inspect -> point_back -> settle

Until CURRENT is replaced the old state is valid, afterwards the new one. `settle` does the rest. If a rollback is
interrupted before that, the next rollback chooses the same file again and completes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile, Catalog, write_record
from toko_assets.common.rollback_record import Rollbacks, read_rollbacks, write_rollbacks
from toko_assets.publishing.demo import demo_backup
from toko_assets.publishing.origin import origin
from toko_assets.publishing.rejected import rejection_after
from toko_assets.publishing.served import CATALOG_RECORD, Served, last_record, read_served
from toko_assets.publishing.verify import verify_buttons, verify_counts, verify_search
from toko_core import CatalogError, PermanentError
from toko_core.catalog.reader import read_info
from toko_core.catalog.schema import ADDED, TABLES
from toko_core.catalog.store import PATTERN, point_to
from toko_core.files import DataFolder

NAMED = 5
MEMORY_LIMIT = "192MB"
"""The limit for reading a whole file. Without one, a file of 675 MB takes 825 MB."""


class RollbackError(PermanentError):
    """There is no earlier catalogue, or the file cannot be served. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A catalogue file that was read to its end."""

    record: Catalog
    outcomes: list[Outcome]
    """The results of the checks that are possible on a closed file."""


def choose_target(folder: DataFolder, wanted: str) -> Path:
    """Return the published file named `wanted`.

    If `wanted` is empty, return the newest file before the served one that was never rolled back and is not the demo's.
    After a rollback that was interrupted once CURRENT was replaced, return its file again. Raises RollbackError.
    """
    served, wanted = _served_file(folder), wanted.strip()
    if wanted in ("", served.name) and _interrupted_from(folder, served):
        return served
    if wanted == served.name:
        raise RollbackError(f"{served.name} is served already. {_others(folder, served)}")
    if wanted:
        target = next((file for file in _published(folder) if file.name == wanted), None)
        if target is None:
            raise RollbackError(f"There is no catalogue {wanted}. {_others(folder, served)}")
        return target
    rolled_back = read_rollbacks(folder).files
    for file in reversed(_published(folder)):
        if file.name < served.name and file.name not in rolled_back and not demo_backup(folder, file):
            return file
    raise RollbackError(f"There is no catalogue before {served.name} to go back to. {_others(folder, served)}")


def inspect(folder: DataFolder, file: Path) -> Inspected:
    """Read the whole file and check it. Raises RollbackError if it is damaged, or has another schema."""
    try:
        info = read_info(file)
        tables = [table for table in TABLES if table not in ADDED or f"{table}_count" in info]
        counts = {table: int(info[f"{table}_count"]) for table in tables}
        backup, published_at = origin(info, folder.backups), datetime.fromisoformat(info["published_at"])
        _read_all(file)
        outcomes = [verify_counts(file, counts), verify_buttons(file), verify_search(file)]
    except (CatalogError, duckdb.Error, LookupError, ValueError) as error:
        raise RollbackError(
            f"{file.name} cannot be served: it is damaged, or from another version of toko. Nothing was changed. "
            f"{_others(folder, _served_file(folder), file)}"
        ) from error
    return Inspected(Catalog(file, counts, published_at, backup, is_new=False), outcomes)


def point_back(folder: DataFolder, to: Catalog, now: datetime) -> str:
    """Reject the served catalogue and serve `to`. Return the name of the file that was rolled back.

    `now` is in the shop's time zone. Raises RollbackError if it is unknown which backup is served.
    """
    served = _served(folder)
    name = served.file.name
    if name == to.file.name:
        return _interrupted_from(folder, served.file) or name
    if served.backup is None:
        raise RollbackError(f"{name}, which is served, cannot be read: run `toko sync`.")
    before, after = read_rollbacks(folder), _after(folder, name, served.backup, to, now)
    write_rollbacks(folder, replace(after, refusal=after.refusal or before.refusal))
    point_to(to.file)
    write_rollbacks(folder, after)
    return name


def settle(folder: DataFolder, served: Catalog) -> None:
    """Update the record of product_catalog to the served catalogue."""
    write_record(folder.records, CATALOG_RECORD, served)


def _after(folder: DataFolder, name: str, backup: BackupFile, to: Catalog, now: datetime) -> Rollbacks:
    """Return the state of rollbacks after `to` is served instead of the file `name`."""
    before = read_rollbacks(folder)
    rolled_back = {*before.files, *([name] if to.file.name < name else [])} - {to.file.name}
    files = tuple(file.name for file in _published(folder) if file.name in rolled_back)
    return Rollbacks(rejection_after(folder, name, backup, to, now), files, to.file.name)


def _interrupted_from(folder: DataFolder, served: Path) -> str | None:
    """Return the file name that was served before the last rollback, if it replaced CURRENT and was not settled."""
    record = last_record(folder)
    if record is None or record.file.name == served.name or read_rollbacks(folder).to != served.name:
        return None
    return record.file.name


def _served(folder: DataFolder) -> Served:
    served = read_served(folder)
    if served is None:
        raise RollbackError("No catalogue is served yet: there is nothing to roll back.")
    return served


def _served_file(folder: DataFolder) -> Path:
    return _served(folder).file


def _published(folder: DataFolder) -> list[Path]:
    """Return the published files, oldest first: names begin with the time."""
    return sorted(folder.catalog.glob(PATTERN))


def _others(folder: DataFolder, *besides: Path) -> str:
    """List the other files that can be chosen, newest first."""
    hidden = {file.name for file in besides}
    names = [file.name for file in reversed(_published(folder)) if file.name not in hidden][:NAMED]
    return f"Other catalogues: {', '.join(names)}." if names else "There are no other catalogues."


def _read_all(file: Path) -> None:
    """Read every block, because DuckDB compares a block's checksum when it reads it."""
    with duckdb.connect(file, read_only=True, config={"memory_limit": MEMORY_LIMIT, "threads": 1}) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
            connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" t').fetchall()  # noqa: S608
