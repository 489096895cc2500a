"""raw_backup: a whole iPOS backup, kept under data/backups."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
from pydantic import Field

from toko_assets.backups.chosen import chosen_backup, local_backup
from toko_assets.backups.listing import ListedBackup
from toko_assets.backups.source import ENDING
from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile, Catalog, backup_id, read_record
from toko_assets.defs.assets.external import BACKUP_FOLDER
from toko_assets.defs.reporting import RETRIES, Stopwatch, check_specs, one_line_failures, report_checks
from toko_assets.defs.resources import BackupSource, StorageResource
from toko_assets.ipos.archive.contents import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.excerpt import name_excerpt, write_excerpt
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.restore import skipped_tables
from toko_assets.publishing.rejected import check_not_refused, choose
from toko_core.files import TEMPORARY, file_digest, flush, keep_newest, whole_folder

TENTHS = 10
CHOSEN_MEANS = (
    "A chosen backup: its name or path in the backup folder (of Dropbox or of this machine), or the full path of a "
    "file on this machine. It is published even if it is older than the served one, or was refused by a rollback."
)


class BackupConfig(dg.Config):
    """Which backup to take; without any, the newest whole one of the source."""

    backup: str | None = Field(default=None, description=CHOSEN_MEANS)
    path: str | None = Field(default=None, description="The same, only as a file of this machine.")
    file: str | None = Field(default=None, description="Set by the sensor new_backup: where it found the newest.")
    revision: str | None = Field(default=None, description="Set by the sensor new_backup: which revision of that.")


CODE_VERSION = "1"
"""Change it when the asset accepts other files as whole, or keeps something else of them."""


@dg.asset(
    code_version=CODE_VERSION,
    deps=[BACKUP_FOLDER],
    retry_policy=RETRIES,
    check_specs=check_specs("raw_backup", blocking=["whole_archive"]),
)
def raw_backup(
    context: dg.AssetExecutionContext, config: BackupConfig, backup_source: BackupSource, storage: StorageResource
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[BackupFile]]:
    """Take a backup that was read to its end."""
    watch, folder = Stopwatch(), storage.folder.backups
    temporary = folder / f"incoming{ENDING}{TEMPORARY}"

    def take(source: BackupSource, listed: ListedBackup, *, chosen: bool = False) -> tuple[Archive, BackupFile]:
        context.log.info(f"Copying {listed.name}")
        with watch("fetch"):
            source.fetch(listed, temporary, _told(listed, context.log.info))
        with watch("verify_and_hash"):
            archive, digest = _verified(temporary, listed.name, storage.folder.rows)
        if chosen:
            choose(storage.folder, digest)
        check_not_refused(storage.folder, listed.name, digest, storage.local(archive.dumped_at))
        return archive, _kept(archive, temporary, digest, listed, storage)

    with one_line_failures():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if config.path:
                archive, backup = take(*local_backup(Path(config.path)), chosen=True)
            elif config.backup is not None:
                archive, backup = take(*chosen_backup(backup_source, config.backup), chosen=True)
            elif config.file and config.revision:
                archive, backup = take(backup_source, backup_source.find(config.file, config.revision))
            else:
                archive, backup = backup_source.newest(lambda listed: take(backup_source, listed), context.log.warning)
        except (IncompleteBackupError, NotABackupError) as error:
            yield from report_checks([Outcome("whole_archive", False, str(error), blocking=True, count=1)])
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
            "dagster/size_bytes": backup.size,
            "copy": dg.MetadataValue.path(backup.path),
            "dumped_at": dg.TimestampMetadataValue(backup.dumped_at.timestamp()),
            "encoding": backup.encoding,
            "archive_version": backup.archive_version,
            "source_server_version": backup.server_version,
            "database": archive.database,
            "tables_left_in_the_file": len(skipped_tables(archive)),
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
