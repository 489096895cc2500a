"""What every source of backups offers: a listing, and one backup of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from toko_assets.backups import ListedBackup, Listing


class BackupSource(dg.ConfigurableResource, ABC):  # type: ignore[type-arg]  # generic over its own value type
    """Where backups come from."""

    @abstractmethod
    def listing(self) -> Listing:
        """All backups. Raises PassingError or PermanentError."""

    @abstractmethod
    def find(self, place: str, revision: str) -> ListedBackup:
        """One of them as it was listed before. Raises PassingError if that revision is not to be had any more."""

    @abstractmethod
    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Write this revision to `target`, whole; `progress` hears how many bytes are there.

        Raises PassingError or PermanentError.
        """
