"""Backups in a Dropbox folder."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from threading import Event
from typing import Any

from dropbox import Dropbox
from dropbox.exceptions import ApiError, RateLimitError
from dropbox.file_transfer import (
    Downloader,
    DownloadInfo,
    DownloadOptions,
    DownloadProgress,
    FileTarget,
    TransferError,
)
from dropbox.files import FileMetadata, Metadata

from toko_assets.backups.dropbox_client import (
    dropbox_client,
    dropbox_errors,
    is_not_found,
    is_path_error,
    no_folder,
    quiet_error,
)
from toko_assets.backups.dropbox_root import DropboxRoot
from toko_assets.backups.listing import ListedBackup, Listing, newest_first
from toko_assets.backups.source import ENDING, SPACE_TIMES, BackupSource, GoneError, NoBackupError, is_conflicted
from toko_assets.backups.watch.dropbox import dropbox_changes
from toko_assets.common.settings import Settings
from toko_assets.ipos.archive.reader import MAGIC, check_magic
from toko_core import TransientError
from toko_core.files import check_space

MOST_PAGES = 1000
"""Pages of one listing. The limit stops a Dropbox that always announces one more page."""
RESUMPTIONS = 8
"""Attempts for one download, with up to 5 seconds in between."""
RESTARTS = 3
"""How often a listing starts again because Dropbox has reset its cursor."""


@dataclass(frozen=True, slots=True)
class DropboxSource(BackupSource):
    """The `*.i5bu` files of a Dropbox folder, in any letter case. Subfolders are not searched."""

    settings: Settings
    """The settings that hold the access to Dropbox."""
    folder: str
    """A path like /IPOS; empty for everything that the app can see."""
    _root: DropboxRoot = field(default_factory=DropboxRoot, compare=False)

    @property
    def place(self) -> str:
        return f"the Dropbox folder {self.folder or '/'}"

    @property
    def setting(self) -> str:
        return "DROPBOX_FOLDER_PATH"

    def listing(self) -> Listing:
        """List all pages of the folder. Raises TransientError or PermanentError."""
        entries: dict[str, FileMetadata] = {}
        with dropbox_errors(self.folder), dropbox_client(self.settings) as client:
            try:
                found = self._root.search(client, self._entries)
            except ApiError as error:
                if is_not_found(error):
                    raise no_folder(self.folder, self._root.team) from error
                raise
        for entry in found:
            if isinstance(entry, FileMetadata) and entry.is_downloadable and entry.name.lower().endswith(ENDING):
                entries[entry.path_lower] = entry
            else:  # deleted while pages were read, or replaced by a folder with that name
                entries.pop(entry.path_lower, None)
        backups = [_listed(entry) for entry in entries.values() if not is_conflicted(entry.name)]
        return Listing(newest_first(backups), sorted(e.name for e in entries.values() if is_conflicted(e.name)))

    def changes(self, stop: Event) -> Iterator[None]:
        """Wait for changes with longpolls."""
        return dropbox_changes(self.settings, self.folder, self._root, stop)

    def head(self, backup: ListedBackup, count: int) -> bytes:
        """Download the beginning of this revision with a range request."""
        if not backup.size:
            return b""
        last = min(count, backup.size) - 1
        with dropbox_errors(self.folder), dropbox_client(self.settings) as client:
            try:
                _, response = self._root.use(
                    client,
                    lambda rooted: rooted.files_download(
                        f"rev:{backup.revision}", extra_headers={"Range": f"bytes=0-{last}"}
                    ),
                )
            except ApiError as error:
                if is_path_error(error.error):
                    raise GoneError(f"{backup.place} is gone from Dropbox: it was deleted or moved.") from error
                raise NoBackupError(f"Dropbox does not let the app download {backup.place}.") from error
            with closing(response):
                start = b""
                for piece in response.iter_content(last + 1):
                    start += piece
                    if len(start) > last:
                        break
                return start[: last + 1]

    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Download exactly this revision, resume after interruptions, verify Dropbox's hash, then rename the file."""
        check_space(target.parent, int(backup.size * SPACE_TIMES))

        def report(state: DownloadProgress) -> None:
            progress(state.bytes_committed)

        def download(client: Dropbox) -> None:
            file = _Target(target, backup.size)
            try:
                Downloader(_Content(client)).download(
                    f"rev:{backup.revision}", file, DownloadOptions(max_attempts=RESUMPTIONS, progress=report)
                )
            except TransferError:
                if file.begins_otherwise:  # or Dropbox sent another file than it has
                    check_magic(self.head(backup, len(MAGIC)), backup.name)
                raise
            finally:
                file.abort()  # the Downloader does not do it after an interrupt

        with dropbox_errors(self.folder), dropbox_client(self.settings, repeats=False) as client:
            try:
                self._root.use(client, download)
            except ApiError as error:
                raise _gone_or(error, backup.place) from error

    def _entries(self, client: Dropbox) -> list[Metadata]:
        """Return the entries of all pages, in Dropbox's order."""
        page, restarts = client.files_list_folder(self.folder), 0
        entries = list(page.entries)
        for _ in range(MOST_PAGES):
            if not page.has_more:
                return entries
            try:
                page = client.files_list_folder_continue(page.cursor)
                entries += page.entries
            except ApiError as error:
                if not error.error.is_reset() or restarts == RESTARTS:
                    raise
                restarts += 1
                page = client.files_list_folder(self.folder)
                entries = list(page.entries)
        raise TransientError(f"Dropbox's listing of {self.folder or '/'} does not end after {MOST_PAGES:,} pages.")


@dataclass(frozen=True)
class _Content:
    """The part of a client that the Downloader uses. It would itself retry a rate-limited request at once."""

    client: Dropbox

    def files_download(self, *args: Any, **options: Any) -> Any:
        try:
            return self.client.files_download(*args, **options)
        except RateLimitError as error:
            raise quiet_error(error) from error


class _Target(FileTarget):  # type: ignore[misc]  # the SDK has no types
    """The file that is downloaded to: a dump of the listed size, or nothing. The SDK makes it for this user only."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(str(path))
        self._size = size
        self.begins_otherwise = False
        """Whether what was received does not begin like a dump."""

    def prepare(self, info: DownloadInfo) -> None:
        if info.size != self._size:
            raise TransferError(f"{info.size} bytes were announced, and {self._size} listed")
        super().prepare(info)

    def write_at(self, data: bytes, offset: int) -> int:
        if offset == 0 and not data.startswith(MAGIC[: len(data)]):
            self.begins_otherwise = True
            raise TransferError("no dump")
        return int(super().write_at(data, offset))


def _listed(entry: FileMetadata) -> ListedBackup:
    return ListedBackup(
        place=entry.path_display or entry.path_lower,
        revision=entry.rev,
        size=entry.size,
        modified=entry.server_modified.replace(tzinfo=UTC),
    )


def _gone_or(error: ApiError, place: str) -> TransientError:
    """Return an error about the file; `dropbox_errors` would report it as one about the folder."""
    if is_path_error(error.error):
        return TransientError(f"{place} is gone from Dropbox: it was deleted or moved.")
    return TransientError(f"Dropbox does not let the app download {place}.")
