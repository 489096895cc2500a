"""What the assets reach the outside through: the source of backups, PostgreSQL, the data folder, the records."""

from toko_assets.resources.backup_source import FolderSource
from toko_assets.resources.postgres import PostgresResource
from toko_assets.resources.record_io import RecordIOManager
from toko_assets.resources.storage import StorageResource

__all__ = ["FolderSource", "PostgresResource", "RecordIOManager", "StorageResource"]
