"""raw_backup: a whole iPOS backup, copied under data/backups."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from toko_assets.assets.reporting import Stopwatch, check_specs, one_line_failures, report_checks
from toko_assets.checks import Outcome
from toko_assets.errors import PassingError
from toko_assets.files import TEMPORARY, flush, keep_newest
from toko_assets.ipos.archive import Archive, IncompleteBackupError, NotABackupError, read_archive
from toko_assets.ipos.restore import skipped_tables
from toko_assets.records import BackupFile, Catalog, read_record
from toko_assets.resources import FolderSource, StorageResource
from toko_assets.resources.backup_source import ENDING, ensure_unchanged, open_backup, revision

CHUNK = 1 << 22


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
            backup = _copy(
                archive, storage, lambda share: context.log.info(f"Copying {archive.path.name}: {share:.0%}")
            )
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


def _copy(archive: Archive, storage: StorageResource, progress: Callable[[float], None]) -> BackupFile:
    """Copy and hash in one reading. The copy gets its name when it is complete and the original did not change."""
    folder = storage.folder.backups
    folder.mkdir(parents=True, exist_ok=True)
    before = revision(archive.path)
    size, done, digest = archive.path.stat().st_size, 0, hashlib.sha256()
    temporary = folder / f"incoming{ENDING}{TEMPORARY}"
    try:
        with archive.path.open("rb") as original, temporary.open("wb") as copy:
            while chunk := original.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
                done += len(chunk)
                if done // (CHUNK * 16) != (done - len(chunk)) // (CHUNK * 16):
                    progress(done / size)
            ensure_unchanged(archive.path, before)
        _ensure_same(archive, temporary)
        dumped_at = storage.local(archive.dumped_at)
        path = folder / f"{dumped_at:%Y%m%d-%H%M%S}-{digest.hexdigest()[:12]}{ENDING}"
        flush(temporary)
        temporary.replace(path)
        flush(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return BackupFile(
        path=path,
        sha256=digest.hexdigest(),
        size=size,
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
