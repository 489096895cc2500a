"""What each check asks, and its limit, in words: shown in Dagster's web interface before and after any run."""

from collections.abc import Mapping
from typing import Final

from toko_assets.ipos.audit import MOST_UNPRICED
from toko_assets.publishing.verify import FLOORS, NOTABLE_LOSS, RESULTS

CHECK_TEXTS: Final[Mapping[str, str]] = {
    # raw_backup
    "whole_archive": "The file is an iPOS backup and ends where its table of contents says: not cut short, not "
    "damaged. A file that is still being uploaded fails here.",
    # restored_database
    "needed_tables_and_columns": "The four tables with items, units, prices and stock are in the backup, with the "
    "columns that are read and types that fit. None may be missing.",
    "tables_not_empty": "The tables with items and units have rows. Neither may be empty.",
    "item_keys_unique": "Every item has a code, and no two items have the same. None may.",
    "amounts_in_range": "Every price, cost and quantity of an item is a number that the catalogue can hold. None may "
    "be larger.",
    # exported_products
    "every_item_exported": "Every item that is not deleted in iPOS is a product with a row of prices, counted in "
    "PostgreSQL and compared code by code. None may be lost.",
    "keys_unique": "No product is there twice, nor a price for the same unit, level and quantity. None may be.",
    "names_not_empty": "Every product has a name. None may be without.",
    "no_negative_amount": "No price or cost is below zero. None may be.",
    "share_unpriced": f"Sold items without any price are at most {MOST_UNPRICED:.0%} of all that are sold.",
    "prices_filled_in": "Prices that are not filled in. Each is shown as 'harga belum diisi'.",
    "not_below_cost": "Selling prices below the cost of the same unit: each sale loses money.",
    "no_orphans": "Units, prices and stocks of items that are no longer there. They are left out.",
    "barcodes_not_shared": "Barcodes that stand on several items. A scan finds all of them.",
    "photos_readable": "Photos that are no image. These products are shown without one.",
    "texts_decoded": "Texts of an SQL_ASCII backup that are not UTF-8. They are read as Windows-1252.",
    "unmarked_items_sold": "Items that are neither marked as sold nor as not sold. They count as sold.",
    "codes_used_as_names": "Items without a name. Their code is shown as their name.",
    "price_systems_guessed": "Items whose price system iPOS does not name. It is read off their price rows.",
    "fixed_price_used": "Items that should have price rows and have none. Their fixed price holds.",
    "price_rows_repeated": "Several price rows for the same price. The newest that is filled in holds.",
    "levels_assumed": "Price rows below customer level 1, where there are no others. They stand for level 1.",
    "limits_assumed": "Quantity prices for less than one, where there are no others. They hold for any quantity.",
    "units_assumed": "Price rows without a unit. They are for the item's base unit.",
    "units_unknown": "Prices of a unit whose number of base units iPOS does not know. They are shown without it.",
    "units_without_price": "Units that have no price of their own. None is invented for them.",
    "unit_rows_differ": "Units that are written twice with different numbers of base units. The first by key holds.",
    "costs_too_large": "Costs that no shop has, perhaps of a barcode typed as a quantity. They are left out.",
    # price_history
    "history_kept": "The price history holds no fewer backups than after the last sync, and was never set aside as "
    "damaged.",
    # product_catalog
    "counts_match_export": "The closed file, opened again, holds as many rows as were exported, and a search index.",
    "product_hashes_unique": "No two products share the short code that the bot's buttons carry. None may.",
    "search_finds_products": f"Products are found among the first {RESULTS} results "
    + ", ".join(f"by {kind} at least {floor:.0%}" for kind, floor in FLOORS.items())
    + " of the time.",
    "products_not_lost": "How many fewer products there are than in the served catalogue. At most the share "
    "`most_products_lost` of the run's config, half if it says nothing, may go at once.",
    "products_not_fewer": f"The same: more than {NOTABLE_LOSS:.0%} fewer is worth a look.",
    "backup_not_older": "The backup is not older than the one that is served.",
}
"""The checks of an asset that warn change nothing; a blocking one that fails leaves the served catalogue as it is."""
