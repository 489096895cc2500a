"""rollback_catalog: serves an earlier catalogue again, until a backup arrives that is newer than the rejected one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from toko_assets.common.publications import RolledBack, write_publication
from toko_assets.common.records import Catalog
from toko_assets.defs.metadata.catalog import catalog_metadata, catalog_pictures
from toko_assets.defs.metadata.images import pictures
from toko_assets.defs.queues import SYNC_TAGS
from toko_assets.defs.reporting import one_line_failures, report_checks
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.rejected import rejection_in_force
from toko_assets.publishing.rollback import choose_target, inspect, point_back, settle

CATALOG = dg.AssetKey("product_catalog")
ROLLED_BACK_FROM, REFUSED_TIME = "rolled_back_from", "refused_backup_time"
"""Metadata keys of the catalogue that a rollback serves."""


class RollbackConfig(dg.Config):
    """The config of a rollback."""

    file: str = Field(
        default="",  # not None: the Launchpad shows it then
        description="The file name of the catalogue to serve: catalog-….duckdb. If empty: the newest one before the "
        "served catalogue that was not rolled back itself and is not the demo's.",
    )


@dg.config_mapping
def target(config: RollbackConfig) -> dg.RunConfig:
    """Map the config to that of the op."""
    return dg.RunConfig(ops={"serve_earlier_catalogue": config})


@dg.op(out=dg.Out(dg.Nothing), description="Checks the file like a new catalogue, then points CURRENT to it.")
def serve_earlier_catalogue(
    context: dg.OpExecutionContext, config: RollbackConfig, storage: StorageResource
) -> Iterator[dg.AssetCheckEvaluation | dg.AssetMaterialization]:
    """Serve an earlier catalogue. The run's IO manager holds the sync lock."""
    folder = storage.folder
    with one_line_failures():
        file = choose_target(folder, config.file)
        inspected = inspect(folder, file)
    for result in report_checks(inspected.outcomes, file.name):
        yield _evaluation(result)
    with one_line_failures():
        described = _described(inspected.record, folder.exports / inspected.record.backup.id)
        previous = point_back(folder, inspected.record, storage.shown(datetime.now(UTC)))
        context.log.info(f"{file.name} is served, {previous} no longer")
        rejection = rejection_in_force(folder)
        rejected = {REFUSED_TIME: dg.TimestampMetadataValue(rejection.dumped_at.timestamp())} if rejection else {}
        publication = RolledBack(
            inspected.record.counts["products"],
            inspected.record.backup.dumped_at,
            rejection.dumped_at if rejection else None,
        )
        write_publication(folder.publications, context.run_id, publication)
        yield dg.AssetMaterialization(CATALOG, metadata={ROLLED_BACK_FROM: previous, **rejected, **described})
        settle(folder, inspected.record)


@dg.job(
    config=target,
    tags=SYNC_TAGS,
    description="Serves an earlier catalogue again, after the same checks as a new one. The backup that is served now, "
    "and older ones, are not published automatically until a newer one arrives.",
)
def rollback_catalog() -> None:
    """Run the one op of the job."""
    serve_earlier_catalogue()


def _evaluation(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=CATALOG,
        check_name=str(result.check_name),
        passed=result.passed,
        metadata=result.metadata,
        severity=result.severity,
        description=result.description,
        blocking=True,
    )


def _described(catalog: Catalog, export: Path) -> dict[str, Any]:
    """Return the metadata that product_catalog adds, without a comparison. `export` may be gone by now."""
    return {
        "newly_published": False,
        "published_at": dg.TimestampMetadataValue(catalog.published_at.timestamp()),
        "backup_time": dg.TimestampMetadataValue(catalog.backup.dumped_at.timestamp()),
        **catalog_metadata(catalog.file, catalog.counts, None),
        **pictures(dg.AssetExecutionContext.get(), catalog_pictures(catalog.file, export, None)),
    }
