"""product_catalog: the DuckDB file that the bot answers from, published only when every blocking check passed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import psycopg
from pydantic import Field

from toko_assets.backups.source import ENDING
from toko_assets.common.process import give_back
from toko_assets.common.records import Catalog, PriceHistory, ProductExport, read_record
from toko_assets.defs.metadata.catalog import catalog_metadata, catalog_pictures
from toko_assets.defs.metadata.images import pictures
from toko_assets.defs.reporting import RETRIES, Stopwatch, check_specs, one_line_failures, report_checks
from toko_assets.defs.resources import PostgresResource, StorageResource
from toko_assets.ipos.export import digest
from toko_assets.ipos.restore import databases, drop_database
from toko_assets.publishing.build import build
from toko_assets.publishing.compare import CatalogDiff, compare
from toko_assets.publishing.origin import origin_info
from toko_assets.publishing.rejected import check_not_refused, end_refusal
from toko_assets.publishing.verify import verify_age, verify_buttons, verify_counts, verify_loss, verify_search
from toko_core.catalog.reader import read_info
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.catalog.store import catalog_name, current_file, publish
from toko_core.errors import CatalogError, PermanentError, TokoError
from toko_core.files import TEMPORARY, keep_newest

SAME = ("schema_version", "toko_version", "backup_sha256", "backup_time", "export_digest", "history_backups")
"""Two catalogues that agree in these hold the same. The digest tells of changed rules, the time of a changed zone, the
number of backups of a longer price history."""

MOST_LOST = 0.5
MOST_LOST_MEANS = (
    "Share of the last catalogue's products that may be gone; if more are, nothing is published. 1.0 allows anything."
)


class CatalogConfig(dg.Config):
    """What a publication may do."""

    most_products_lost: float = Field(default=MOST_LOST, description=MOST_LOST_MEANS)


CODE_VERSION = "1"
"""Change it when the same export and history give another catalogue: its tables, its search index."""


@dg.asset(
    code_version=CODE_VERSION,
    retry_policy=RETRIES,
    check_specs=check_specs(
        "product_catalog",
        blocking=["counts_match_export", "product_hashes_unique", "search_finds_products", "products_not_lost"],
        warning=["products_not_fewer", "backup_not_older"],
    ),
)
def product_catalog(
    context: dg.AssetExecutionContext,
    config: CatalogConfig,
    exported_products: ProductExport,
    price_history: PriceHistory,
    storage: StorageResource,
    postgres: PostgresResource,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Catalog]]:
    """Build under a temporary name, verify the closed file, publish it."""
    backup, watch, folder = exported_products.backup, Stopwatch(), storage.folder.catalog
    published_at = datetime.now(UTC)
    info = {
        "schema_version": str(SCHEMA_VERSION),
        "toko_version": version("toko"),
        **origin_info(backup),
        "published_at": published_at.isoformat(timespec="seconds"),
        "history_since": price_history.since.isoformat(timespec="seconds"),
        "history_backups": str(price_history.backups),
    }
    temporary = folder / f"next.duckdb{TEMPORARY}"
    try:
        with one_line_failures():
            folder.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            check_not_refused(storage.folder, backup.name, backup.sha256, backup.dumped_at)
            if not exported_products.folder.exists():
                raise PermanentError("The exported tables are gone: materialise exported_products first.")
            if price_history.backup.sha256 != backup.sha256:
                raise PermanentError("The price history is of another backup: materialise price_history first.")
            info["export_digest"] = digest(exported_products.folder)
            give_back()
            with watch("build"):
                counts = build(temporary, exported_products.folder, price_history.folder, info, backup.dumped_at)
            give_back()
            context.log.info(f"{counts['products']:,} products indexed: checking the file")
            with watch("verify"):
                served = _served(context, folder)
                diff = compare(served.file, temporary) if served else None
                before = diff.products_before if diff else _products_before(storage)
                counted = verify_counts(temporary, exported_products.counts)
                distinct = verify_buttons(temporary)
            with watch("search"):
                searched = verify_search(temporary)
            yield from report_checks(
                [
                    counted,
                    distinct,
                    searched,
                    *verify_loss(
                        before, counts["products"], config.most_products_lost, diff.gone_examples if diff else ()
                    ),
                    verify_age(backup.dumped_at, served.backup_time if served else None),
                ]
            )
            if served and all(served.info.get(key) == info[key] for key in SAME):
                file, published_at, is_new = served.file, datetime.fromisoformat(served.info["published_at"]), False
            else:
                file, is_new = publish(temporary, catalog_name(published_at, backup.id), storage.keep_catalogs), True
            end_refusal(storage.folder, backup)
    finally:
        temporary.unlink(missing_ok=True)
    # raw_backup spared the backup that was served so far, which a refused one must not push out; this one replaces it.
    keep_newest(storage.folder.backups.glob(f"*{ENDING}"), storage.keep_backups, besides=[backup.path])
    _drop_other_databases(context, postgres, postgres.database_name(backup.id))
    if is_new:
        context.log.info(f"Published {file.name}: {counts['products']:,} products{_changes(diff)}")
    else:
        context.log.info(f"Nothing new: {file.name} already comes from this backup")
    give_back()
    with watch("describe"):
        metadata = catalog_metadata(file, counts, diff)
    with watch("draw"):
        drawn = pictures(context, catalog_pictures(file, exported_products.folder, diff))
    yield dg.MaterializeResult(
        value=Catalog(file, counts, published_at, backup, is_new),
        metadata={
            "newly_published": is_new,
            "published_at": dg.TimestampMetadataValue(published_at.timestamp()),
            "backup_time": dg.TimestampMetadataValue(backup.dumped_at.timestamp()),
            **drawn,
            **metadata,
            **watch.metadata(),
        },
    )


@dataclass(frozen=True, slots=True)
class _Served:
    file: Path
    info: dict[str, str]

    @property
    def backup_time(self) -> datetime:
        return datetime.fromisoformat(self.info["backup_time"])


def _served(context: dg.AssetExecutionContext, folder: Path) -> _Served | None:
    """The catalogue served so far; None before the first one, and if it cannot be read by this version."""
    try:
        file = current_file(folder)
        return _Served(file, read_info(file)) if file else None
    except CatalogError as error:
        context.log.warning(f"Prices are not compared with the last catalogue: {error}")
        return None


def _products_before(storage: StorageResource) -> int | None:
    """How many products the last catalogue had, by its record, where the file itself cannot be read."""
    record = read_record(storage.folder.records, "product_catalog", Catalog)
    return record.counts["products"] if record else None


def _drop_other_databases(context: dg.AssetExecutionContext, postgres: PostgresResource, kept: str) -> None:
    """A restored database is kept until the next successful sync. What is published stays so, whatever happens here."""
    try:
        server = postgres.server()
        with server.administer() as connection:
            for database in databases(server, postgres.database_prefix):
                if database != kept:
                    drop_database(connection, database)
    except (TokoError, OSError, psycopg.Error) as error:
        context.log.warning(f"Databases of earlier backups are left for the next sync to remove: {error}")


def _changes(diff: CatalogDiff | None) -> str:
    return f" ({diff.new:,} new, {diff.gone:,} gone, {diff.prices_changed:,} prices changed)" if diff else ""
