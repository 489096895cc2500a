"""The assets before and after the chain that Dagster does not make: the backup folder and the Telegram bot."""

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.metadata.labels import Label, labelled, with_label

BACKUP_FOLDER = "backup_folder"


def external_assets(settings: Settings) -> list[dg.AssetSpec]:
    """Return both assets, so that the lineage leads from the backup to the answer."""
    return [backup_folder(settings), labelled(dg.AssetSpec("telegram_bot", deps=["product_catalog"]))]


def backup_folder(settings: Settings) -> dg.AssetSpec:
    """Return the asset of the backup folder: in Dropbox or on this machine, as BACKUP_SOURCE says."""
    if settings.backup_source == "dropbox":
        kind, setting = "dropbox", "DROPBOX_FOLDER_PATH"
        where = f"The Dropbox folder `{settings.dropbox_folder_path or '/'}`"
    else:
        kind, setting, where = "file", "BACKUP_FOLDER", f"The folder `{settings.inbox}`"
    description = f"""
{where}: iPOS backups (`*.i5bu`) arrive there, and the sensor `new_backup` polls it for new ones.

**Not made by Dagster.** The setting {setting} names the folder.

**If no new backup arrives:** check that iPOS still makes backups on the shop's machine, and that they are uploaded.
`toko doctor` tells you whether the folder is reachable.
"""
    return with_label(dg.AssetSpec(BACKUP_FOLDER), Label("backup", frozenset({kind}), description))
