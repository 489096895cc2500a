"""Where each column comes from: declared once, for the web interface and its column lineage.

Columns are named `table.column`, those of the price history, which is one table, `column`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from toko_assets.ipos.archive.photo_column import NUMBER, PHOTO
from toko_assets.ipos.export import SCHEMAS
from toko_assets.ipos.needed_tables import NEEDED
from toko_assets.publishing.history.store import SCHEMA as HISTORY_SCHEMA
from toko_core.catalog.schema import TABLES


@dataclass(frozen=True, slots=True)
class Origin:
    """What a column's value is made from."""

    asset: str
    columns: tuple[str, ...]
    how: str = ""
    """In words, where it is not simply copied."""

    @property
    def description(self) -> str:
        """For people."""
        return ". ".join(part for part in (self.how, f"From {', '.join(self.columns)}") if part) + "."


def _restored(*columns: str, how: str = "") -> Origin:
    return Origin("restored_database", columns, how)


RESTORED_COLUMNS: Final[Mapping[str, str]] = {
    f"{table.name}.{column.name}": NUMBER if column.name == PHOTO else column.type
    for table in NEEDED
    for column in table.columns
}
"""Type of each restored column that is read. A photo has a number in the database, its bytes lie beside it."""

EXPORT_COLUMNS: Final[Mapping[str, str]] = {
    f"{table}.{column.name}": str(column.type) for table, schema in SCHEMAS.items() for column in schema
}

HISTORY_COLUMNS: Final[Mapping[str, str]] = {column.name: str(column.type) for column in HISTORY_SCHEMA}

EXPORT_ORIGINS: Final[Mapping[str, Origin]] = {
    "products.kodeitem": _restored(
        "tbl_item.kodeitem", "tbl_item.statushapus", how="Items that are deleted are left out (rule 1)"
    ),
    "products.namaitem": _restored(
        "tbl_item.namaitem", "tbl_item.kodeitem", how="Cleaned; the code where there is no name (rule 9)"
    ),
    "products.jenis": _restored("tbl_item.jenis", how="Cleaned"),
    "products.merek": _restored("tbl_item.merek", how="Cleaned"),
    "products.rak": _restored("tbl_item.rak", how="Cleaned"),
    "products.satuan": _restored("tbl_item.satuan", how="The base unit, trimmed, in capitals (rule 8)"),
    "products.sistem_harga": _restored(
        "tbl_item.sistemhargajual", "tbl_itemhj.kodeitem", "tbl_itemhj.level", "tbl_itemhj.jmlsampai",
        how="Read off the price rows where the code is unknown, O where there are none (rules 2 and 6)",
    ),
    "products.dijual": _restored("tbl_item.statusjual", how="True for Y, and where nothing is said (rule 1)"),
    "prices.kodeitem": _restored("tbl_item.kodeitem", "tbl_item.statushapus", "tbl_itemhj.kodeitem"),
    "prices.satuan": _restored(
        "tbl_itemhj.satuan", "tbl_item.satuan", how="The base unit for a fixed price, and a row without one (rule 8)"
    ),
    "prices.konversi": _restored(
        "tbl_itemsatuanjml.jumlahkonv", "tbl_itemsatuanjml.satuan", "tbl_itemsatuanjml.iddetail", "tbl_itemhj.satuan",
        "tbl_item.satuan",
        how="Base units in this unit; 1 for the base unit (rule 8)",
    ),
    "prices.level": _restored(
        "tbl_itemhj.level", "tbl_item.sistemhargajual", how="Of price system L only (rule 5)"
    ),
    "prices.jumlah_sampai": _restored(
        "tbl_itemhj.jmlsampai", "tbl_item.sistemhargajual", how="Up to this quantity, of price system J only (rule 5)"
    ),
    "prices.hargapokok": _restored(
        "tbl_itemsatuanjml.hargapokok", "tbl_item.hargapokok", "tbl_itemsatuanjml.jumlahkonv",
        "tbl_itemsatuanjml.satuan", "tbl_itemsatuanjml.iddetail", "tbl_itemhj.satuan", "tbl_item.satuan",
        how="The unit's own cost, else the item's cost × konversi (rule 8)",
    ),
    "prices.hargajual": _restored(
        "tbl_item.hargajual1", "tbl_itemhj.hargajual", "tbl_item.sistemhargajual", "tbl_itemhj.dateupd",
        "tbl_itemhj.iddetail",
        how="Of price system O hargajual1, else tbl_itemhj: of several rows for one price the newest that is filled in "
        "(rules 3 to 7)",
    ),
    "barcodes.barcode": _restored("tbl_itemsatuanjml.kodebarcode", how="Trimmed"),
    "barcodes.kodeitem": _restored("tbl_itemsatuanjml.kodeitem", "tbl_item.statushapus"),
    "barcodes.satuan": _restored("tbl_itemsatuanjml.satuan", how="Trimmed, in capitals"),
    "stock.kodeitem": _restored("tbl_itemstok.kodeitem", "tbl_item.statushapus"),
    "stock.kantor": _restored("tbl_itemstok.kantor", how="Trimmed, in capitals"),
    "stock.stok": _restored("tbl_itemstok.stok", how="Summed where a branch has several rows"),
    "photos.kodeitem": _restored("tbl_item.kodeitem", "tbl_item.statushapus"),
    "photos.gambar": _restored("tbl_item.gambar", how="Scaled to a small JPEG"),
    "photos.sumber": _restored("tbl_item.gambar", how="SHA-256 of the photo in iPOS"),
}  # fmt: skip
"""The rules are those of docs/pricing.md."""


def _exported(*columns: str, how: str = "") -> Origin:
    return Origin("exported_products", columns, how)


HISTORY_ORIGINS: Final[Mapping[str, Origin]] = {
    column: _exported(f"prices.{column}") for column in HISTORY_COLUMNS if f"prices.{column}" in EXPORT_COLUMNS
}
"""Its other columns number the backups, and give their times."""


def _historic(*columns: str, how: str = "") -> Origin:
    return Origin("price_history", columns, how)


_NUMBERED = "Numbers the products from 0 in the order of their codes; means nothing in the next catalogue"
_CHANGES: Final = {
    "product_id": _historic("kodeitem", how=_NUMBERED),
    "satuan": _historic("satuan"),
    "level": _historic("level"),
    "jumlah_sampai": _historic("jumlah_sampai"),
    "before": _historic("hargajual", "first", "last", how="Selling price in the backup before"),
    "after": _historic("hargajual", "first", "last", how="Selling price from seen_from on"),
    "seen_from": _historic("first", "last", how="Time of the first backup with the new price, UTC"),
    "previous": _historic("first", "last", how="Time of the backup before that one, UTC"),
}
_INDEXED: Final = _exported(
    "products.namaitem", "products.kodeitem", "products.merek", "products.jenis", "products.dijual", "barcodes.barcode",
    how="Arrays of the search engine",
)  # fmt: skip


def _catalog_origin(table: str, column: str) -> Origin:
    if table == "price_changes":
        return _CHANGES[column]
    if column == "product_id":
        return _exported(*dict.fromkeys([f"{table}.kodeitem", "products.kodeitem"]), how=_NUMBERED)
    return _exported(f"{table}.{column}")


CATALOG_ORIGINS: Final[Mapping[str, Origin]] = {
    **{f"{table}.{column}": _catalog_origin(table, column) for table, columns in TABLES.items() for column in columns},
    "search_index.data": _INDEXED,
}
"""Without `catalog_info`, which tells of the backup and of this file, and the names and shapes of the index."""
