"""raw_backup: a whole iPOS backup, copied under data/backups."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg

from toko_assets.assets.reporting import Stopwatch, check_specs, one_line_failures, report_checks
from toko_assets.checks import Outcome
from toko_assets.errors import PassingError
from toko_assets.files import TEMPORARY, file_digest, flush, keep_newest
from toko_assets.ipos.archive import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive_reader import read_archive
from toko_assets.ipos.restore import skipped_tables
from toko_assets.records import BackupFile, Catalog, read_record
from toko_assets.resources import FolderSource, StorageResource
from toko_assets.resources.backup_source import ENDING, ensure_unchanged, open_backup, revision


class BackupConfig(dg.Config):
    """Which backup to take."""

    path: str | None = None
    """A backup file; without one, the newest of the backup folder."""


@dg.asset(
    description="The newest whole iPOS backup of the backup folder, copied under data/backups with its SHA-256.",
    group_name="chain",
    check_specs=check_specs("raw_backup", blocking=["whole_archive"]),
)
def raw_backup(
    context: dg.AssetExecutionContext, config: BackupConfig, backup_source: FolderSource, storage: StorageResource
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[BackupFile]]:
    """Take a backup that was walked to its end."""
    watch = Stopwatch()
    with one_line_failures():
        try:
            with watch("walk"):
                archive = open_backup(Path(config.path)) if config.path else backup_source.newest(context.log.warning)
        except (IncompleteBackupError, NotABackupError) as error:
            yield from report_checks([Outcome("whole_archive", False, str(error), blocking=True)])
            raise
        context.log.info(f"Copying {archive.path.name}")
        with watch("copy_and_hash"):
            backup = _copy(archive, storage)
    yield from report_checks(
        [Outcome("whole_archive", True, f"All {backup.size:,} bytes are as announced.", blocking=True)]
    )
    served = read_record(storage.folder.records, "product_catalog", Catalog)
    in_use = [backup.path, *([served.backup.path] if served else [])]
    keep_newest(storage.folder.backups.glob(f"*{ENDING}"), storage.keep_backups, besides=in_use)
    context.log.info(f"{backup.name}, {backup.size / 1e6:,.1f} MB, dumped {backup.dumped_at:%Y-%m-%d %H:%M}")
    yield dg.MaterializeResult(
        value=backup,
        metadata={
            "file": backup.name,
            "backup_id": backup.id,
            "sha256": backup.sha256,
            "bytes": backup.size,
            "dumped_at": dg.TimestampMetadataValue(backup.dumped_at.timestamp()),
            "encoding": backup.encoding,
            "archive_version": backup.archive_version,
            "server_version": backup.server_version,
            "database": archive.database,
            "tables_skipped": len(skipped_tables(archive)),
            **watch.metadata(),
        },
    )


def _copy(archive: Archive, storage: StorageResource) -> BackupFile:
    """Copy, then hash the copy while it goes to disk. It gets its name when that is done."""
    folder = storage.folder.backups
    folder.mkdir(parents=True, exist_ok=True)
    before = revision(archive.path)
    temporary = folder / f"incoming{ENDING}{TEMPORARY}"
    try:
        shutil.copyfile(archive.path, temporary)
        ensure_unchanged(archive.path, before)
        with ThreadPoolExecutor(1) as pool:
            flushed = pool.submit(flush, temporary)
            _ensure_same(archive, temporary)
            digest = file_digest(temporary)
            flushed.result()
        dumped_at = storage.local(archive.dumped_at)
        path = folder / f"{dumped_at:%Y%m%d-%H%M%S}-{digest[:12]}{ENDING}"
        temporary.replace(path)
        flush(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return BackupFile(
        path=path,
        sha256=digest,
        size=path.stat().st_size,
        name=os.fsencode(archive.path.name).decode("utf-8", "replace"),
        revision=before,
        dumped_at=dumped_at,
        encoding=archive.encoding,
        archive_version=archive.version,
        server_version=archive.server_version,
    )


def _ensure_same(archive: Archive, copy: Path) -> None:
    """What was walked is what was copied, to its end: the file may have been replaced in between."""
    try:
        found = read_archive(copy, archive.name)
    except (IncompleteBackupError, NotABackupError) as error:
        raise PassingError(f"{archive.path.name} changed while it was read: try again in a minute.") from error
    if (found.dumped_at, found.entries) != (archive.dumped_at, archive.entries):
        raise PassingError(f"{archive.path.name} was replaced while it was read: try again in a minute.")
