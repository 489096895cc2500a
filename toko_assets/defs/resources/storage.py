"""The data folder as a resource: its subfolders, the retention limits, and the shop's time zone."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from toko_assets.backups.shop_database import ShopDatabase
from toko_assets.common.records import BackupFile
from toko_assets.ipos.archive.excerpt import Excerpt
from toko_assets.ipos.sandbox.archives import open_excerpt
from toko_assets.publishing.served import read_shop_database
from toko_core import PermanentError
from toko_core.files import DataFolder


class StorageResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """TOKO_DATA_DIR, KEEP_BACKUPS, KEEP_CATALOGS, MAX_CSV_FILES, SHOP_TIMEZONE, IPOS_DATABASE, SYNONYMS_FILE."""

    root: str
    timezone: str
    keep_backups: int
    keep_catalogs: int
    keep_csv: int
    ipos_database: str | None = None
    synonyms_file: str | None = None
    keep_runs: int = 1_000
    keep_run_days: int = 60
    rules: str = ""
    """A mark of all that decides whether a backup is rejected, besides the backup itself."""

    @property
    def folder(self) -> DataFolder:
        """The data folder and its subfolders."""
        return DataFolder(Path(self.root))

    @property
    def synonyms(self) -> Path | None:
        """The file with the shop's own synonyms; None if it has none."""
        return Path(self.synonyms_file) if self.synonyms_file else None

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def shop(self) -> ShopDatabase:
        """Which database is the shop's now."""
        return read_shop_database(self.folder, self.ipos_database)

    def excerpt(self, backup: BackupFile) -> Excerpt:
        """Open the excerpt of a kept backup. Raises PermanentError if it is gone, IncompleteBackupError if damaged."""
        if not backup.path.exists():
            raise PermanentError("The copy of the backup is gone: materialise raw_backup first.")
        return open_excerpt(self.folder.rows, backup.path, backup.id, backup.name)

    def shown(self, time: datetime) -> datetime:
        """Convert a time to the shop's time zone."""
        return time.astimezone(self.zone)

    def local(self, time: datetime) -> datetime:
        """Interpret a time without a zone, as iPOS writes it, in the shop's time zone."""
        return time.replace(tzinfo=self.zone)
