"""The rejection of backups by a rollback: the served backup and older ones, until a newer one arrives.

No sync publishes a rejected backup automatically. The rejection is valid only while CURRENT does not name the rejected
catalogue. A rollback writes the rejection before it replaces CURRENT, so that a kill in between changes nothing.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from toko_assets.common.records import BackupFile, Catalog
from toko_assets.common.rollback_record import Rejection, read_rollbacks, write_rollbacks
from toko_assets.publishing.served import read_served
from toko_core import CatalogError, PermanentError
from toko_core.catalog.demo import is_demo_backup
from toko_core.catalog.store import current_file
from toko_core.files import DataFolder


class RejectedError(PermanentError):
    """The backup was rejected or is not newer than the rejected one, or it is the demo's in a shop's data folder."""


def rejection_in_force(folder: DataFolder) -> Rejection | None:
    """Return the rejection, or None if it has ended or the rejected catalogue is served."""
    rejection, served = read_rollbacks(folder).refusal, None
    with suppress(CatalogError):  # CURRENT names no catalogue
        served = current_file(folder.catalog)
    return None if rejection and served and served.name == rejection.file else rejection


def check_not_rejected(folder: DataFolder, name: str, sha256: str, dumped_at: datetime) -> None:
    """Raise RejectedError if this backup may not be published. The served backup may be published again."""
    _check_no_demo_in_a_shop(folder, name)
    rejection = rejection_in_force(folder)
    if rejection is None or sha256 in rejection.chosen or not rejection.covers(sha256, dumped_at):
        return
    itself = sha256 == rejection.sha256
    served = None if itself else read_served(folder)
    if served is None or served.backup is None or served.backup.sha256 != sha256:
        raise RejectedError(rejection.explain(name, itself=itself))


def _check_no_demo_in_a_shop(folder: DataFolder, name: str) -> None:
    """Raise RejectedError for the demo's backup in a shop's data folder: its staff must never see invented prices."""
    served = read_served(folder) if is_demo_backup(name) else None
    if served and served.backup and not served.is_demo:
        raise RejectedError(f"{name} is the demo's backup, but {served.backup.name} of a shop is published here.")


def choose(folder: DataFolder, sha256: str) -> None:
    """Record that a person chose this backup, so that it may be published even if it is rejected."""
    rollbacks, rejection = read_rollbacks(folder), rejection_in_force(folder)
    if rejection and sha256 not in rejection.chosen:
        chosen = (*rejection.chosen, sha256)
        write_rollbacks(folder, replace(rollbacks, refusal=replace(rejection, chosen=chosen)))


def end_rejection(folder: DataFolder, published: BackupFile) -> None:
    """Remove the rejection if the published backup is the rejected one, or a newer one."""
    rollbacks = read_rollbacks(folder)
    rejection = rollbacks.refusal
    if rejection and (
        published.sha256 == rejection.sha256 or not rejection.covers(published.sha256, published.dumped_at)
    ):
        write_rollbacks(folder, replace(rollbacks, refusal=None))


def rejection_after(folder: DataFolder, name: str, backup: BackupFile, to: Catalog, now: datetime) -> Rejection | None:
    """Return the rejection after a rollback serves `to` instead of the catalogue `name`, which was made from `backup`.

    Return None if the rollback goes forward: to the rejected catalogue itself, or to a newer backup.
    """
    rejection = rejection_in_force(folder)
    if rejection is None or rejection.dumped_at < backup.dumped_at:
        rejection = Rejection(name, backup.name, backup.revision, backup.sha256, backup.dumped_at, now)
    rejects = to.file.name != rejection.file and rejection.covers(to.backup.sha256, to.backup.dumped_at)
    return replace(rejection, refused_at=now, chosen=()) if rejects else None
