"""Since 0.2.0 in `toko_assets.defs.dagster_storage`. The dagster.yaml of an older installation names this module."""

from toko_assets.defs.dagster_storage import LocalStorage

__all__ = ["LocalStorage"]
