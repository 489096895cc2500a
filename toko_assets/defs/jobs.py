"""The asset jobs that an operator launches. `rollback_job.py` has the op job."""

import dagster as dg
from pydantic import Field

from toko_assets.defs.assets.earlier_config import unset
from toko_assets.defs.assets.exported_products import ExportConfig, exported_products
from toko_assets.defs.assets.price_history import price_history
from toko_assets.defs.assets.product_catalog import CatalogConfig, product_catalog
from toko_assets.defs.assets.raw_backup import ADOPT_MEANS, CHOSEN_MEANS, BackupConfig, Chosen, raw_backup
from toko_assets.defs.assets.recent_sales import recent_sales as sales_asset
from toko_assets.defs.assets.recent_sales import till_agrees
from toko_assets.defs.assets.restored_database import restored_database
from toko_assets.defs.queues import SALES_TAGS, SYNC_TAGS

CHAIN = (raw_backup, restored_database, exported_products, price_history, product_catalog)
REBUILT = CHAIN[CHAIN.index(price_history) :]


def _of_chain(*assets: dg.AssetsDefinition) -> dg.AssetSelection:
    """Select assets with their own checks. till_agrees belongs to recent_sales, which no sync waits for."""
    return dg.AssetSelection.assets(*assets) - dg.AssetSelection.checks(till_agrees)


class ChosenBackup(CatalogConfig, ExportConfig):
    """The config that the Launchpad asks for: the backup, and every limit that it may exceed."""

    backup: str = Field(description=CHOSEN_MEANS)
    adopt_database: str | None = Field(default_factory=unset, description=ADOPT_MEANS)


@dg.config_mapping
def chosen(config: ChosenBackup) -> dg.RunConfig:
    """Map the config to that of the assets."""
    values = config.model_dump()
    return dg.RunConfig(
        ops={
            "raw_backup": BackupConfig(take=Chosen(backup=config.backup), adopt_database=config.adopt_database),
            "exported_products": ExportConfig(**{name: values[name] for name in ExportConfig.model_fields}),
            "product_catalog": CatalogConfig(**{name: values[name] for name in CatalogConfig.model_fields}),
        }
    )


sync = dg.define_asset_job(
    "sync",
    selection=_of_chain(*CHAIN),
    tags=SYNC_TAGS,
    description="Runs the whole chain once: the newest backup of the folder becomes the served catalogue.",
)

sync_this_backup = dg.define_asset_job(
    "sync_this_backup",
    selection=_of_chain(*CHAIN),
    tags=SYNC_TAGS,
    config=chosen,
    description="Makes a chosen backup the served catalogue, even if it is older or was rejected by a rollback. "
    "Name the backup in the config: `backup: NAME`.",
)

rebuild_catalog = dg.define_asset_job(
    "rebuild_catalog",
    selection=_of_chain(*REBUILT),
    tags=SYNC_TAGS,
    description="Rebuilds the catalogue from the last export. No backup is fetched or restored.",
)

recent_sales = dg.define_asset_job(
    "recent_sales",
    selection=dg.AssetSelection.assets(sales_asset) | dg.AssetSelection.checks(till_agrees),
    tags=SALES_TAGS,
    description="Reads what the shop sold in the 90 days before the served backup, beside any sync. The next catalogue "
    "carries it.",
)
