"""Opens the source of backups that the settings name. A new kind of source is added here."""

from toko_assets.backups.folder import FolderSource
from toko_assets.backups.source import BackupSource
from toko_assets.common.settings import Settings


def open_source(settings: Settings) -> BackupSource:
    """Return the source that BACKUP_SOURCE names.

    Dropbox's library takes a second and 150 MB, so it is imported only where it is used.
    """
    if settings.backup_source == "folder":
        return FolderSource(settings.inbox, must_exist=settings.backup_folder is not None)
    from toko_assets.backups.dropbox import DropboxSource

    return DropboxSource(settings, settings.dropbox_folder_path)
