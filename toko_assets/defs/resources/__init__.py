"""What assets and sensors reach the outside through: backups, PostgreSQL, the data folder, records, the owners.

The Dropbox source is not among them: its library takes a second and 150 MB, and is imported where it is used.
"""

from toko_assets.backups.folder import FolderSource
from toko_assets.backups.source import BackupSource
from toko_assets.defs.resources.notifier import OwnerNotifier
from toko_assets.defs.resources.postgres import PostgresResource
from toko_assets.defs.resources.record_io import RecordIOManager
from toko_assets.defs.resources.storage import StorageResource

__all__ = [
    "BackupSource", "FolderSource", "OwnerNotifier", "PostgresResource", "RecordIOManager",
    "StorageResource",
]  # fmt: skip
