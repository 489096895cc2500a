"""raw_backup: a whole iPOS backup, kept under data/backups."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg

from toko_assets.assets.reporting import RETRIES, Stopwatch, check_specs, one_line_failures, report_checks
from toko_assets.backups import ListedBackup
from toko_assets.checks import Outcome
from toko_assets.files import TEMPORARY, file_digest, flush, keep_newest, whole_folder
from toko_assets.ipos.archive import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive_reader import read_archive
from toko_assets.ipos.excerpt import name_excerpt, write_excerpt
from toko_assets.ipos.restore import skipped_tables
from toko_assets.records import BackupFile, Catalog, backup_id, read_record
from toko_assets.resources import BackupSource, FolderSource, StorageResource
from toko_assets.resources.backup_source import ENDING
from toko_assets.resources.folder_source import named_backup

TENTHS = 10


class BackupConfig(dg.Config):
    """Which backup to take; without any, the newest whole one of the source."""

    path: str | None = None
    """A backup file on this machine."""
    file: str | None = None
    """A backup of the source, as the sensor found it there; with its revision."""
    revision: str | None = None


@dg.asset(
    description="The newest whole iPOS backup of the source, kept under data/backups with its SHA-256.",
    group_name="chain",
    retry_policy=RETRIES,
    check_specs=check_specs("raw_backup", blocking=["whole_archive"]),
)
def raw_backup(
    context: dg.AssetExecutionContext, config: BackupConfig, backup_source: BackupSource, storage: StorageResource
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[BackupFile]]:
    """Take a backup that was read to its end."""
    watch, folder = Stopwatch(), storage.folder.backups
    temporary = folder / f"incoming{ENDING}{TEMPORARY}"

    def take(source: BackupSource, listed: ListedBackup) -> tuple[Archive, BackupFile]:
        context.log.info(f"Copying {listed.name}")
        with watch("fetch"):
            source.fetch(listed, temporary, _told(listed, context.log.info))
        with watch("verify_and_hash"):
            archive, digest = _verified(temporary, listed.name, storage.folder.rows)
        return archive, _kept(archive, temporary, digest, listed, storage)

    with one_line_failures():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if config.path:
                path = Path(config.path)
                archive, backup = take(FolderSource(folder=str(path.parent)), named_backup(path))
            elif config.file and config.revision:
                archive, backup = take(backup_source, backup_source.find(config.file, config.revision))
            else:
                archive, backup = backup_source.newest(lambda listed: take(backup_source, listed), context.log.warning)
        except (IncompleteBackupError, NotABackupError) as error:
            yield from report_checks([Outcome("whole_archive", False, str(error), blocking=True)])
            raise
        finally:
            temporary.unlink(missing_ok=True)
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


def _verified(file: Path, name: str, rows: Path) -> tuple[Archive, str]:
    """Read it to its end, keeping the needed rows, hash it and bring it to disk, all at once."""
    with ThreadPoolExecutor(2) as pool, whole_folder(rows) as excerpt:
        flushed, hashed = pool.submit(flush, file), pool.submit(file_digest, file)
        archive = read_archive(file, name)
        write_excerpt(archive, excerpt)
        flushed.result()
        digest = hashed.result()
        name_excerpt(excerpt, backup_id(digest))
        return archive, digest


def _kept(archive: Archive, file: Path, digest: str, listed: ListedBackup, storage: StorageResource) -> BackupFile:
    """Give a verified file its name."""
    dumped_at, size = storage.local(archive.dumped_at), file.stat().st_size
    path = file.with_name(f"{dumped_at:%Y%m%d-%H%M%S}-{backup_id(digest)}{ENDING}")
    file.replace(path)
    flush(path.parent)
    return BackupFile(
        path=path,
        sha256=digest,
        size=size,
        name=listed.name,
        revision=listed.revision,
        dumped_at=dumped_at,
        encoding=archive.encoding,
        archive_version=archive.version,
        server_version=archive.server_version,
    )


def _told(listed: ListedBackup, say: Callable[[str], None]) -> Callable[[int], None]:
    """Says each tenth of the way."""
    told = 0

    def progress(done: int) -> None:
        nonlocal told
        tenths = done * TENTHS // max(listed.size, 1)
        if tenths > told:
            told = tenths
            bar = "▰" * tenths + "▱" * (TENTHS - tenths)
            say(f"{bar} {done / 1e6:,.1f} of {listed.size / 1e6:,.1f} MB of {listed.name}")

    return progress
