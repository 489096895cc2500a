"""The jobs an operator launches."""

import dagster as dg

from toko_assets.assets import exported_products, price_history, product_catalog, raw_backup, restored_database

CHAIN = (raw_backup, restored_database, exported_products, price_history, product_catalog)

sync = dg.define_asset_job(
    "sync",
    selection=dg.AssetSelection.assets(*CHAIN),
    description="The newest backup becomes the served catalogue: the whole chain once.",
)
