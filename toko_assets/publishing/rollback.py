"""Going back to an earlier catalogue: which file, whether it is whole, and the steps, in an order that a kill may cut.

    choose_target -> inspect -> point_back -> settle

Until CURRENT is replaced the old state holds, from then on the new one. What is left to do then, `settle` does; a
rollback that was cut there is taken up by the next one, which chooses its file again.
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
from toko_core.catalog.reader import read_info
from toko_core.catalog.schema import TABLES
from toko_core.catalog.store import PATTERN, point_to
from toko_core.errors import CatalogError, PermanentError
from toko_core.files import DataFolder

NAMED = 5
MEMORY_LIMIT = "192MB"
"""Of the check; without one, a file of 675 MB takes 825."""


class RollbackError(PermanentError):
    """There is nothing to go back to, or the file is not fit to be served. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A catalogue file that was read to its end."""

    record: Catalog
    outcomes: list[Outcome]
    """Of the checks that a closed file allows."""


def choose_target(folder: DataFolder, wanted: str) -> Path:
    """The published file of that name; of an empty one, the newest before the served one that was never taken back.

    The demo's catalogues are chosen by their name only.
    A rollback that was cut after CURRENT was replaced gives its own file again. Raises RollbackError.
    """
    served, wanted = _served_file(folder), wanted.strip()
    if wanted in ("", served.name) and _cut(folder, served):
        return served
    if wanted == served.name:
        raise RollbackError(f"{served.name} is served already. {_others(folder, served)}")
    if wanted:
        target = next((file for file in _published(folder) if file.name == wanted), None)
        if target is None:
            raise RollbackError(f"There is no catalogue {wanted}. {_others(folder, served)}")
        return target
    taken_back = read_rollbacks(folder).files
    for file in reversed(_published(folder)):
        if file.name < served.name and file.name not in taken_back and not demo_backup(folder, file):
            return file
    raise RollbackError(f"There is no catalogue before {served.name} to go back to. {_others(folder, served)}")


def inspect(folder: DataFolder, file: Path) -> Inspected:
    """Read the file whole and check it. Raises RollbackError if it is damaged, or of another schema."""
    try:
        info = read_info(file)
        counts = {table: int(info[f"{table}_count"]) for table in TABLES}
        backup, published_at = origin(info, folder.backups), datetime.fromisoformat(info["published_at"])
        _read_all(file)
        outcomes = [verify_counts(file, counts), verify_buttons(file), verify_search(file)]
    except (CatalogError, duckdb.Error, LookupError, ValueError) as error:
        raise RollbackError(
            f"{file.name} cannot be served: it is damaged, or of another version of toko. Nothing was changed. "
            f"{_others(folder, _served_file(folder), file)}"
        ) from error
    return Inspected(Catalog(file, counts, published_at, backup, is_new=False), outcomes)


def point_back(folder: DataFolder, to: Catalog, now: datetime) -> str:
    """Reject what is served and serve the other; answers the name of the file that was taken back.

    `now` is in the shop's time zone. Raises RollbackError if nothing tells which backup is served.
    """
    served = _served(folder)
    name = served.file.name
    if name == to.file.name:
        return _cut(folder, served.file) or name
    if served.backup is None:
        raise RollbackError(f"{name}, which is served, cannot be read: run `toko sync`.")
    before, after = read_rollbacks(folder), _after(folder, name, served.backup, to, now)
    write_rollbacks(folder, replace(after, refusal=after.refusal or before.refusal))
    point_to(to.file)
    write_rollbacks(folder, after)
    return name


def settle(folder: DataFolder, served: Catalog) -> None:
    """The record of product_catalog follows what is served."""
    write_record(folder.records, CATALOG_RECORD, served)


def _after(folder: DataFolder, name: str, backup: BackupFile, to: Catalog, now: datetime) -> Rollbacks:
    """What is to be remembered when `to` is served instead of the file `name`."""
    before = read_rollbacks(folder)
    taken_back = {*before.files, *([name] if to.file.name < name else [])} - {to.file.name}
    files = tuple(file.name for file in _published(folder) if file.name in taken_back)
    return Rollbacks(rejection_after(folder, name, backup, to, now), files, to.file.name)


def _cut(folder: DataFolder, served: Path) -> str | None:
    """What was served before the last rollback, by name, if that replaced CURRENT and was not settled."""
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
    """Oldest first: names begin with the time."""
    return sorted(folder.catalog.glob(PATTERN))


def _others(folder: DataFolder, *besides: Path) -> str:
    """What else there is to choose, newest first."""
    hidden = {file.name for file in besides}
    names = [file.name for file in reversed(_published(folder)) if file.name not in hidden][:NAMED]
    return f"Others there are: {', '.join(names)}." if names else "There are no others."


def _read_all(file: Path) -> None:
    """Damage shows where a block is read: DuckDB compares its checksum."""
    with duckdb.connect(file, read_only=True, config={"memory_limit": MEMORY_LIMIT, "threads": 1}) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall():
            connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" t').fetchall()  # noqa: S608
