"""Removes superseded backups and databases, files over a limit, and leftovers of crashed syncs."""

import logging
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg

from toko_assets.backups.source import ENDING
from toko_assets.common.lock import sync_lock
from toko_assets.common.records import BackupFile, RestoredDatabase, read_record
from toko_assets.common.settings import Settings
from toko_assets.ipos.restore import databases, drop_database
from toko_assets.postgres.access import PostgresAccess
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.demo import remove_demo
from toko_core import TokoError
from toko_core.catalog.store import prune
from toko_core.files import OLD, TEMPORARY, DataFolder, keep_newest


def remove_superseded(
    folder: DataFolder, served: BackupFile, postgres: PostgresAccess, keep_backups: int, log: logging.Logger
) -> None:
    """Remove the backups over the limit, and all restored databases except that of `served`, after a publication.

    raw_backup kept the previously served backup in case the new one is rejected. It can be removed now. The first
    backup of a shop removes all of the demo's data. If something cannot be removed, this logs a warning, and the next
    sync removes it. The publication stays valid.
    """
    prune_backups(folder, keep_backups, besides=[served.path])
    try:
        if not served.is_demo:
            remove_demo(folder)
    except OSError as error:
        log.warning(f"The demo's data is left for the next sync to remove: {error}")
    try:
        drop_databases(postgres.server(), postgres.database_prefix, besides=postgres.database_name(served.id))
    except (TokoError, OSError, psycopg.Error) as error:
        log.warning(f"Databases of earlier backups are left for the next sync to remove: {error}")


def clean_up(settings: Settings, postgres: PostgresAccess) -> Iterator[str]:
    """Apply every limit and remove leftovers, for `toko cleanup`. Yield a line about each kind of file."""
    folder = DataFolder(settings.data_folder)
    with sync_lock(folder.root, waiting=None):
        yield _line("backups", prune_backups(folder, settings.keep_backups))
        exports = list(folder.exports.iterdir()) if folder.exports.exists() else []
        yield _line("exports", keep_newest((f for f in exports if f.is_dir()), settings.keep_backups))
        yield _line("CSV files", keep_newest(folder.exports.glob("*.csv"), settings.max_csv_files))
        yield _line("catalogues", prune(folder.catalog, settings.keep_catalogs))
        yield _line("unfinished files", remove_unfinished(folder))
        has_server = settings.db_host is not None or find_cluster(folder.postgres).exists()
        yield _line("restored databases", _drop_unused_databases(folder, postgres) if has_server else [])


def prune_backups(folder: DataFolder, keep: int, *, besides: Iterable[Path] = ()) -> list[Path]:
    """Remove all except the newest `keep` copies of backups and those in `besides`. Return the removed ones."""
    return keep_newest(folder.backups.glob(f"*{ENDING}"), keep, besides=besides)


def drop_databases(server: PostgresServer, prefix: str, *, besides: str | None) -> list[str]:
    """Drop the restored databases except `besides`. Return the dropped ones."""
    surplus = [name for name in databases(server, prefix) if name != besides]
    with server.administer() as connection:
        for name in surplus:
            drop_database(connection, name)
    return surplus


def unfinished(folder: DataFolder) -> list[Path]:
    """List files and folders that never got their final name, and the temporary files of a database engine.

    People keep files of their own in the data folder, so that only our own names count there.
    """
    rows = [folder.rows.with_name(folder.rows.name + ending) for ending in (TEMPORARY, OLD)]
    records = (folder.records, folder.publications)
    histories = (folder.history, folder.demo_history)
    places = (folder.backups, folder.exports, *histories, folder.catalog, *records)
    entries = [entry for place in places if place.is_dir() for entry in place.iterdir()]
    return [entry for entry in rows if entry.exists()] + [entry for entry in entries if _is_temporary(entry.name)]


def remove_unfinished(folder: DataFolder) -> list[Path]:
    """Remove unfinished files and folders. Return what was removed."""
    left = unfinished(folder)
    for entry in left:
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return left


def _is_temporary(name: str) -> bool:
    """Whether we or a database engine gave a file this name: `next.duckdb.part.wal`, not `spare.parts`."""
    return name.endswith(TEMPORARY) or f"{TEMPORARY}." in name


def _drop_unused_databases(folder: DataFolder, postgres: PostgresAccess) -> list[str]:
    """Drop all restored databases except the last one of the asset restored_database."""
    last = read_record(folder.records, "restored_database", RestoredDatabase)
    try:
        return drop_databases(postgres.server(), postgres.database_prefix, besides=last.database if last else None)
    finally:
        postgres.stop()


def _line(what: str, removed: Iterable[Path | str]) -> str:
    names = ", ".join(path.name if isinstance(path, Path) else path for path in removed)
    return f"{what}: {names} removed" if names else f"{what}: nothing to remove"
