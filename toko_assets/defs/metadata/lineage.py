"""Declares the origin of each column, for the web interface and its column lineage.

Columns are named `table.column`; those of the price history, which is one table, are named `column`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from toko_assets.ipos.archive.photo_column import NUMBER, PHOTO
from toko_assets.ipos.export import SCHEMAS
from toko_assets.ipos.needed_tables import RESTORED
from toko_assets.publishing.history.store import SCHEMA as HISTORY_SCHEMA
from toko_core.catalog.schema import TABLES


@dataclass(frozen=True, slots=True)
class Origin:
    """The columns that a column's value is computed from."""

    asset: str
    columns: tuple[str, ...]
    how: str = ""
    """How the value is computed, if it is not simply copied."""

    @property
    def description(self) -> str:
        """A sentence for the web interface."""
        names = f"From {', '.join(self.columns)}" if self.columns else ""
        return ". ".join(part for part in (self.how, names) if part) + "."


def _restored(*columns: str, how: str = "") -> Origin:
    return Origin("restored_database", columns, how)


RESTORED_COLUMNS: Final[Mapping[str, str]] = {
    f"{table.name}.{column.name}": NUMBER if column.name == PHOTO else column.type
    for table in RESTORED
    for column in table.columns
}
"""The type of each restored column that is read. A photo is a number in the database; a separate file has its bytes."""

EXPORT_COLUMNS: Final[Mapping[str, str]] = {
    f"{table}.{column.name}": str(column.type) for table, schema in SCHEMAS.items() for column in schema
}

HISTORY_COLUMNS: Final[Mapping[str, str]] = {column.name: str(column.type) for column in HISTORY_SCHEMA}

_CODES: Final = (
    "tbl_itemjenis.jenis", "tbl_itemmerek.merek", "tbl_itemsatuan.satuan", "tbl_kantor.kodekantor", "tbl_supel.kode",
)  # fmt: skip


def _of_head(table: str, head: str, code: str) -> dict[str, Origin]:
    """Return the origins that discounts and promotions share: their code, their goods, and when they apply."""
    goods = ("kodeitemd", "kodeitems", "jenis", "merek")
    lines = f"{head}dt"
    return {
        f"{table}.kodeitem": _restored(
            f"{lines}.kodeitem", *(f"{head}.{name}" for name in goods), "tbl_item.kodeitem",
            how="The line's item, else each item of the range",
        ),
        f"{table}.{code}": _restored(f"{head}.{code}", f"{lines}.{code}", f"{head}.stsact", how="Switched on"),
        f"{table}.dari": _restored(f"{head}.tgldari"),
        f"{table}.sebelum": _restored(f"{head}.tglsampai", how="The moment after the last; the next day for a date"),
        f"{table}.jam_dari": _restored(f"{head}.jamdari", f"{head}.tipeper", how="If limited to hours"),
        f"{table}.jam_sampai": _restored(f"{head}.jamsampai", f"{head}.tipeper", how="If limited to hours"),
        f"{table}.hari": _restored(
            *(f"{head}.w{day}" for day in range(1, 8)), f"{head}.tipeper", how="A bit for each day, if limited to days"
        ),
    }  # fmt: skip


_PERCENTS = {
    f"discounts.pot{number}": _restored(
        f"tbl_itemdispdt.diskon{number}", f"tbl_itemdisp.pot{number}", "tbl_itemdispdt.opsidiskon",
        how="Percent off what the ones before leave",
    )
    for number in (1, 2, 3, 4)
}  # fmt: skip
_OFFERS: Final = {
    **_of_head("discounts", "tbl_itemdisp", "iddiskon"),
    "discounts.satuan": _restored("tbl_itemdispdt.satuan", how="Cleaned"),
    "discounts.kgrup": _restored("tbl_itemdispdt.kgruppel", "tbl_supelgrup.kgrup"),
    "discounts.prioritas": _restored("tbl_itemdisp.prioritas"),
    "discounts.rupiah": _restored("tbl_itemdispdt.diskon1", "tbl_itemdispdt.opsidiskon", how="If opsidiskon is 2"),
    **_PERCENTS,
    **_of_head("promotions", "tbl_itempromo", "idpromo"),
    "promotions.satuan": _restored("tbl_itempromodt.satuanjual", how="Cleaned"),
    "promotions.jumlah": _restored("tbl_itempromodt.jumlahjual"),
    "promotions.hadiah": _restored("tbl_itempromodt.kodeitemgr", how="Null for the same item"),
    "promotions.jumlah_hadiah": _restored("tbl_itempromodt.jumlahgratis"),
    "promotions.satuan_hadiah": _restored("tbl_itempromodt.satuangratis", how="Cleaned"),
    "promotions.kelipatan": _restored("tbl_itempromodt.kelipatan"),
    "promotions.harga": _restored("tbl_itempromodt.harga", "tbl_itempromodt.tebus", how="If tebus"),
}

EXPORT_ORIGINS: Final[Mapping[str, Origin]] = {
    "products.kodeitem": _restored(
        "tbl_item.kodeitem", "tbl_item.statushapus", how="Deleted items are left out (rule 1)"
    ),
    "products.namaitem": _restored(
        "tbl_item.namaitem", "tbl_item.kodeitem", how="Cleaned; the code if there is no name (rule 9)"
    ),
    "products.jenis": _restored("tbl_item.jenis", how="Cleaned"),
    "products.merek": _restored("tbl_item.merek", how="Cleaned"),
    "products.rak": _restored("tbl_item.rak", how="Cleaned"),
    "products.satuan": _restored("tbl_item.satuan", how="The base unit, trimmed, in upper case (rule 8)"),
    "products.sistem_harga": _restored(
        "tbl_item.sistemhargajual", "tbl_itemhj.kodeitem", "tbl_itemhj.level", "tbl_itemhj.jmlsampai",
        how="Inferred from the price rows if the code is unknown, O if there are none (rules 2 and 6)",
    ),
    "products.dijual": _restored("tbl_item.statusjual", how="True for Y, and if it is empty (rule 1)"),
    "products.keterangan": _restored("tbl_item.keterangan", how="Cleaned, at most 500 characters"),
    "products.matauang": _restored(
        "tbl_item.matauang", "tbl_matauang.matauang", "tbl_matauang.rate", "tbl_matauang.utama",
        how="The currency of prices that cannot be converted to rupiah, else null",
    ),
    "products.jasa": _restored("tbl_item.tipe", how="True for 2, a service; null if there is none"),
    "products.stokmin": _restored("tbl_item.stokmin", how="Null if it is not filled in"),
    "products.supplier": _restored("tbl_item.supplier1", how="Cleaned"),
    "products.dateupd": _restored("tbl_item.dateupd", how="The shop's local time"),
    "prices.kodeitem": _restored("tbl_item.kodeitem", "tbl_item.statushapus", "tbl_itemhj.kodeitem"),
    "prices.satuan": _restored(
        "tbl_itemhj.satuan", "tbl_item.satuan", how="The base unit for a fixed price or a row without a unit (rule 8)"
    ),
    "prices.konversi": _restored(
        "tbl_itemsatuanjml.jumlahkonv", "tbl_itemsatuanjml.satuan", "tbl_itemsatuanjml.iddetail", "tbl_itemhj.satuan",
        "tbl_item.satuan",
        how="The number of base units in this unit; 1 for the base unit (rule 8)",
    ),
    "prices.level": _restored(
        "tbl_itemhj.level", "tbl_item.sistemhargajual", how="Only for price system L (rule 5)"
    ),
    "prices.jumlah_sampai": _restored(
        "tbl_itemhj.jmlsampai", "tbl_item.sistemhargajual", how="Up to this quantity; only for price system J (rule 5)"
    ),
    "prices.hargapokok": _restored(
        "tbl_itemsatuanjml.hargapokok", "tbl_item.hargapokok", "tbl_itemsatuanjml.jumlahkonv",
        "tbl_itemsatuanjml.satuan", "tbl_itemsatuanjml.iddetail", "tbl_itemhj.satuan", "tbl_item.satuan",
        how="The unit's own cost, otherwise the item's cost × konversi (rule 8)",
    ),
    "prices.hargajual": _restored(
        "tbl_item.hargajual1", "tbl_itemhj.hargajual", "tbl_item.sistemhargajual", "tbl_itemhj.dateupd",
        "tbl_itemhj.iddetail", "tbl_item.matauang", "tbl_matauang.matauang", "tbl_matauang.rate", "tbl_matauang.utama",
        how="hargajual1 for price system O, otherwise tbl_itemhj: the newest filled-in row for a price (rules 3 to 7)",
    ),
    "barcodes.barcode": _restored("tbl_itemsatuanjml.kodebarcode", how="Trimmed"),
    "barcodes.kodeitem": _restored("tbl_itemsatuanjml.kodeitem", "tbl_item.statushapus"),
    "barcodes.satuan": _restored("tbl_itemsatuanjml.satuan", how="Trimmed, in upper case"),
    "stock.kodeitem": _restored("tbl_itemstok.kodeitem", "tbl_item.statushapus"),
    "stock.kantor": _restored("tbl_itemstok.kantor", how="Trimmed, in upper case"),
    "stock.stok": _restored("tbl_itemstok.stok", how="The sum if a branch has several rows"),
    "photos.kodeitem": _restored("tbl_item.kodeitem", "tbl_item.statushapus"),
    "photos.gambar": _restored("tbl_item.gambar", how="Scaled to a small JPEG"),
    "photos.sumber": _restored("tbl_item.gambar", how="SHA-256 of the photo in iPOS"),
    "names.kind": Origin("restored_database", _CODES, how="jenis, merek, satuan, kantor or supplier"),
    "names.kode": Origin(
        "restored_database", _CODES, how="A code that products, prices or stock use and that has another name"
    ),
    "names.nama": _restored(
        "tbl_itemjenis.ketjenis", "tbl_itemmerek.ketmerek", "tbl_itemsatuan.ketsatuan", "tbl_kantor.namakantor",
        "tbl_supel.nama",
        how="Cleaned",
    ),
    "serials.noserial": _restored("tbl_itemserial.noserial", how="Trimmed, in upper case; too short ones are left out"),
    "serials.kodeitem": _restored("tbl_itemserial.kodeitem", "tbl_item.statushapus"),
    "serials.kantor": _restored("tbl_itemserial.kodekantor", how="Trimmed, in upper case"),
    "serials.terjual": _restored(
        "tbl_itemserial.tipe", "tbl_itemserial.notransaksi", "tbl_itemserial.stsada",
        how="True if the last transaction is a sale, or if iPOS says that it is gone; null if iPOS does not say",
    ),
    "customer_groups.kgrup": _restored("tbl_supelgrup.kgrup", how="Cleaned, in upper case"),
    "customer_groups.grup": _restored(
        "tbl_supelgrup.grup", "tbl_supelgrup.kgrup", how="Cleaned; the code if there is no name"
    ),
    "customer_groups.level": _restored("tbl_supelgrup.levelharga", how="The level of the prices that the group pays"),
    "customer_groups.potongan": _restored("tbl_supelgrup.potongan", how="Percent off"),
    "group_discounts.kodeitem": _restored("tbl_itempotongan.kodeitem", "tbl_item.statushapus"),
    "group_discounts.kgrup": _restored("tbl_itempotongan.kodegrup", "tbl_supelgrup.kgrup"),
    **{
        f"group_discounts.{name}": _restored(
            f"tbl_itempotongan.{name}", "tbl_itempotongan.jumlah",
            how="Percent off what the ones before leave, for the smallest quantity",
        )
        for name in ("pot1", "pot2", "pot3", "pot4")
    },
    **_OFFERS,
}  # fmt: skip
"""The origins of the exported columns. The rule numbers refer to docs/pricing.md."""


def _exported(*columns: str, how: str = "") -> Origin:
    return Origin("exported_products", columns, how)


HISTORY_ORIGINS: Final[Mapping[str, Origin]] = {
    column: _exported(f"prices.{column}") for column in HISTORY_COLUMNS if f"prices.{column}" in EXPORT_COLUMNS
}
"""The origins of the price history's columns. Its other columns hold numbers and times of backups."""


def _historic(*columns: str, how: str = "") -> Origin:
    return Origin("price_history", columns, how)


_NUMBERED = "Numbers the products from 0 in the order of their codes; valid only within one catalogue"
_CHANGES: Final = {
    "product_id": _historic("kodeitem", how=_NUMBERED),
    "satuan": _historic("satuan"),
    "level": _historic("level"),
    "jumlah_sampai": _historic("jumlah_sampai"),
    "before": _historic("hargajual", "first", "last", how="The selling price in the previous backup"),
    "after": _historic("hargajual", "first", "last", how="The selling price since seen_from"),
    "seen_from": _historic("first", "last", how="The time of the first backup with the new price, UTC"),
    "previous": _historic("first", "last", how="The time of the backup before that one, UTC"),
}
_INDEXED: Final = _exported(
    "products.namaitem", "products.kodeitem", "products.merek", "products.jenis", "products.dijual", "barcodes.barcode",
    "names.kode", "names.nama", "prices.satuan", "products.keterangan", "serials.noserial",
    how="Arrays of the search engine",
)  # fmt: skip


_SOLD: Final = {
    "terjual_90": "Sold in 90 days, in base units, less returns; of the last backup whose sales were read",
    "terjual_7": "The same in 7 days",
    "struk_90": "Distinct receipts in 90 days",
    "struk_7": "Distinct receipts in 7 days",
    "terakhir_terjual": "When it was last sold, in the shop's time",
}


def _catalog_origin(table: str, column: str) -> Origin:
    if (how := _SOLD.get(column)) is not None:
        return Origin("recent_sales", (), how=how)
    if table == "price_changes":
        return _CHANGES[column]
    if table == "sales":
        return _exported("products.kodeitem", how=_NUMBERED)
    if column == "product_id":
        return _exported(*dict.fromkeys([f"{table}.kodeitem", "products.kodeitem"]), how=_NUMBERED)
    return _exported(f"{table}.{column}")


CATALOG_ORIGINS: Final[Mapping[str, Origin]] = {
    **{f"{table}.{column}": _catalog_origin(table, column) for table, columns in TABLES.items() for column in columns},
    "search_index.data": _INDEXED,
}
"""The origins of the catalogue's columns, except `catalog_info` and the names and shapes of the search index."""
