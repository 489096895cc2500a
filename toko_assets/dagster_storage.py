"""Since 0.2.0 in `toko_assets.defs.dagster_storage`: the dagster.yaml of installations made before names this module."""

from toko_assets.defs.dagster_storage import LocalStorage

__all__ = ["LocalStorage"]
