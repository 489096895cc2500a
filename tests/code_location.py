"""The code location of the settings that the environment has at that moment."""

import dagster as dg

from toko_assets.common.settings import load_settings, load_telegram_settings
from toko_assets.defs.code_location import build_defs


def load_defs() -> dg.Definitions:
    """As `toko_assets.definitions` makes it when Dagster imports it."""
    return build_defs(load_settings(), load_telegram_settings())
