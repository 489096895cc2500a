"""The jobs of assets that an operator launches; `rollback_job.py` has the one that is none."""

import dagster as dg
from pydantic import Field

from toko_assets.defs.assets.exported_products import exported_products
from toko_assets.defs.assets.price_history import price_history
from toko_assets.defs.assets.product_catalog import MOST_LOST, MOST_LOST_MEANS, CatalogConfig, product_catalog
from toko_assets.defs.assets.raw_backup import CHOSEN_MEANS, BackupConfig, Chosen, raw_backup
from toko_assets.defs.assets.restored_database import restored_database

CHAIN = (raw_backup, restored_database, exported_products, price_history, product_catalog)
REBUILT = CHAIN[CHAIN.index(price_history) :]


class ChosenBackup(dg.Config):
    """What the Launchpad asks for."""

    backup: str = Field(description=CHOSEN_MEANS)
    most_products_lost: float = Field(default=MOST_LOST, description=MOST_LOST_MEANS)


@dg.config_mapping
def chosen(config: ChosenBackup) -> dg.RunConfig:
    """As the assets take it."""
    return dg.RunConfig(
        ops={
            "raw_backup": BackupConfig(take=Chosen(backup=config.backup)),
            "product_catalog": CatalogConfig(most_products_lost=config.most_products_lost),
        }
    )


sync = dg.define_asset_job(
    "sync",
    selection=dg.AssetSelection.assets(*CHAIN),
    description="The newest backup of the folder becomes the served catalogue: the whole chain once.",
)

sync_this_backup = dg.define_asset_job(
    "sync_this_backup",
    selection=dg.AssetSelection.assets(*CHAIN),
    config=chosen,
    description="A chosen backup becomes the served catalogue, though it be older, or refused by a rollback. "
    "Say which: `backup: NAME`.",
)

rebuild_catalog = dg.define_asset_job(
    "rebuild_catalog",
    selection=dg.AssetSelection.assets(*REBUILT),
    description="The catalogue, made anew from what was exported last: no backup is fetched or restored.",
)
