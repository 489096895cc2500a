"""What stands before and behind the chain and is not made by Dagster: the backup folder and the Telegram bot."""

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.metadata.labels import Label, labelled, with_label

BACKUP_FOLDER = "backup_folder"


def external_assets(settings: Settings) -> list[dg.AssetSpec]:
    """Both, so that the lineage leads from the backup to the answer."""
    return [backup_folder(settings), labelled(dg.AssetSpec("telegram_bot", deps=["product_catalog"]))]


def backup_folder(settings: Settings) -> dg.AssetSpec:
    """The folder that iPOS backups arrive in, as BACKUP_SOURCE says: of Dropbox, or of this machine."""
    if settings.backup_source == "dropbox":
        kind, setting = "dropbox", "DROPBOX_FOLDER_PATH"
        where = f"The folder `{settings.dropbox_folder_path or '/'}` of Dropbox"
    else:
        kind, setting, where = "file", "BACKUP_FOLDER", f"The folder `{settings.inbox}`"
    description = f"""
{where}: iPOS's backups (`*.i5bu`) arrive there, and the sensor `new_backup` looks for new ones.

**Not made by Dagster.** The setting {setting} says which folder it is.

**If no new backup comes:** look whether iPOS still makes backups on the shop's machine, and whether they are uploaded.
`toko doctor` says whether the folder can be reached.
"""
    return with_label(dg.AssetSpec(BACKUP_FOLDER), Label("backup", frozenset({kind}), description))
