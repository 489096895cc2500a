"""Cleans up after a restore that was killed, before anything else works with the data folder.

It imports little: every command calls it.
"""

from rich.console import Console

from toko_assets.cli.upkeep.staging import STAGED
from toko_core.settings import ShopSettings, load


def finish_restore(*, wait: bool = False) -> None:
    """Finish a restore that was killed while it replaced the state, or remove what it left if it was killed before.

    A restore that is still running raises TransientError; with `wait` this waits until it is done.
    """
    if not (load(ShopSettings).data_folder / STAGED).exists():
        return
    from toko_assets.cli.upkeep.restore import finish_interrupted
    from toko_assets.common.settings import load_settings

    finish_interrupted(load_settings(), Console(stderr=True), wait=wait)
