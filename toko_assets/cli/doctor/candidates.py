"""Sorts the backups of a source for the doctor, as a sync does, without writing anything."""

from collections.abc import Callable
from datetime import UTC, datetime

from toko_assets.backups.source import BackupSource, left_out
from toko_assets.common.settings import Settings
from toko_assets.publishing.candidates import Candidates, find_candidates
from toko_assets.publishing.served import read_shop_database

HEADER_SECONDS = 20.0
"""How long headers are read, the newest files' first: from Dropbox each takes a request."""


def backups_of_shop(settings: Settings, source: BackupSource, warn: Callable[[str], None]) -> Candidates:
    """List the source, and warn of each backup that a sync never takes by itself.

    Raises NoShopDatabaseError if the shop's database must be chosen first, and what the source raises.
    """
    shop = read_shop_database(settings.folder, settings.ipos_database)
    found = find_candidates(
        settings.folder, source, source.listing(), shop, settings.zone, datetime.now(UTC),
        seconds=HEADER_SECONDS, keep=False,
    )  # fmt: skip
    for warning in left_out(found.listing):
        warn(warning)
    for database, backup in found.selection.foreign.items():
        warn(f"Skipped: {shop.explain(backup.name, database)}")
    for backup in found.selection.impossible:
        warn(f"Skipped: {backup.date_problem}")
    found.check_chosen()
    return found
