"""raw_backup: a whole iPOS backup, kept under data/backups."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

import dagster as dg
from pydantic import Field

from toko_assets.backups.chosen import chosen_backup, listed_backup, local_backup
from toko_assets.backups.listing import ListedBackup
from toko_assets.backups.source import ENDING, BackupSource
from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile, backup_id
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.assets.earlier_config import EarlierBackupConfig
from toko_assets.defs.assets.external_assets import BACKUP_FOLDER
from toko_assets.defs.reporting import RETRIES, check_specs, one_line_failures, report_checks, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.ipos.archive.contents import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.excerpt import name_excerpt, write_excerpt
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.restore import skipped_tables
from toko_assets.publishing.cleanup import prune_backups
from toko_assets.publishing.rejected import check_not_rejected, choose
from toko_assets.publishing.served import read_served
from toko_core.files import TEMPORARY, file_digest, flush, whole_folder

TENTHS = 10
CHOSEN_MEANS = (
    "A chosen backup: its name or path in the backup folder (of Dropbox or of this machine), or the full path of a "
    "file on this machine. It is published even if it is older than the served one, or was rejected by a rollback."
)


class Newest(dg.Config):
    """The newest whole backup of the source."""

    kind: Literal["newest"] = "newest"


class Chosen(dg.Config):
    """A backup that a person chose."""

    kind: Literal["chosen"] = "chosen"
    backup: str = Field(description=CHOSEN_MEANS)


class LocalFile(dg.Config):
    """A file on this machine, from `toko sync --backup`. Otherwise the same as `chosen`."""

    kind: Literal["file"] = "file"
    path: str = Field(description="Its full path.")


class Listed(dg.Config):
    """The backup that the sensor new_backup found. The run syncs exactly this revision and lists nothing again."""

    kind: Literal["listed"] = "listed"
    place: str = Field(description="The path of the backup in the source.")
    revision: str = Field(description="The revision of the backup.")
    size: int = Field(description="Its size in bytes.")
    modified: str = Field(description="The time of its last change, in ISO 8601.")

    @classmethod
    def of(cls, backup: ListedBackup) -> Self:
        """Make the config that the sensor passes to the run."""
        return cls(place=backup.place, revision=backup.revision, size=backup.size, modified=backup.modified.isoformat())

    @property
    def backup(self) -> ListedBackup:
        """The backup as the source listed it."""
        return ListedBackup(self.place, self.revision, self.size, datetime.fromisoformat(self.modified))


class BackupConfig(EarlierBackupConfig):
    """The config of raw_backup."""

    take: Newest | Chosen | LocalFile | Listed = Field(
        default=Newest(), discriminator="kind", description="Which backup to take; by default the newest."
    )


CODE_VERSION = "1"
"""Change it when the asset accepts other files as whole, or keeps other parts of them."""


@dg.asset(
    code_version=CODE_VERSION,
    deps=[BACKUP_FOLDER],
    retry_policy=RETRIES,
    check_specs=check_specs("raw_backup", blocking=["whole_archive"]),
)
def raw_backup(
    context: dg.AssetExecutionContext,
    config: BackupConfig,
    backup_source: dg.ResourceParam[BackupSource],
    storage: StorageResource,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[BackupFile]]:
    """Fetch a backup, read it to its end, and keep it."""
    watch, folder = Stopwatch(), storage.folder.backups
    temporary = folder / f"incoming{ENDING}{TEMPORARY}"

    def take(source: BackupSource, listed: ListedBackup, *, chosen: bool = False) -> tuple[Archive, BackupFile]:
        context.log.info(f"Copying {listed.name}")
        with watch("fetch"):
            source.fetch(listed, temporary, _progress_logger(listed, context.log.info))
        with watch("verify_and_hash"):
            archive, digest = _verified(temporary, listed.name, storage.folder.rows)
        if chosen:
            choose(storage.folder, digest)
        check_not_rejected(storage.folder, listed.name, digest, storage.local(archive.dumped_at))
        return archive, _kept(archive, temporary, digest, listed, storage)

    with one_line_failures():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            match _choice(config, backup_source):
                case Newest():
                    archive, backup = backup_source.newest(
                        lambda listed: take(backup_source, listed), context.log.warning
                    )
                case Chosen(backup=wanted):
                    archive, backup = take(*chosen_backup(backup_source, wanted), chosen=True)
                case LocalFile(path=path):
                    archive, backup = take(*local_backup(Path(path)), chosen=True)
                case Listed() as listed:
                    archive, backup = take(backup_source, listed.backup)
        except (IncompleteBackupError, NotABackupError) as error:
            yield from report_checks([Outcome("whole_archive", False, str(error), blocking=True, count=1)])
            raise
        finally:
            temporary.unlink(missing_ok=True)
    yield from report_checks(
        [
            Outcome(
                "whole_archive",
                True,
                f"All {backup.size:,} bytes are as the table of contents announces.",
                blocking=True,
            )
        ]
    )
    served = read_served(storage.folder)
    in_use = [backup.path, *([served.backup.path] if served and served.backup else [])]
    prune_backups(storage.folder, storage.keep_backups, besides=in_use)
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
            **seconds_metadata(watch.seconds),
        },
    )


def _choice(config: BackupConfig, source: BackupSource) -> Newest | Chosen | LocalFile | Listed:
    """`take`, unless the config is one of before 0.2.0. Raises what the source raises."""
    if config.path:
        return LocalFile(path=config.path)
    if config.backup is not None:
        return Chosen(backup=config.backup)
    if config.file and config.revision:
        return Listed.of(listed_backup(source, config.file, config.revision))
    return config.take


def _verified(file: Path, name: str, rows: Path) -> tuple[Archive, str]:
    """Read the file to its end, keep the needed rows, hash it and flush it to disk, all in parallel."""
    with ThreadPoolExecutor(2) as pool, whole_folder(rows) as excerpt:
        flushed, hashed = pool.submit(flush, file), pool.submit(file_digest, file)
        archive = read_archive(file, name)
        write_excerpt(archive, excerpt)
        flushed.result()
        digest = hashed.result()
        name_excerpt(excerpt, backup_id(digest))
        return archive, digest


def _kept(archive: Archive, file: Path, digest: str, listed: ListedBackup, storage: StorageResource) -> BackupFile:
    """Rename a verified file to its final name."""
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


def _progress_logger(listed: ListedBackup, log: Callable[[str], None]) -> Callable[[int], None]:
    """Return a progress callback that logs a line for every tenth of the file."""
    logged = 0

    def progress(done: int) -> None:
        nonlocal logged
        tenths = done * TENTHS // max(listed.size, 1)
        if tenths > logged:
            logged = tenths
            bar = "▰" * tenths + "▱" * (TENTHS - tenths)
            log(f"{bar} {done / 1e6:,.1f} of {listed.size / 1e6:,.1f} MB of {listed.name}")

    return progress
