"""Builds the whole code location as one explicit object, from the settings of one shop."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from toko_assets.backups.choose_source import open_source
from toko_assets.common.notifier import OwnerNotifier
from toko_assets.common.settings import Settings
from toko_assets.defs.assets.external_assets import external_assets
from toko_assets.defs.assets.recent_sales import recent_sales, till_agrees
from toko_assets.defs.jobs import CHAIN, rebuild_catalog, sync, sync_this_backup
from toko_assets.defs.jobs import recent_sales as recent_sales_job
from toko_assets.defs.metadata.labels import labelled
from toko_assets.defs.rejections import judging_rules
from toko_assets.defs.resources.postgres import postgres_resource
from toko_assets.defs.resources.record_io import record_io_manager
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.defs.resources.sync_lock import sync_lock_resource
from toko_assets.defs.resources.worker import worker
from toko_assets.defs.rollback_job import rollback_catalog
from toko_assets.defs.run_log import run_logger
from toko_assets.defs.schedules import daily_sync
from toko_assets.defs.sensors.delivery import delivery_sensor
from toko_assets.defs.sensors.heartbeat import heartbeat_sensor
from toko_assets.defs.sensors.new_backup import new_backup_sensor
from toko_assets.defs.sensors.owners import failure_sensor, success_sensor
from toko_assets.defs.sensors.recent_sales import recent_sales_sensor
from toko_core import SettingError
from toko_core.settings import TelegramSettings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def build_defs(
    settings: Settings, telegram: TelegramSettings | SettingError, *, clock: Clock = utc_now
) -> dg.Definitions:
    """Build the code location of one shop. `telegram` names the owners to notify, or is the error that prevents it."""
    return dg.Definitions(
        assets=[*_chain(settings), *external_assets(settings)],
        asset_checks=[till_agrees],
        jobs=[sync, sync_this_backup, rebuild_catalog, rollback_catalog, recent_sales_job],
        sensors=[
            new_backup_sensor(clock),
            success_sensor(),
            failure_sensor(clock),
            delivery_sensor(),
            heartbeat_sensor(settings),
            recent_sales_sensor(settings.sales_every_hours, clock),
        ],
        schedules=[daily_sync(settings)],
        # In one process the chain takes 2 s, with the multiprocess default 30 s. The executor is set here, not only on
        # the job, because "Materialize all" launches a job that Dagster defines.
        executor=dg.in_process_executor,
        loggers={"console": run_logger},
        resources={
            "backup_source": open_source(settings),
            "io_manager": record_io_manager(settings.folder),
            "notifier": OwnerNotifier(settings, telegram, clock=clock),
            "postgres": postgres_resource(settings),
            "storage": StorageResource(
                root=str(settings.data_folder),
                timezone=settings.shop_timezone,
                keep_backups=settings.keep_backups,
                keep_catalogs=settings.keep_catalogs,
                keep_runs=settings.keep_runs,
                keep_run_days=settings.keep_run_days,
                keep_csv=settings.max_csv_files,
                ipos_database=settings.ipos_database,
                synonyms_file=str(settings.synonyms) if settings.synonyms else None,
                rules=judging_rules(settings),
            ),
            "sync_lock": sync_lock_resource(settings),
            "worker": worker,
        },
    )


def _chain(settings: Settings) -> list[Any]:
    """Return the assets with their labels. The catalogue gets a freshness policy: it is stale after STALE_HOURS."""

    def with_freshness(spec: dg.AssetSpec) -> dg.AssetSpec:
        if spec.key != dg.AssetKey("product_catalog"):
            return spec
        fresh = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=settings.stale_hours))
        return spec.replace_attributes(freshness_policy=fresh)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # code references are beta, and nothing depends on them
        return list(
            dg.with_source_code_references(
                dg.map_asset_specs(with_freshness, dg.map_asset_specs(labelled, (*CHAIN, recent_sales)))
            )
        )
