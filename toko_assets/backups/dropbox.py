"""Backups in a Dropbox folder."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from dropbox import Dropbox
from dropbox.exceptions import ApiError, RateLimitError
from dropbox.file_transfer import Downloader, DownloadOptions, DownloadProgress, File
from dropbox.files import FileMetadata, Metadata

from toko_assets.backups.dropbox_client import dropbox_client, dropbox_errors, is_path_error, quiet_error
from toko_assets.backups.listing import ListedBackup, Listing, newest_first
from toko_assets.backups.source import ENDING, BackupSource, is_conflicted
from toko_assets.common.settings import Settings
from toko_core.errors import TransientError

MOST_PAGES = 1000
"""Of one listing: a Dropbox that always has one more page is not waited for."""
RESUMPTIONS = 8
"""Of one download, with up to 5 seconds in between."""
RESTARTS = 3
"""Of a listing whose cursor Dropbox has forgotten."""


@dataclass(frozen=True, slots=True)
class DropboxSource(BackupSource):
    """The `*.i5bu` of a Dropbox folder, in any letter case, without those of its subfolders."""

    settings: Settings
    """With the access to Dropbox."""
    folder: str
    """Like /IPOS; empty for all that the app sees."""

    @property
    def place(self) -> str:
        return f"the Dropbox folder {self.folder or '/'}"

    @property
    def setting(self) -> str:
        return "DROPBOX_FOLDER_PATH"

    def listing(self) -> Listing:
        """All pages of the folder. Raises TransientError or PermanentError."""
        entries: dict[str, FileMetadata] = {}
        with dropbox_errors(self.folder), dropbox_client(self.settings) as client:
            for entry in self._entries(client):
                if isinstance(entry, FileMetadata) and entry.is_downloadable and entry.name.lower().endswith(ENDING):
                    entries[entry.path_lower] = entry
                else:  # deleted while pages were read, or there is a folder of that name now
                    entries.pop(entry.path_lower, None)
        backups = [_listed(entry) for entry in entries.values() if not is_conflicted(entry.name)]
        return Listing(newest_first(backups), sorted(e.name for e in entries.values() if is_conflicted(e.name)))

    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Download exactly this revision: resumed after an interruption, compared with Dropbox's own hash, renamed."""

        def told(state: DownloadProgress) -> None:
            progress(state.bytes_committed)

        file = File(str(target))
        with dropbox_errors(self.folder), dropbox_client(self.settings, repeats=False) as client:
            try:
                Downloader(_Content(client)).download(
                    f"rev:{backup.revision}", file, DownloadOptions(max_attempts=RESUMPTIONS, progress=told)
                )
            except ApiError as error:
                raise _gone_or(error, backup.place) from error
            finally:
                file.abort()  # after an interrupt: the Downloader forgets it then

    def _entries(self, client: Dropbox) -> list[Metadata]:
        """Of all pages, in Dropbox's order."""
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
        raise TransientError(f"Dropbox lists {self.folder or '/'} without an end.")


@dataclass(frozen=True)
class _Content:
    """What the Downloader uses of a client. It would ask again at once after a refusal for too many requests."""

    client: Dropbox

    def files_download(self, *args: Any, **options: Any) -> Any:
        try:
            return self.client.files_download(*args, **options)
        except RateLimitError as error:
            raise quiet_error(error) from error


def _listed(entry: FileMetadata) -> ListedBackup:
    return ListedBackup(
        place=entry.path_display or entry.path_lower,
        revision=entry.rev,
        size=entry.size,
        modified=entry.server_modified.replace(tzinfo=UTC),
    )


def _gone_or(error: ApiError, place: str) -> TransientError:
    """The error, said of a file instead of the folder if it is about the file."""
    if is_path_error(error.error):
        return TransientError(f"{place} is gone from Dropbox: deleted, or moved away.")
    return TransientError(f"Dropbox does not hand out {place}.")
