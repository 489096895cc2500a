"""rollback_catalog: an earlier catalogue is served again, until a newer backup than the refused one arrives."""

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
from toko_assets.defs.reporting import one_line_failures, report_checks
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.rejected import rejection_in_force
from toko_assets.publishing.rollback import choose_target, inspect, point_back, settle

CATALOG = dg.AssetKey("product_catalog")
ROLLED_BACK_FROM, REFUSED_TIME = "rolled_back_from", "refused_backup_time"
"""Metadata of the catalogue that a rollback serves."""


class RollbackConfig(dg.Config):
    """Where to go back to."""

    file: str = Field(
        default="",  # not None: the Launchpad shows it then
        description="The catalogue to serve, by the name of its file: catalog-….duckdb. Without one, the newest before "
        "the served one that no rollback took back and that is not the demo's.",
    )


@dg.config_mapping
def target(config: RollbackConfig) -> dg.RunConfig:
    """As the op takes it."""
    return dg.RunConfig(ops={"serve_earlier_catalogue": config})


@dg.op(out=dg.Out(dg.Nothing), description="Checks the file like any other, then lets CURRENT name it.")
def serve_earlier_catalogue(
    context: dg.OpExecutionContext, config: RollbackConfig, storage: StorageResource
) -> Iterator[dg.AssetCheckEvaluation | dg.AssetMaterialization]:
    """Under the sync lock, which the IO manager of the run holds."""
    folder = storage.folder
    with one_line_failures():
        file = choose_target(folder, config.file)
        inspected = inspect(folder, file)
    for result in report_checks(inspected.outcomes, file.name):
        yield _evaluation(result)
    with one_line_failures():
        described = _described(inspected.record, folder.exports / inspected.record.backup.id)
        taken_back = point_back(folder, inspected.record, storage.shown(datetime.now(UTC)))
        context.log.info(f"{file.name} is served, {taken_back} no longer")
        refusal = rejection_in_force(folder)
        refused = {REFUSED_TIME: dg.TimestampMetadataValue(refusal.dumped_at.timestamp())} if refusal else {}
        publication = RolledBack(
            inspected.record.counts["products"],
            inspected.record.backup.dumped_at,
            refusal.dumped_at if refusal else None,
        )
        write_publication(folder.publications, context.run_id, publication)
        yield dg.AssetMaterialization(CATALOG, metadata={ROLLED_BACK_FROM: taken_back, **refused, **described})
        settle(folder, inspected.record)


@dg.job(
    config=target,
    description="An earlier catalogue is served again, checked like any other. The backup that is served now, and "
    "older ones, are not published by themselves any more until a newer one arrives.",
)
def rollback_catalog() -> None:
    """One op."""
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
    """What product_catalog itself tells of a file, without a comparison; `export` may be gone by now."""
    return {
        "newly_published": False,
        "published_at": dg.TimestampMetadataValue(catalog.published_at.timestamp()),
        "backup_time": dg.TimestampMetadataValue(catalog.backup.dumped_at.timestamp()),
        **catalog_metadata(catalog.file, catalog.counts, None),
        **pictures(dg.AssetExecutionContext.get(), catalog_pictures(catalog.file, export, None)),
    }
