"""`toko cleanup`: the limits on what is kept, applied now, and what interrupted runs left behind."""

from collections.abc import Iterator
from pathlib import Path

from toko_assets.common.lock import sync_lock
from toko_assets.common.records import RestoredDatabase, read_record
from toko_assets.common.settings import Settings
from toko_assets.defs.recovery import remove_unfinished
from toko_assets.ipos.restore import databases, drop_database
from toko_assets.postgres.access import PostgresAccess
from toko_core.catalog.store import prune
from toko_core.files import DataFolder, keep_newest


def clean_up(settings: Settings) -> Iterator[str]:
    """Clean the data folder; says in a line each what went."""
    folder = DataFolder(settings.data_folder)
    with sync_lock(folder.root, waiting=None):
        yield from _clean(folder, settings)


def _clean(folder: DataFolder, settings: Settings) -> Iterator[str]:
    yield _said("backups", keep_newest(folder.backups.glob("*.i5bu"), settings.keep_backups))
    yield _said("exports", keep_newest((f for f in _entries(folder.exports) if f.is_dir()), settings.keep_backups))
    yield _said("CSV files", keep_newest(folder.exports.glob("*.csv"), settings.max_csv_files))
    yield _said("catalogues", prune(folder.catalog, settings.keep_catalogs))
    yield _said("unfinished files", remove_unfinished(folder))
    yield _said("restored databases", _drop_databases(folder, settings))


def _drop_databases(folder: DataFolder, settings: Settings) -> list[Path]:
    """All but the one that restored_database last answered."""
    if settings.db_host is None and not folder.postgres.exists():
        return []
    last = read_record(folder.records, "restored_database", RestoredDatabase)
    postgres = PostgresAccess(settings)
    try:
        server = postgres.server()
        surplus = [name for name in databases(server, settings.db_name) if last is None or name != last.database]
        with server.administer() as connection:
            for name in surplus:
                drop_database(connection, name)
    finally:
        postgres.stop()
    return [Path(name) for name in surplus]


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def _said(what: str, removed: list[Path]) -> str:
    return f"{what}: {', '.join(path.name for path in removed)} removed" if removed else f"{what}: nothing to remove"
