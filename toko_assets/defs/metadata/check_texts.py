"""Descriptions of the checks and their limits, which Dagster's web interface shows before and after any run."""

from collections.abc import Mapping
from typing import Final

from toko_assets.ipos.audit import MOST_LEFT_OUT, MOST_UNPRICED
from toko_assets.publishing.guards.limits import GROUP_ITEMS, LEAST_JUMPED, MEDIAN_CHANGE, NEARLY_ALL, Limits
from toko_assets.publishing.index.trial import FLOORS, RESULTS
from toko_assets.publishing.sales.agreement import LEAST_AGREEING
from toko_assets.publishing.verify import NOTABLE_LOSS

LIMITS = Limits()
COMPARED = "The prices that are in the served catalogue too, without those that return to a price of the last 30 days."

CHECK_TEXTS: Final[Mapping[str, str]] = {
    # raw_backup
    "whole_archive": "The file is an iPOS backup and ends where its table of contents says: it is not truncated or "
    "damaged. A file that is still being uploaded fails here.",
    # restored_database
    "needed_tables_and_columns": "The four tables with items, units, prices and stock are in the backup, with the "
    "columns that are read and types that fit. None may be missing.",
    "optional_tables_read": "The tables with the names of categories, brands, units, branches and suppliers, with "
    "currencies and serial numbers, and with customer groups, discounts and promotions. A backup may lack them. One "
    "whose columns or rows do not fit is left out.",
    "tables_not_empty": "The tables with items and units have rows. Neither may be empty.",
    "item_keys_unique": f"Items without a code, and older rows of a code that occurs several times, are less than "
    f"{MOST_LEFT_OUT:.0%} of all.",
    "items_left_out": "Items without a code, and older rows of a code that occurs several times. They are left out; of "
    "several rows with one code, the newest counts.",
    "amounts_in_range": "Every price, cost and quantity of an item is a number that the catalogue can hold.",
    # exported_products
    "every_item_exported": "Every item that is not deleted in iPOS is exported as a product with at least one price "
    "row. The items are counted in PostgreSQL and compared code by code. None may be lost.",
    "keys_unique": "No product occurs twice, and no price for the same unit, level and quantity.",
    "names_not_empty": "Every product has a name.",
    "no_negative_amount": "No price or cost is below zero.",
    "share_unpriced": f"Sold items without any price are at most {MOST_UNPRICED:.0%} of all that are sold. "
    "`most_unpriced_sold` allows more.",
    "prices_filled_in": "Prices that are not filled in. Each is shown as 'harga belum diisi'.",
    "not_below_cost": "Selling prices below the cost of the same unit: each sale loses money.",
    "stale_price_rows": "Items whose price rows of another price system name another price. When a price is changed, "
    "iPOS leaves the rows of the other systems as they were. They do not count.",
    "no_orphans": "Units, prices and stock of items that no longer exist. They are left out.",
    "barcodes_not_shared": "Barcodes that several items use. A scan finds all of these items.",
    "photos_readable": "Photos that are damaged, too large, or not JPEG, PNG, GIF, BMP or WebP. "
    "These products are shown without a photo.",
    "texts_decoded": "Texts of an SQL_ASCII backup that are not UTF-8. They are read as Windows-1252.",
    "unknown_marks": "Items whose statusjual or statushapus is neither Y nor N. They are kept; those with an unknown "
    "statusjual are not sold.",
    "unmarked_items_sold": "Items that are marked neither as sold nor as not sold. They count as sold.",
    "codes_used_as_names": "Items without a name. Their code is used as their name.",
    "price_systems_guessed": "Items whose price system iPOS does not name. It is inferred from their price rows.",
    "fixed_price_used": "Items that should have price rows but have none. Their fixed price applies.",
    "price_rows_of_no_system": "Items none of whose price rows is marked with the item's price system. All of their "
    "rows count.",
    "price_rows_repeated": "Several price rows for the same price. The newest filled-in one counts.",
    "levels_assumed": "Price rows below customer level 1, where there are no others. They count as level 1.",
    "limits_assumed": "Quantity prices with a limit below 1, where there are no others. They apply to any quantity.",
    "units_assumed": "Price rows without a unit. They apply to the item's base unit.",
    "units_unknown": "Prices of a unit whose number of base units iPOS does not store. They are shown without it.",
    "units_without_price": "Units without a price of their own. No price is calculated for them.",
    "unit_rows_differ": "Units that occur twice with different numbers of base units. The first by key counts.",
    "group_discounts_clear": "Discounts of customer groups that are left out, or that had to be interpreted.",
    "discounts_understood": "Discounts for a time and promotions that are left out, or that had to be interpreted.",
    "currencies_converted": "Items with prices in another currency. They are converted by the rate in iPOS. Without a "
    "usable rate such an item is shown without a price.",
    "item_kinds_known": "Items by tax system and kind. Goods and services are known kinds; others count as goods.",
    "costs_too_large": "Implausible costs, perhaps from a barcode typed as a quantity. They are left out.",
    # price_history
    "history_kept": "The price history holds at least as many backups as after the last sync, and no damaged history "
    "file was set aside.",
    # product_catalog
    "counts_match_export": "The finished file, opened again, holds as many rows as were exported, and a search index.",
    "product_hashes_unique": "No two products share the short code that the bot's buttons carry.",
    "search_finds_products": f"Products are found among the first {RESULTS} results "
    + ", ".join(f"by {kind} at least {floor:.0%}" for kind, floor in FLOORS.items())
    + " of the time.",
    "synonyms_understood": "The lines of SYNONYMS_FILE, the shop's own synonyms. Wrong ones are shown here, and "
    "left out of the search index.",
    "products_not_lost": "The products of the served catalogue that are gone: their code is missing, or it has another "
    "name that shares no word with the former one. At most the share `most_products_lost` of the run config (by "
    "default half) may disappear at once.",
    "products_not_fewer": f"The same number: warns if more than {NOTABLE_LOSS:.0%} of the products disappear.",
    "prices_not_replaced": f"{COMPARED} At most {LIMITS.most_prices_changed:.0%} may change, unless the median change "
    f"is {MEDIAN_CHANGE:.0%} or less. `most_prices_changed` allows more.",
    "few_prices_changed": "The same numbers: warns at half of both limits.",
    "prices_not_jumped": f"{COMPARED} At most {LIMITS.most_prices_jumped:.0%} may become threefold or more, or a third "
    f"or less, if these are at least {LEAST_JUMPED}. `most_prices_jumped` allows more.",
    "few_prices_jumped": "The same numbers: warns at half of both limits.",
    "items_not_below_cost": "Items whose selling price fell since the served catalogue, and is at or below the cost "
    f"now but was not before. At most {LIMITS.most_below_cost:.0%} of the items with a price may be. `most_below_cost` "
    "allows more.",
    "few_items_below_cost": "The same number: warns at half of the limit.",
    "items_not_unpriced": "Items that had a price in the served catalogue and have none now. At most "
    f"{LIMITS.most_unpriced:.0%} of the items with a price may be. `most_unpriced` allows more.",
    "few_items_unpriced": "The same number: warns at half of the limit.",
    "groups_not_at_zero": f"Brands and categories of {GROUP_ITEMS} items or more that lost all their prices since the "
    "served catalogue. None may. `allow_zero_groups` allows it.",
    "till_agrees": "Of the lines that the till sold since the last change of each price, how many were asked at a "
    "price that is published for that unit, of any level or quantity. Discounts of a line are counted apart. It runs "
    f"with `recent_sales`, after the publication, and warns below {LEAST_AGREEING:.0%}.",
    "groups_mostly_priced": f"The same: warns if {NEARLY_ALL:.0%} of the items of one have no price any more.",
}
"""A check that warns does not stop the chain. If a blocking check fails, the served catalogue stays as it is."""
