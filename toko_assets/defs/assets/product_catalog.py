"""product_catalog: the DuckDB file that the bot answers from. It is published only if every blocking check passes."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError

from toko_assets.common.process import give_back
from toko_assets.common.publications import PriceChange, Published, write_publication
from toko_assets.common.records import Catalog, PriceHistory, ProductExport
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.assets.blocked import note_blocked
from toko_assets.defs.metadata.catalog import catalog_metadata, catalog_pictures
from toko_assets.defs.metadata.images import pictures
from toko_assets.defs.old_runs import Kept, delete_old_runs
from toko_assets.defs.reporting import RETRIES, check_specs, one_line_failures, report_checks, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.postgres.access import PostgresAccess
from toko_assets.publishing.cleanup import remove_superseded
from toko_assets.publishing.compare import CatalogDiff
from toko_assets.publishing.guards import checks as guards
from toko_assets.publishing.guards.limits import GROUP_ITEMS, MEDIAN_CHANGE, Limits
from toko_assets.publishing.index.worker import Worker
from toko_assets.publishing.publish import publish_export

OVERRIDES = "If it is more, nothing is published. 1.0 allows everything."
DEFAULTS = Limits()


class CatalogConfig(dg.Config):
    """Limits of a publication, each compared with the served catalogue. `Limits` has the same fields."""

    most_products_lost: float = Field(
        default=DEFAULTS.most_products_lost, description=f"The share of the products that may be gone. {OVERRIDES}"
    )
    most_prices_changed: float = Field(
        default=DEFAULTS.most_prices_changed,
        description=f"The share of the prices that may change, if the median change is over {MEDIAN_CHANGE:.0%}. "
        f"{OVERRIDES}",
    )
    most_prices_jumped: float = Field(
        default=DEFAULTS.most_prices_jumped,
        description=f"The share of the prices that may become threefold or more, or a third or less. {OVERRIDES}",
    )
    most_below_cost: float = Field(
        default=DEFAULTS.most_below_cost,
        description=f"The share of the items whose price may be cut to their cost or below it. {OVERRIDES}",
    )
    most_unpriced: float = Field(
        default=DEFAULTS.most_unpriced, description=f"The share of the items that may lose their price. {OVERRIDES}"
    )
    allow_zero_groups: bool = Field(
        default=DEFAULTS.allow_zero_groups,
        description=f"Whether a brand or category of {GROUP_ITEMS} items or more may lose all its prices.",
    )


BLOCKING = [
    "counts_match_export", "product_hashes_unique", "search_finds_products", "products_not_lost", *guards.BLOCKING,
]  # fmt: skip
WARNING = ["synonyms_understood", "products_not_fewer", *guards.WARNING]

CODE_VERSION = "4"
"""Change it when the same export and history give a different catalogue, such as other tables or another index."""


@dg.asset(
    code_version=CODE_VERSION,
    retry_policy=RETRIES,
    check_specs=check_specs("product_catalog", BLOCKING, WARNING),
)
def product_catalog(
    context: dg.AssetExecutionContext,
    config: CatalogConfig,
    exported_products: ProductExport,
    price_history: PriceHistory,
    storage: StorageResource,
    postgres: dg.ResourceParam[PostgresAccess],
    worker: dg.ResourceParam[Worker],
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Catalog]]:
    """Publish the export, report every check to Dagster, and describe the served catalogue."""
    with one_line_failures():
        publication = publish_export(
            storage.folder,
            exported_products,
            price_history,
            limits=Limits(**config.model_dump()),
            keep=storage.keep_catalogs,
            log=context.log,
            worker=worker,
            synonyms=storage.synonyms,
        )
    catalog, diff = publication.catalog, publication.diff
    if catalog:  # before anything else, because Dagster's own storage needs the space on a nearly full disk
        remove_superseded(storage.folder, catalog.backup, postgres, storage.keep_backups, context.log)
        _delete_old_runs(context, storage)
        write_publication(storage.folder.publications, context.run.run_id, _published(catalog, diff))
    else:
        note_blocked(context, storage, exported_products.backup, publication.outcomes)
    yield from report_checks(publication.outcomes)
    if catalog is None:  # a blocking check did not pass: report_checks has failed the asset
        return
    context.log.info(_summary(catalog, diff))
    give_back()
    watch = Stopwatch()
    with watch("describe"):
        metadata = catalog_metadata(catalog.file, catalog.counts, diff)
    with watch("draw"):
        drawn = pictures(context, catalog_pictures(catalog.file, exported_products.folder, diff))
    yield dg.MaterializeResult(
        value=catalog,
        metadata={
            "newly_published": catalog.is_new,
            "published_at": dg.TimestampMetadataValue(catalog.published_at.timestamp()),
            "backup_time": dg.TimestampMetadataValue(catalog.backup.dumped_at.timestamp()),
            **drawn,
            **metadata,
            **seconds_metadata({**publication.seconds, **watch.seconds}),
        },
    )


def _delete_old_runs(context: dg.AssetExecutionContext, storage: StorageResource) -> None:
    """Delete runs over the limits. If that fails, the publication stays valid, and the next sync tries again."""
    try:
        deleted = delete_old_runs(context.instance, Kept(storage.keep_runs, storage.keep_run_days))
    except (SQLAlchemyError, OSError) as error:
        context.log.warning(f"Old runs are left for the next sync to delete: {type(error).__name__}")
        return
    if deleted:
        context.log.info(f"{deleted:,} old runs deleted")


def _published(catalog: Catalog, diff: CatalogDiff | None) -> Published:
    """Return the summary of which the owners are notified."""
    return Published(
        products=catalog.counts["products"],
        compared=diff is not None,
        new=diff.new if diff else 0,
        gone=diff.gone if diff else 0,
        prices_changed=diff.prices_changed if diff else 0,
        largest=[PriceChange(name, unit, before, now) for _, name, unit, before, now in diff.largest] if diff else [],
        data_time=catalog.backup.dumped_at,
    )


def _summary(catalog: Catalog, diff: CatalogDiff | None) -> str:
    if not catalog.is_new:
        return f"Nothing new: {catalog.file.name} was already made from this backup"
    changes = f" ({diff.new:,} new, {diff.gone:,} gone, {diff.prices_changed:,} prices changed)" if diff else ""
    return f"Published {catalog.file.name}: {catalog.counts['products']:,} products{changes}"
