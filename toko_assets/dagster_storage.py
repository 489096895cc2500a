"""An alias of `toko_assets.defs.dagster_storage` (since 0.2.0). The dagster.yaml of an older installation names it."""

from toko_assets.defs.dagster_storage import LocalStorage

__all__ = ["LocalStorage"]
