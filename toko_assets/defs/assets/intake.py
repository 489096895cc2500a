"""Takes a backup into the data folder: chooses it, fetches it, reads it to its end, and keeps a copy."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from toko_assets.backups.chosen import chosen_backup, local_backup, record_choice
from toko_assets.backups.headers import dated, first_seen
from toko_assets.backups.listing import DatedBackup, ListedBackup, date_problem
from toko_assets.backups.shop_database import ShopDatabase
from toko_assets.backups.source import ENDING, BackupSource, GoneError, NoBackupError, UnreadableError, left_out
from toko_assets.common.records import BackupFile, backup_id
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.ipos.archive.contents import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.excerpt import name_excerpt
from toko_assets.ipos.archive.reader import HEADER_BYTES, read_header
from toko_assets.ipos.sandbox.archives import extract, read_backup
from toko_assets.publishing.candidates import Candidates, find_candidates
from toko_assets.publishing.rejected import check_not_rejected, choose
from toko_assets.publishing.served import read_served
from toko_core import BackupError, PermanentError, TokoError
from toko_core.catalog.demo import is_demo_backup
from toko_core.files import TEMPORARY, file_digest, flush, whole_folder

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """A backup's content, and the file that its source listed."""

    sha256: str
    name: str
    """The name that the shop gave the file."""
    revision: str
    modified: datetime | None
    first_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken in."""

    archive: Archive
    backup: BackupFile


@dataclass(frozen=True)
class Intake:
    """Takes one backup of a shop."""

    source: BackupSource
    storage: StorageResource
    shop: ShopDatabase
    log: logging.Logger
    on_take: Callable[[str], None]
    """Called with the revision of a backup before it is fetched."""
    watch: Stopwatch = field(default_factory=Stopwatch)
    """Measures the parts of the work."""

    @property
    def temporary(self) -> Path:
        """The file that is being fetched. The caller removes it after an error."""
        return self.storage.folder.backups / f"incoming{ENDING}{TEMPORARY}"

    def newest(self, is_rejected: Callable[[str], bool]) -> Taken:
        """Take the newest whole backup of the shop that is newer than the served one and not rejected.

        If there is none, take the served one again. Each backup that is skipped gets a warning. Raises NoBackupError,
        NoShopDatabaseError, or the error of the newest one if none is whole.
        """
        candidates, problem = self._candidates(), None
        self._warn_of_skipped(candidates)
        candidates.check_chosen()
        for backup in candidates.newer:
            if is_rejected(backup.listed.revision):
                self.log.warning(f"Skipped: {backup.name} was rejected by its checks. `toko sync` tries it again.")
                continue
            try:
                return self._take(self.source, backup)
            except (IncompleteBackupError, NotABackupError, NoBackupError, GoneError, UnreadableError) as error:
                self.log.warning(f"Skipped: {error}")
                problem = problem or error
        if again := candidates.served_again:
            return self._take(self.source, again)
        if problem is None and candidates.selection.suitable and (kept := self._kept_copy(candidates)):
            return kept
        raise problem or self._nothing_to_take(candidates)

    def listed(self, listed: ListedBackup) -> Taken:
        """Take exactly this revision of the source."""
        return self._take(self.source, dated(listed, None, self._first_seen(listed), self.storage.zone))

    def chosen(self, wanted: str) -> Taken:
        """Take the backup that a person chose by its name or path."""
        return self._take_chosen(*chosen_backup(self.source, wanted))

    def local(self, path: Path) -> Taken:
        """Take a file of this machine that a person chose."""
        return self._take_chosen(*local_backup(path))

    def kept(self, wanted: Identity, served: str) -> Taken:
        """Take the kept copy of a backup that the checks blocked while the backup `served` was served.

        Raises TooLateError if another one is served now, or if there is no copy any more.
        """
        folder, now, name = self.storage.folder, read_served(self.storage.folder), wanted.name
        if (now.backup.sha256 if now and now.backup else "") != served:
            raise TooLateError(f"It is too late to publish {name}: what is served has changed since it was blocked.")
        path = next(folder.backups.glob(f"*-{backup_id(wanted.sha256)}{ENDING}"), None)
        if path is None or file_digest(path) != wanted.sha256:
            raise TooLateError(f"It is too late to publish {name}: there is no copy of it any more.")
        archive = read_backup(path, name)
        dumped_at = self.storage.local(archive.dumped_at)
        if not is_demo_backup(name):
            self.shop.check(name, archive.database)
        check_not_rejected(folder, name, wanted.sha256, dumped_at)
        self.on_take(wanted.revision)
        return Taken(archive, _described(archive, path, path.stat().st_size, dumped_at, wanted))

    def _candidates(self) -> Candidates:
        """List the source and read the headers."""
        listing, storage = self.source.listing(), self.storage
        return find_candidates(
            storage.folder, self.source, listing, self.shop, storage.zone, datetime.now(UTC), progress=self.log.info
        )

    def _warn_of_skipped(self, candidates: Candidates) -> None:
        """Warn of what a sync never takes by itself."""
        for warning in left_out(candidates.listing):
            self.log.warning(warning)
        for database, backup in candidates.selection.foreign.items():
            self.log.warning(f"Skipped: {self.shop.explain(backup.name, database)}")
        for backup in candidates.selection.impossible:
            self.log.warning(f"Skipped: {backup.date_problem}")

    def _take_chosen(self, source: BackupSource, listed: ListedBackup) -> Taken:
        backup = self._dated(source, listed)
        if is_demo_backup(backup.name):
            return self._take(source, backup, chosen=True)
        if backup.header:
            self.shop.check(backup.name, backup.header.database)
        newest = None
        try:
            newest = next((b.order for b in self._candidates().selection.suitable if b.header), None)
        except TokoError as error:
            self.log.warning(f"The backup folder could not be listed: {error}")
        taken = self._take(source, backup, chosen=True)
        record_choice(self.storage.folder.records, taken.backup.sha256, newest)
        return taken

    def _dated(self, source: BackupSource, listed: ListedBackup) -> DatedBackup:
        """Read the header. A file that is no backup is rejected later, when it is read to its end."""
        try:
            header = read_header(source.head(listed, HEADER_BYTES), listed.name)
        except BackupError:
            header = None
        return dated(listed, header, self._first_seen(listed), self.storage.zone)

    def _first_seen(self, listed: ListedBackup) -> datetime:
        return first_seen(listed, self.storage.folder.records, datetime.now(UTC))

    def _take(self, source: BackupSource, backup: DatedBackup, *, chosen: bool = False) -> Taken:
        """Fetch and verify a backup, check that it may be published, and keep it."""
        listed, folder = backup.listed, self.storage.folder
        self.on_take(listed.revision)
        self.log.info(f"Copying {backup.name}")
        with self.watch("fetch"):
            source.fetch(listed, self.temporary, _progress_logger(listed, self.log.info))
        with self.watch("verify_and_hash"):
            archive, digest = _verified(self.temporary, backup.name, folder.rows)
        dumped_at = self.storage.local(archive.dumped_at)
        if problem := date_problem(backup.name, dumped_at, backup.first_seen):
            raise ImpossibleDateError(problem)
        if not is_demo_backup(backup.name):
            self.shop.check(backup.name, archive.database)
        if chosen:
            choose(folder, digest)
        check_not_rejected(folder, backup.name, digest, dumped_at)
        return Taken(archive, self._keep(archive, digest, backup, dumped_at))

    def _keep(self, archive: Archive, digest: str, backup: DatedBackup, dumped_at: datetime) -> BackupFile:
        """Rename the verified file to its final name."""
        path = self.temporary.with_name(f"{dumped_at:%Y%m%d-%H%M%S}-{backup_id(digest)}{ENDING}")
        size = self.temporary.stat().st_size
        self.temporary.replace(path)
        flush(path.parent)
        listed = Identity(digest, backup.name, backup.listed.revision, backup.listed.modified, backup.first_seen)
        return _described(archive, path, size, dumped_at, listed)

    def _kept_copy(self, candidates: Candidates) -> Taken | None:
        """Return the kept copy of the served backup, of which the source has only older ones."""
        served = candidates.served.backup if candidates.served else None
        if served is None or served.is_demo or not served.path.exists():
            return None
        self.log.warning(f"There is no backup newer than {served.name}, which is served.")
        return Taken(read_backup(served.path, served.name), served)

    def _nothing_to_take(self, candidates: Candidates) -> TokoError:
        place, setting = self.source.place, self.source.setting
        if candidates.selection.impossible:
            return ImpossibleDateError(candidates.selection.impossible[0].date_problem)
        if candidates.selection.suitable:
            return NoBackupError(f"There is no backup in {place} that is newer than the served one and not rejected.")
        if candidates.selection.foreign:
            return NoBackupError(f"There is no backup of the shop's database {self.shop.name} in {place}.")
        others = [
            ("conflicted copies", candidates.listing.conflicted),
            ("links, pipes or the like", candidates.listing.special),
        ]
        only = "".join(f", only {what}" for what, names in others if names)
        return NoBackupError(f"There is no iPOS backup (*{ENDING}) in {place}{only}: put one there, or set {setting}.")


class ImpossibleDateError(BackupError):
    """The backup's header has a date that no backup can have."""


class TooLateError(PermanentError):
    """The owners decided about a backup, and what is served, or the copy of that backup, has changed since."""


def _described(archive: Archive, path: Path, size: int, dumped_at: datetime, listed: Identity) -> BackupFile:
    return BackupFile(
        path=path,
        sha256=listed.sha256,
        size=size,
        name=listed.name,
        revision=listed.revision,
        dumped_at=dumped_at,
        encoding=archive.encoding,
        archive_version=archive.version,
        server_version=archive.server_version,
        database=archive.database,
        modified=listed.modified,
        first_seen=listed.first_seen,
    )


def _verified(file: Path, name: str, rows: Path) -> tuple[Archive, str]:
    """Read the file to its end, keep the needed rows, hash it and flush it to disk, all in parallel."""
    with ThreadPoolExecutor(2) as pool, whole_folder(rows) as excerpt:
        flushed, hashed = pool.submit(flush, file), pool.submit(file_digest, file)
        archive = extract(file, name, excerpt)
        flushed.result()
        digest = hashed.result()
        name_excerpt(excerpt, backup_id(digest))
        return archive, digest


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
