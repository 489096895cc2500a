"""What Dagster loads: the whole code location in one explicit object."""

import warnings
from datetime import timedelta

import dagster as dg

from toko_assets.common.settings import Settings, load_settings
from toko_assets.defs.assets.external_assets import external_assets
from toko_assets.defs.jobs import CHAIN, rebuild_catalog, sync, sync_this_backup
from toko_assets.defs.metadata.labels import labelled
from toko_assets.defs.resources import (
    BackupSource,
    FolderSource,
    OwnerNotifier,
    PostgresResource,
    RecordIOManager,
    StorageResource,
)
from toko_assets.defs.rollback_job import rollback_catalog
from toko_assets.defs.run_log import run_logger
from toko_assets.defs.schedules import daily_sync
from toko_assets.defs.sensors.new_backup import new_backup, tell_failure, tell_success
from toko_core.files import DataFolder

settings = load_settings()
folder = DataFolder(settings.data_folder)


def with_freshness(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The catalogue counts as old, in the web interface too, after STALE_HOURS."""
    if spec.key != dg.AssetKey("product_catalog"):
        return spec
    fresh = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=settings.stale_hours))
    return spec.replace_attributes(freshness_policy=fresh)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)  # code references are beta; without them nothing is lost
    chain = dg.with_source_code_references(dg.map_asset_specs(with_freshness, dg.map_asset_specs(labelled, CHAIN)))


def backup_source(settings: Settings) -> BackupSource:
    """The one that BACKUP_SOURCE names."""
    if settings.backup_source == "folder":
        return FolderSource(folder=str(settings.inbox))
    from toko_assets.backups.dropbox import DropboxSource

    return DropboxSource(folder=settings.dropbox_folder_path)


defs = dg.Definitions(
    assets=[*chain, *external_assets(settings)],
    jobs=[sync, sync_this_backup, rebuild_catalog, rollback_catalog],
    sensors=[new_backup, tell_success, tell_failure],
    schedules=[daily_sync(settings)],
    # In one process the chain takes 2 s, with the multiprocess default 30 s. Set here and not on the job alone:
    # "Materialize all" launches a job of Dagster's own.
    executor=dg.in_process_executor,
    loggers={"console": run_logger},
    resources={
        "backup_source": backup_source(settings),
        "io_manager": RecordIOManager(root=str(folder.root)),
        "notifier": OwnerNotifier(shop=settings.shop_name, timezone=settings.shop_timezone, web_url=settings.web_url),
        "postgres": PostgresResource.configured(settings),
        "storage": StorageResource(
            root=str(folder.root),
            timezone=settings.shop_timezone,
            keep_backups=settings.keep_backups,
            keep_catalogs=settings.keep_catalogs,
            keep_csv=settings.max_csv_files,
        ),
    },
)
