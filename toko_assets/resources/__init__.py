"""What assets and sensors reach the outside through: backups, PostgreSQL, the data folder, records, the owners.

The Dropbox source is not among them: its library takes a second and 150 MB, and is imported where it is used.
"""

from toko_assets.resources.backup_source import BackupSource
from toko_assets.resources.folder_source import FolderSource
from toko_assets.resources.notifier import OwnerNotifier
from toko_assets.resources.postgres import PostgresResource
from toko_assets.resources.record_io import RecordIOManager
from toko_assets.resources.storage import StorageResource

__all__ = [
    "BackupSource", "FolderSource", "OwnerNotifier", "PostgresResource", "RecordIOManager",
    "StorageResource",
]  # fmt: skip
