"""Where everything lies below TOKO_DATA_DIR."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The rooms of the data folder, by name."""

    root: Path

    @property
    def backups(self) -> Path:
        """Copies of whole backups: `<time of the dump>-<backup id>.i5bu`."""
        return self.root / "backups"

    @property
    def rows(self) -> Path:
        """The needed rows of the backup that was taken last, and their photos: made from it, and anew when missing."""
        return self.root / "rows"

    @property
    def exports(self) -> Path:
        """A folder of Parquet tables for each backup id, and the CSV files."""
        return self.root / "exports"

    @property
    def history(self) -> Path:
        """The price history: one Parquet file, kept for ever."""
        return self.root / "history"

    @property
    def catalog(self) -> Path:
        """Published DuckDB files, and CURRENT, which names the one that is served."""
        return self.root / "catalog"

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def records(self) -> Path:
        """What each asset last answered, as JSON."""
        return self.root / "records"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage, unless DAGSTER_HOME says otherwise."""
        return self.root / "dagster"
