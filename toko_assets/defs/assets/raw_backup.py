"""raw_backup: a whole iPOS backup, kept under data/backups."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, Self

import dagster as dg
from pydantic import Field

from toko_assets.backups.chosen import listed_backup
from toko_assets.backups.listing import ListedBackup
from toko_assets.backups.source import BackupSource
from toko_assets.common.checks import Outcome
from toko_assets.common.records import BackupFile
from toko_assets.defs.assets.earlier_config import EarlierBackupConfig, unset
from toko_assets.defs.assets.external_assets import BACKUP_FOLDER
from toko_assets.defs.assets.intake import Identity, Intake, Taken
from toko_assets.defs.rejections import rejection, tag_taken
from toko_assets.defs.reporting import RETRIES, check_specs, one_line_failures, report_checks, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_assets.ipos.restore import skipped_tables
from toko_assets.publishing.cleanup import prune_backups
from toko_assets.publishing.served import read_served

CHOSEN_MEANS = (
    "A chosen backup: its name or path in the backup folder (of Dropbox or of this machine), or the full path of a "
    "file on this machine. It is published even if it is older than the served one, or was rejected by a rollback."
)


ADOPT_MEANS = (
    "The name of the database whose backups are the shop's from now on, once one of them is published; for example "
    "i5_TOKO. It is needed if the folder holds backups of several databases, or to change to another one."
)


class Newest(dg.Config):
    """The newest whole backup of the shop that is newer than the served one."""

    kind: Literal["newest"] = "newest"


class NewestAgain(dg.Config):
    """The same, even if the checks rejected it before. `toko sync` takes it."""

    kind: Literal["newest_again"] = "newest_again"


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


class Kept(dg.Config):
    """The kept copy of a backup that the checks blocked, from the owners' decision to publish it nevertheless.

    It is published only while the backup is served that it was compared with.
    """

    kind: Literal["kept"] = "kept"
    sha256: str = Field(description="The SHA-256 of the backup.")
    name: str = Field(description="The name that the shop gave the file.")
    revision: str = Field(description="Its revision in the source.")
    served: str = Field(description="The SHA-256 of the backup that is served; empty if there is none.")
    modified: str = Field(default="", description="The time of its last change, in ISO 8601.")
    first_seen: str = Field(default="", description="When it was first listed, in ISO 8601.")

    @classmethod
    def of(cls, backup: BackupFile, served: str) -> Self:
        """Make the config for a backup that was blocked while `served` was served."""
        modified, first_seen = (time.isoformat() if time else "" for time in (backup.modified, backup.first_seen))
        return cls(
            sha256=backup.sha256, name=backup.name, revision=backup.revision, served=served, modified=modified,
            first_seen=first_seen,
        )  # fmt: skip

    @property
    def identity(self) -> Identity:
        """The backup's content, and the file as it was listed."""
        times = (datetime.fromisoformat(time) if time else None for time in (self.modified, self.first_seen))
        return Identity(self.sha256, self.name, self.revision, *times)


class BackupConfig(EarlierBackupConfig):
    """The config of raw_backup."""

    adopt_database: str | None = Field(default_factory=unset, description=ADOPT_MEANS)

    take: Newest | NewestAgain | Chosen | LocalFile | Listed | Kept = Field(
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
    storage.folder.backups.mkdir(parents=True, exist_ok=True)
    with one_line_failures():
        shop = storage.shop.adopting(config.adopt_database)
        intake = Intake(backup_source, storage, shop, context.log, partial(tag_taken, context, storage.rules))
        try:
            taken = _take(context, config, intake)
        except (IncompleteBackupError, NotABackupError) as error:
            yield from report_checks([Outcome("whole_archive", False, str(error), blocking=True, count=1)])
            raise
        finally:
            intake.temporary.unlink(missing_ok=True)
    archive, backup = taken.archive, taken.backup
    whole = f"All {backup.size:,} bytes are as the table of contents announces."
    yield from report_checks([Outcome("whole_archive", True, whole, blocking=True)])
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
            **seconds_metadata(intake.watch.seconds),
        },
    )


def _take(context: dg.AssetExecutionContext, config: BackupConfig, intake: Intake) -> Taken:
    """Take the backup that the config names."""
    match _choice(config, intake.source):
        case Newest():
            rules = intake.storage.rules
            return intake.newest(lambda revision: rejection(context.instance, revision, rules) is not None)
        case NewestAgain():
            return intake.newest(lambda _: False)
        case Chosen(backup=wanted):
            return intake.chosen(wanted)
        case LocalFile(path=path):
            return intake.local(Path(path))
        case Listed() as listed:
            return intake.listed(listed.backup)
        case Kept() as kept:
            return intake.kept(kept.identity, kept.served)


def _choice(config: BackupConfig, source: BackupSource) -> Newest | NewestAgain | Chosen | LocalFile | Listed | Kept:
    """`take`, unless the config is one of before 0.2.0. Raises what the source raises."""
    if config.path:
        return LocalFile(path=config.path)
    if config.backup is not None:
        return Chosen(backup=config.backup)
    if config.file and config.revision:
        return Listed.of(listed_backup(source, config.file, config.revision))
    return config.take
