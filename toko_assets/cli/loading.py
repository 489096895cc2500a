"""Loads the settings of commands. It imports their dependencies when it is called."""

from typing import TYPE_CHECKING

from rich.console import Console

from toko_assets.cli.terminal import plain

if TYPE_CHECKING:
    from toko_assets.common.settings import Settings


def load_settings() -> "Settings":
    """Load the settings of a command that only reads. Raises SettingError."""
    from toko_assets.common import settings

    return settings.load_settings()


def load_data_settings() -> "Settings":
    """Load the settings of a command that writes to the data folder. Raises DataDiskError if its disk is unusable.

    Commands call this before they import Dagster, because that import takes seconds.
    """
    from toko_assets.cli.upkeep.unfinished import finish_restore
    from toko_assets.common.data_disk import check_data_disk, close_to_others
    from toko_core.settings import env_warnings

    settings = load_settings()
    for warning in env_warnings():
        Console(stderr=True).print(f"[yellow]![/] {plain(warning)}", highlight=False, soft_wrap=True)
    check_data_disk(settings)
    close_to_others(settings)
    finish_restore()
    return settings
