"""The chain, one asset a file: raw_backup → restored_database → exported_products → price_history → product_catalog."""

from toko_assets.defs.assets.exported_products import exported_products
from toko_assets.defs.assets.price_history import price_history
from toko_assets.defs.assets.product_catalog import product_catalog
from toko_assets.defs.assets.raw_backup import raw_backup
from toko_assets.defs.assets.restored_database import restored_database

__all__ = ["exported_products", "price_history", "product_catalog", "raw_backup", "restored_database"]
