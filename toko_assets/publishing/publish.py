"""Publishes an export: builds the catalogue under a temporary name, verifies the closed file, points CURRENT to it."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from toko_assets.common.checks import Outcome
from toko_assets.common.process import give_back
from toko_assets.common.records import BackupFile, Catalog, PriceHistory, ProductExport
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.ipos.export import digest
from toko_assets.publishing.build import build
from toko_assets.publishing.compare import CatalogDiff, compare
from toko_assets.publishing.origin import origin_info
from toko_assets.publishing.rejected import check_not_rejected, end_rejection
from toko_assets.publishing.served import Served, database_info, last_record, read_served
from toko_assets.publishing.verify import verify_age, verify_buttons, verify_counts, verify_loss, verify_search
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.catalog.store import catalog_name, publish
from toko_core.errors import PermanentError
from toko_core.files import TEMPORARY, DataFolder

SAME = (
    "schema_version", "toko_version", "backup_sha256", "backup_time", "backup_database", "export_digest",
    "history_backups",
)  # fmt: skip
"""Two catalogues with equal values for these keys have the same content. The digest changes with the rules, the time
with the time zone, and the number of backups with the price history."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The result of publishing an export."""

    outcomes: tuple[Outcome, ...]
    catalog: Catalog | None
    """The catalogue that is served now; None if a blocking check did not pass, so that the previous one stays."""
    diff: CatalogDiff | None
    """The differences from the previously served catalogue; None if there was none that this version can read, or if it
    was the demo's."""
    seconds: Mapping[str, float]
    """The duration of each part of the work: build, verify, search."""


def publish_export(
    folder: DataFolder,
    export: ProductExport,
    history: PriceHistory,
    *,
    most_lost: float,
    keep: int,
    log: logging.Logger,
) -> Publication:
    """Publish an export with its price history, if every blocking check of the finished file passes.

    The caller holds the sync lock. `most_lost` is the share of the served products that may disappear. `keep` is the
    number of catalogues to keep. After any error, the previous catalogue stays served, and no temporary file is left.

    Raises:
        RejectedError: a rollback rejected the backup.
        PermanentError: the export is gone, or the history is of another backup.
    """
    backup, watch, now = export.backup, Stopwatch(), datetime.now(UTC)
    with _temporary_file(folder.catalog) as file:
        check_not_rejected(folder, backup.name, backup.sha256, backup.dumped_at)
        before = read_served(folder)
        info = _catalog_info(export, history, now) | database_info(before, backup.database)
        give_back()
        with watch("build"):
            counts = build(file, export.folder, history.folder, info, backup.dumped_at)
        give_back()
        log.info(f"{counts['products']:,} products indexed: checking the file")
        with watch("verify"):
            served = _comparable(before, backup, log)
            diff = compare(served.file, file) if served else None
            outcomes = [verify_counts(file, export.counts), verify_buttons(file)]
        with watch("search"):
            outcomes.append(verify_search(file))
        gone = diff.gone_examples if diff else ()
        outcomes += verify_loss(_products_before(folder, backup, diff), counts["products"], most_lost, gone)
        outcomes.append(verify_age(backup.dumped_at, served.backup_time if served else None))
        if any(outcome.stops for outcome in outcomes):
            catalog = None
        elif before and all(before.info.get(key) == info[key] for key in SAME):
            published_at = datetime.fromisoformat(before.info["published_at"])
            catalog = Catalog(before.file, counts, published_at, backup, is_new=False)
        else:
            catalog = Catalog(publish(file, catalog_name(now, backup.id), keep), counts, now, backup, is_new=True)
    if catalog:
        end_rejection(folder, backup)
    return Publication(tuple(outcomes), catalog, diff, watch.seconds)


@contextmanager
def _temporary_file(catalogs: Path) -> Iterator[Path]:
    """Provide the temporary path of a catalogue, with no file there before and after."""
    file = catalogs / f"next.duckdb{TEMPORARY}"
    catalogs.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def _catalog_info(export: ProductExport, history: PriceHistory, now: datetime) -> dict[str, str]:
    """Return the entries of catalog_info, except the counts. Raises PermanentError if the parts do not match."""
    if not export.folder.exists():
        raise PermanentError("The exported tables are gone: materialise exported_products first.")
    if history.backup.sha256 != export.backup.sha256:
        raise PermanentError("The price history belongs to another backup: materialise price_history first.")
    return {
        "schema_version": str(SCHEMA_VERSION),
        "toko_version": version("toko"),
        **origin_info(export.backup),
        "published_at": now.isoformat(timespec="seconds"),
        "history_since": history.since.isoformat(timespec="seconds"),
        "history_backups": str(history.backups),
        "export_digest": digest(export.folder),
    }


def _comparable(served: Served | None, backup: BackupFile, log: logging.Logger) -> Served | None:
    """Return what is served so far, if prices are to be compared with it.

    Return None before the shop's first catalogue, if the shop changes its database, or if this version cannot read it.
    """
    if served and served.is_demo:
        log.info("The demo's catalogue is replaced: prices are not compared with it.")
        return None
    if served and _differ(served.database, backup.database):
        log.info(f"The shop's database was {served.database}, now it is {backup.database}: prices are not compared.")
        return None
    if served and served.problem:
        log.warning(f"Prices are not compared with the last catalogue: {served.problem}")
        return None
    return served


def _differ(before: str | None, now: str) -> bool:
    """Whether two databases are known and different."""
    return bool(before and now) and (before or "").casefold() != now.casefold()


def _products_before(folder: DataFolder, backup: BackupFile, diff: CatalogDiff | None) -> int | None:
    """Return the number of products in the last catalogue, from its record if the file cannot be read."""
    if diff:
        return diff.products_before
    last = last_record(folder)
    if last is None or last.backup.is_demo or _differ(last.backup.database, backup.database):
        return None
    return last.counts["products"]
