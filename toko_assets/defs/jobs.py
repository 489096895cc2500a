"""The asset jobs that an operator launches. `rollback_job.py` has the op job."""

import dagster as dg
from pydantic import Field

from toko_assets.defs.assets.earlier_config import unset
from toko_assets.defs.assets.exported_products import ExportConfig, exported_products
from toko_assets.defs.assets.price_history import price_history
from toko_assets.defs.assets.product_catalog import CatalogConfig, product_catalog
from toko_assets.defs.assets.raw_backup import ADOPT_MEANS, CHOSEN_MEANS, BackupConfig, Chosen, raw_backup
from toko_assets.defs.assets.restored_database import restored_database

CHAIN = (raw_backup, restored_database, exported_products, price_history, product_catalog)
REBUILT = CHAIN[CHAIN.index(price_history) :]


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
    selection=dg.AssetSelection.assets(*CHAIN),
    description="Runs the whole chain once: the newest backup of the folder becomes the served catalogue.",
)

sync_this_backup = dg.define_asset_job(
    "sync_this_backup",
    selection=dg.AssetSelection.assets(*CHAIN),
    config=chosen,
    description="Makes a chosen backup the served catalogue, even if it is older or was rejected by a rollback. "
    "Name the backup in the config: `backup: NAME`.",
)

rebuild_catalog = dg.define_asset_job(
    "rebuild_catalog",
    selection=dg.AssetSelection.assets(*REBUILT),
    description="Rebuilds the catalogue from the last export. No backup is fetched or restored.",
)
