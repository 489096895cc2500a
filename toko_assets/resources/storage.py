"""The data folder as the assets know it: where things lie, how many of them stay, and the shop's time zone."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from toko_assets.data_folder import DataFolder


class StorageResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """TOKO_DATA_DIR, KEEP_BACKUPS, KEEP_CATALOGS, MAX_CSV_FILES and SHOP_TIMEZONE."""

    root: str
    timezone: str
    keep_backups: int
    keep_catalogs: int
    keep_csv: int

    @property
    def folder(self) -> DataFolder:
        """The rooms of the data folder."""
        return DataFolder(Path(self.root))

    def local(self, time: datetime) -> datetime:
        """A time without a zone, as iPOS writes it, in the shop's zone."""
        return time.replace(tzinfo=ZoneInfo(self.timezone))
