"""What assets and sensors reach the outside through: backups, PostgreSQL, the data folder, records, the owners."""

from toko_assets.resources.backup_source import BackupSource
from toko_assets.resources.dropbox_source import DropboxSource
from toko_assets.resources.folder_source import FolderSource
from toko_assets.resources.notifier import OwnerNotifier
from toko_assets.resources.postgres import PostgresResource
from toko_assets.resources.record_io import RecordIOManager
from toko_assets.resources.storage import StorageResource

__all__ = [
    "BackupSource", "DropboxSource", "FolderSource", "OwnerNotifier", "PostgresResource", "RecordIOManager",
    "StorageResource",
]  # fmt: skip
