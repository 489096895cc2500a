"""Publishes an export: builds the catalogue under a temporary name, verifies the closed file, points CURRENT to it."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from toko_assets.publishing.compare import CatalogDiff, differences, paired
from toko_assets.publishing.guards.checks import Past, check_prices, compared_with_nothing
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.guards.returns import DAYS, published_backups, published_info
from toko_assets.publishing.index.build import WORTH_A_WORKER
from toko_assets.publishing.index.synonyms import check_synonyms, synonyms_info
from toko_assets.publishing.index.worker import Worker
from toko_assets.publishing.origin import origin_info
from toko_assets.publishing.rejected import check_not_rejected, end_rejection, rejection_in_force
from toko_assets.publishing.sales.attach import load_sales
from toko_assets.publishing.served import Served, database_info, last_record, read_served
from toko_assets.publishing.verify import Loss, verify_buttons, verify_counts, verify_loss, verify_search
from toko_core import PermanentError
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.catalog.store import catalog_name, publish
from toko_core.files import TEMPORARY, DataFolder, file_digest
from toko_core.search.language.synonyms import load_synonyms

SAME = (
    "schema_version", "toko_version", "backup_sha256", "backup_time", "backup_database", "export_digest",
    "history_backups", "synonyms_digest",
)  # fmt: skip
"""Two catalogues with equal values for these keys have the same content. The digest changes with the rules, the time
with the time zone, the number of backups with the price history, and the last one with the shop's own synonyms."""


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
    limits: Limits,
    keep: int,
    log: logging.Logger,
    worker: Worker,
    synonyms: Path | None = None,
) -> Publication:
    """Publish an export with its price history, if every blocking check of the finished file passes.

    The caller holds the sync lock. `limits` say how much may differ from what is served. `keep` is the number of
    catalogues to keep. `worker` builds the search index of a large shop and tries it while this process does other
    work. `synonyms` is the file with the shop's own synonyms; whatever is wrong with it stops no publication. After any
    error, the previous catalogue stays served, and no temporary file is left.

    Raises:
        RejectedError: a rollback rejected the backup.
        PermanentError: the export is gone, or the history is of another backup.
    """
    backup, watch, now = export.backup, Stopwatch(), datetime.now(UTC)
    beside = worker if export.counts["products"] >= WORTH_A_WORKER else None
    with _temporary_file(folder.catalog) as file, ThreadPoolExecutor(1) as hashing:
        check_not_rejected(folder, backup.name, backup.sha256, backup.dumped_at)
        served = read_served(folder)
        last = _comparable(served, backup, log)
        published = _published_before(folder, last, backup, history)
        info = _catalog_info(export, history, now, published) | database_info(served, backup.database)
        sales = load_sales(folder, backup)
        info |= sales.info() if sales else {}
        understood = load_synonyms(synonyms)
        info |= synonyms_info(understood)
        give_back()
        with watch("build"):
            counts = build(file, export.folder, history.folder, info, backup.dumped_at, sales, beside, synonyms)
        give_back()
        log.info(f"{counts['products']:,} products indexed: checking the file")
        hashed = hashing.submit(file_digest, file)  # while this thread checks the file
        searched = beside.submit(verify_search, file) if beside else None
        with watch("verify"):
            diff, checks = _compare(last, file, limits, Past(history.folder, published or ()))
            outcomes = [verify_counts(file, export.counts), verify_buttons(file), check_synonyms(understood), *checks]
        with watch("search"):
            outcomes.append(searched.result() if searched else verify_search(file))
        lost = _loss(diff) if diff else _loss_by_record(folder, served, last, counts["products"])
        outcomes += verify_loss(lost, counts["products"], limits.most_products_lost)
        if any(outcome.stops for outcome in outcomes):
            catalog = None
        elif served and all(served.info.get(key) == info.get(key) for key in SAME):
            published_at = datetime.fromisoformat(served.info["published_at"])
            catalog = Catalog(served.file, counts, published_at, backup, is_new=False)
        else:
            catalog = Catalog(
                publish(file, catalog_name(now, backup.id), keep, hashed.result()), counts, now, backup, is_new=True
            )
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


def _catalog_info(
    export: ProductExport, history: PriceHistory, now: datetime, published: Sequence[datetime] | None
) -> dict[str, str]:
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
        **(published_info(published, export.backup.dumped_at) if published is not None else {}),
    }


def _comparable(served: Served | None, backup: BackupFile, log: logging.Logger) -> Served | None:
    """Return what the backup's catalogue is compared with: what is served so far, or None for nothing.

    Nothing is compared with the demo, or with a catalogue of another database. If this version cannot read the served
    catalogue, only the number of products in its record is compared.
    """
    if served is None:
        return None
    if served.is_demo:
        if not backup.is_demo:
            log.info("The demo's catalogue is replaced: prices are not compared with it.")
        return None
    if served.database and backup.database and served.database.casefold() != backup.database.casefold():
        log.info(f"The shop's database was {served.database}, now it is {backup.database}: prices are not compared.")
        return None
    if served.problem:
        log.warning(f"Prices are not compared with the last catalogue: {served.problem}")
    return served


def _published_before(
    folder: DataFolder, last: Served | None, backup: BackupFile, history: PriceHistory
) -> list[datetime] | None:
    """Return the times of the published backups to whose prices a price may return; None if nothing is compared.

    A backup that a rollback rejected was published too, if it is this one: a person has chosen it again.
    """
    if last is None or last.problem:
        return None
    found = published_backups(last.info, last.backup_time, history.folder, backup.dumped_at - DAYS)
    times = [time for time in found if time != backup.dumped_at]  # its own prices are not former ones
    rejection = rejection_in_force(folder)
    return [*times, backup.dumped_at] if rejection and rejection.sha256 == backup.sha256 else times


def _compare(
    last: Served | None, file: Path, limits: Limits, past: Past
) -> tuple[CatalogDiff | None, Iterable[Outcome]]:
    """Return the differences from the last catalogue, and the checks of the prices."""
    if last is None or last.problem:
        return None, compared_with_nothing()
    with paired(last.file, file) as connection:
        return differences(connection), check_prices(connection, limits, past)


def _loss(diff: CatalogDiff) -> Loss:
    gone = [(code, name, None) for code, name in diff.gone_examples]
    examples = [*gone, *diff.replaced_examples]
    return Loss(diff.products_before, diff.gone + diff.replaced, diff.replaced, examples)


def _loss_by_record(folder: DataFolder, served: Served | None, last: Served | None, now: int) -> Loss | None:
    """Return the loss by the record of the last catalogue, whose file cannot be read; None if nothing is compared."""
    record = last_record(folder) if served is None or last else None
    if record is None or record.backup.is_demo:
        return None
    before = record.counts["products"]
    return Loss(before, max(0, before - now), by_codes=False)
