"""Finds the backups that a sync may take by itself: the shop's, newer than what is served, newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from toko_assets.backups.chosen import order_to_exceed
from toko_assets.backups.headers import read_headers
from toko_assets.backups.listing import DatedBackup, Listing
from toko_assets.backups.shop_database import NoShopDatabaseError, Selection, ShopDatabase, explain_choices, select
from toko_assets.backups.source import BackupSource
from toko_assets.common.records import Order
from toko_assets.publishing.served import Served, read_served
from toko_core.files import DataFolder


@dataclass(frozen=True, slots=True)
class Candidates:
    """The listed backups, compared with the shop's database and with what is served."""

    listing: Listing
    selection: Selection
    shop: ShopDatabase
    served: Served | None
    exceed: Order | None
    """The place in the order after which a backup is newer than what is served; None if nothing of the shop is."""
    unread: int
    """How many headers are still to be read."""

    @property
    def newer(self) -> Sequence[DatedBackup]:
        """The suitable backups that are newer than what is served, newest first.

        If what is served must be made again, its own backup counts as newer too.
        """
        exceed, served = self.exceed, self.served.revision if self.served else None
        if exceed is None:
            return self.selection.suitable
        others = [backup for backup in self.selection.suitable if backup.listed.revision != served]
        return [backup for backup in others if backup.order > exceed or (served is None and backup.order == exceed)]

    @property
    def served_again(self) -> DatedBackup | None:
        """The backup that is served, if it is listed."""
        revision = self.served.revision if self.served else None
        return next((backup for backup in self.selection.suitable if backup.listed.revision == revision), None)

    def check_chosen(self) -> None:
        """Raise NoShopDatabaseError if there are several databases, and none is chosen, or none of the chosen one."""
        if self.selection.choices:
            raise NoShopDatabaseError(explain_choices(self.selection.choices))
        foreign, wanted = self.selection.foreign, self.shop.adopted or self.shop.pattern
        if wanted and foreign and not self.selection.suitable:
            setting = "adopted" if self.shop.adopted else "IPOS_DATABASE"
            raise NoShopDatabaseError(
                f"There is no backup of database {wanted} ({setting}), only of: {', '.join(foreign)}."
            )


def find_candidates(
    folder: DataFolder,
    source: BackupSource,
    listing: Listing,
    shop: ShopDatabase,
    zone: ZoneInfo,
    now: datetime,
    *,
    seconds: float | None = None,
    keep: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Candidates:
    """Read the headers of the listed backups, for at most about `seconds`, and sort the backups.

    With `keep=False`, nothing is written to the data folder. Raises what the source raises.
    """
    dated = read_headers(
        source, listing.backups, folder.records, zone, now, seconds=seconds, keep=keep, progress=progress
    )
    served = read_served(folder)
    exceed, database = None, served.database if served else None
    if served and served.backup and not served.is_demo and (database is None or shop.accepts(database)):
        exceed = order_to_exceed(folder.records, served.backup) if served.revision else served.backup.order
    return Candidates(listing, select(dated.backups, shop), shop, served, exceed, dated.unread)
