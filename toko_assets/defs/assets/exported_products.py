"""exported_products: the shop's products with every price, by iPOS's rules, as Parquet tables and a CSV."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from toko_assets.common.checks import Outcome
from toko_assets.common.process import give_back
from toko_assets.common.records import ProductExport, RestoredDatabase
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.metadata.export import export_metadata
from toko_assets.defs.reporting import (
    RETRIES,
    check_specs,
    one_line_failures,
    report_checks,
    seconds_metadata,
)
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.ipos.archive.photo_column import stored_photos
from toko_assets.ipos.audit import MOST_UNPRICED, audit_export
from toko_assets.ipos.decoding import decode
from toko_assets.ipos.export import PHOTOS, csv_name, write_csv, write_photos, write_tables
from toko_assets.ipos.pricing import PricedShop, price_shop
from toko_assets.ipos.reference.item_checks import check_currencies, check_item_kinds
from toko_assets.ipos.reference.tables import check_discounts, check_group_discounts, read_reference
from toko_assets.ipos.restore import is_restored, restore
from toko_assets.ipos.rules.item_codes import photos_left_out
from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.access import PostgresAccess
from toko_assets.publishing.index.build import WORTH_A_WORKER, get_ready, prepare_index
from toko_assets.publishing.index.worker import Worker
from toko_core.files import keep_newest, whole_file, whole_folder

BLOCKING = ["every_item_exported", "keys_unique", "names_not_empty", "no_negative_amount", "share_unpriced"]
WARNING = [
    "prices_filled_in", "not_below_cost", "stale_price_rows", "no_orphans", "barcodes_not_shared", "photos_readable",
    "texts_decoded", "unknown_marks", "unmarked_items_sold", "codes_used_as_names", "price_systems_guessed",
    "fixed_price_used", "price_rows_of_no_system", "price_rows_repeated", "levels_assumed", "limits_assumed",
    "units_assumed", "units_unknown", "units_without_price", "unit_rows_differ", "costs_too_large",
    "group_discounts_clear", "discounts_understood", "currencies_converted", "item_kinds_known",
]  # fmt: skip


class ExportConfig(dg.Config):
    """What a backup may lack."""

    most_unpriced_sold: float = Field(
        default=MOST_UNPRICED,
        description="The share of the sold items that may have no price. If it is more, nothing is published. "
        "1.0 allows everything.",
    )


CODE_VERSION = "4"
"""Change it when a pricing rule, a column or a text gives a different result."""


@dg.asset(
    code_version=CODE_VERSION,
    retry_policy=RETRIES,
    check_specs=check_specs("exported_products", BLOCKING, WARNING),
)
def exported_products(
    context: dg.AssetExecutionContext,
    config: ExportConfig,
    restored_database: RestoredDatabase,
    postgres: dg.ResourceParam[PostgresAccess],
    storage: StorageResource,
    worker: dg.ResourceParam[Worker],
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[ProductExport]]:
    """Read the restored tables, price them, check the result against the database, and write the export."""
    backup, watch, exports = restored_database.backup, Stopwatch(), storage.folder.exports
    folder, table = exports / backup.id, exports / csv_name(backup.dumped_at)
    with one_line_failures():
        server, excerpt = postgres.server(), storage.excerpt(backup)
        if not is_restored(server, restored_database.database, restored_database.tables):
            context.log.warning("PostgreSQL has lost the restored rows: they are restored again.")
            restore(server, excerpt.archive, restored_database.database)
        with server.connect(restored_database.database) as connection:
            with watch("read"):
                source = read_source(connection)
            is_large = len(source.items) >= WORTH_A_WORKER
            if is_large:
                worker.submit(get_ready)
            with watch("price"):
                shop = price_shop(source)
            with watch("read"):
                reference = read_reference(connection, shop, backup.dumped_at.replace(tzinfo=None))
            undecodable = pd.concat([source.undecodable, reference.undecodable], ignore_index=True)
            del source
            give_back()
            context.log.info(f"{len(shop.products):,} products, {len(shop.prices):,} prices: checking")
            with watch("check"):
                outcomes = [
                    *audit_export(connection, shop, config.most_unpriced_sold),
                    _texts(undecodable),
                    check_group_discounts(reference),
                    check_discounts(reference),
                    check_currencies(shop),
                    check_item_kinds(connection),
                ]
            yield from report_checks(outcomes, backup.name)  # a blocking check stops before anything is written
            with whole_folder(folder) as new:
                with watch("write"):
                    counts = write_tables(new, shop, reference)
                if is_large:
                    worker.submit(prepare_index, new, storage.synonyms)  # product_catalog will need it
                with watch("photos"):
                    left_out = photos_left_out(connection)
                    stored = stored_photos(connection, excerpt.archive, excerpt.photos, left_out)
                    counts["photos"], unreadable = _photos(context, stored, new, shop)
        if is_large:
            worker.submit(prepare_index, folder, storage.synonyms)  # in case the folder was renamed too soon
        yield from report_checks([unreadable])
        with watch("write"), whole_file(table) as file:
            write_csv(file, shop)
        del shop, reference, outcomes
        give_back()
        with watch("describe"):
            metadata = export_metadata(folder, table, counts)
    keep_newest((f for f in exports.iterdir() if f.is_dir()), storage.keep_backups, besides=[folder])
    keep_newest(exports.glob("*.csv"), storage.keep_csv, besides=[table])
    context.log.info(", ".join(f"{rows:,} {name}" for name, rows in counts.items()))
    yield dg.MaterializeResult(
        value=ProductExport(backup, folder, counts, table),
        metadata=metadata | seconds_metadata(watch.seconds),
    )


def _photos(
    context: dg.AssetExecutionContext, stored: Iterable[tuple[Any, bytes]], folder: Path, shop: PricedShop
) -> tuple[int, Outcome]:
    photos = ((decode(code) if isinstance(code, bytes) else str(code), photo) for code, photo in stored)
    wanted = frozenset(shop.products["kodeitem"])
    earlier = sorted(folder.parent.glob(f"*/{PHOTOS}"), key=lambda file: file.stat().st_mtime_ns)
    finished = [file for file in earlier if file.parent != folder]
    count, unreadable = write_photos(
        folder,
        photos,
        wanted,
        finished[-1] if finished else None,
        lambda done: context.log.info(f"{done:,} photos scaled"),
    )
    rows = shop.products.loc[shop.products["kodeitem"].isin(unreadable), ["kodeitem", "namaitem"]]
    return count, Outcome(
        "photos_readable",
        rows.empty,
        f"{len(rows):,} of {count + len(rows):,} photos are not readable images; these products have no photo.",
        rows=rows,
        advice="Set the photo again in iPOS, as a JPEG, PNG, GIF, BMP or WebP of at most 50 megapixels.",
    )


def _texts(undecodable: pd.DataFrame) -> Outcome:
    return Outcome(
        "texts_decoded",
        undecodable.empty,
        f"{len(undecodable):,} texts are not UTF-8 and were read as Windows-1252.",
        rows=undecodable,
        advice="Check the names with accents: are they spelled correctly?",
    )
