"""Finishes a restore that was killed, before anything else works with the data folder.

It imports little: every command calls it.
"""

from rich.console import Console

from toko_core.settings import ShopSettings, load

STAGED, PLAN = "restore.new", "plan.json"
"""The folder of the data folder in which a restore prepares the new state; the file in it that says what to swap."""


def finish_restore() -> None:
    """Finish a restore that was killed while it replaced the state. Raises TransientError if it is still running."""
    if not (load(ShopSettings).data_folder / STAGED / PLAN).exists():
        return
    from toko_assets.cli.upkeep.restore import finish_interrupted
    from toko_assets.common.settings import load_settings

    finish_interrupted(load_settings(), Console(stderr=True))
