"""The iPOS tables that are restored, with their needed columns and types: products and prices, names and groups.

Everything else in a backup (sales, purchases and ledgers, almost all of its bytes) is not restored.
"""

from dataclasses import dataclass, replace
from typing import Final

TEXT_TYPES: Final = ("character varying", "text", "character", '"char"')
NUMBER_TYPES: Final = ("numeric", "integer", "bigint", "smallint")
TIME_TYPES: Final = ("timestamp", "date")
BYTES_TYPES: Final = ("bytea",)
BOOLEAN_TYPES: Final = ("boolean",)
FLAG_TYPES: Final = (*TEXT_TYPES, "boolean")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    """The column's type in the restored database."""
    declared: tuple[str, ...]
    """Prefixes of the types that the column may have in the backup."""
    optional: bool = False
    """Whether a backup without the column, or with one of another type, is accepted. The restored table always has it,
    then with nulls."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    may_be_empty: bool = False
    optional: bool = False
    """Whether a backup without the table is accepted. If its columns do not fit, it counts as missing."""
    most_rows: int | None = None
    """An optional table with more rows counts as missing: no shop has so many."""


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text", TEXT_TYPES) for name in names)


def _numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "numeric", NUMBER_TYPES) for name in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "boolean", BOOLEAN_TYPES) for name in names)


def _times(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "timestamp", TIME_TYPES) for name in names)


def _optional(*columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, optional=True) for column in columns)


DATEUPD = Column("dateupd", "timestamp", TIME_TYPES)

ITEM = Table(
    "tbl_item",
    (
        *_texts(
            "kodeitem", "namaitem", "jenis", "merek", "satuan", "sistemhargajual", "rak", "statusjual", "statushapus"
        ),
        *_numbers("hargapokok", "hargajual1"),
        Column("gambar", "bytea", BYTES_TYPES),
        Column("dateupd", "timestamp", TIME_TYPES, optional=True),
        *_optional(*_texts("tipe", "supplier1", "matauang", "sistempajak", "keterangan"), *_numbers("stokmin")),
    ),
)
UNIT = Table(
    "tbl_itemsatuanjml",
    (*_texts("iddetail", "kodeitem", "satuan", "kodebarcode"), *_numbers("jumlahkonv", "hargapokok")),
)
PRICE = Table(
    "tbl_itemhj",
    (
        *_texts("iddetail", "kodeitem", "satuan"),
        *_numbers("jmlsampai", "level", "hargajual"),
        Column("tipehj", "text", TEXT_TYPES, optional=True),
        DATEUPD,
    ),
    may_be_empty=True,  # a shop whose items all have one fixed price
)
STOCK = Table("tbl_itemstok", (*_texts("kodeitem", "kantor"), *_numbers("stok")), may_be_empty=True)

NEEDED: Final = (ITEM, UNIT, PRICE, STOCK)
"""The tables that every backup of iPOS 5 has."""

MOST_NAMES, MOST_GROUPS, MOST_ITEM_DISCOUNTS = 100_000, 1_000, 1_000_000
MOST_OFFERS, MOST_OFFER_LINES = 20_000, 500_000
MOST_PARTNERS, MOST_SERIALS = 1_000_000, 2_000_000


def _names(table: str, code: str, name: str) -> Table:
    return Table(table, _texts(code, name), optional=True, most_rows=MOST_NAMES)


CATEGORY_NAME = _names("tbl_itemjenis", "jenis", "ketjenis")
BRAND_NAME = _names("tbl_itemmerek", "merek", "ketmerek")
UNIT_NAME = _names("tbl_itemsatuan", "satuan", "ketsatuan")
BRANCH_NAME = _names("tbl_kantor", "kodekantor", "namakantor")
PARTNER = Table("tbl_supel", _texts("kode", "nama"), optional=True, most_rows=MOST_PARTNERS)
"""Customers and suppliers."""
CURRENCY = Table(
    "tbl_matauang",
    (*_texts("matauang"), *_numbers("rate"), *_optional(Column("utama", "text", FLAG_TYPES))),
    optional=True,
    most_rows=MOST_GROUPS,
)
SERIAL = Table(
    "tbl_itemserial",
    (
        *_texts("noserial", "kodeitem"),
        *_optional(*_texts("kodekantor", "tipe", "notransaksi"), Column("stsada", "text", FLAG_TYPES)),
    ),
    optional=True,
    most_rows=MOST_SERIALS,
)
GROUP = Table(
    "tbl_supelgrup",
    (*_texts("kgrup", "grup"), *_numbers("levelharga", "potongan")),
    optional=True,
    most_rows=MOST_GROUPS,
)
ITEM_DISCOUNT = Table(
    "tbl_itempotongan",
    (*_texts("kodeitem", "kodegrup"), *_numbers("jumlah", "pot1", "pot2", "pot3", "pot4")),
    optional=True,
    most_rows=MOST_ITEM_DISCOUNTS,
)

_OFFER = (
    *_optional(*_flags("stsact", "w1", "w2", "w3", "w4", "w5", "w6", "w7")),
    *_optional(*_times("tgldari", "tglsampai", "jamdari", "jamsampai")),
    *_optional(*_texts("tipeper", "kodeitemd", "kodeitems", "jenis", "merek")),
)
DISCOUNT = Table(
    "tbl_itemdisp",
    (
        *_texts("iddiskon"),
        *_OFFER,
        *_optional(*_numbers("prioritas", "pot1", "pot2", "pot3", "pot4")),
        *_optional(*_flags("stsvcr")),
    ),
    optional=True,
    most_rows=MOST_OFFERS,
)
DISCOUNT_LINE = Table(
    "tbl_itemdispdt",
    (
        *_texts("iddiskon", "kodeitem"),
        *_optional(*_texts("satuan", "kgruppel")),
        *_numbers("opsidiskon", "diskon1"),
        *_optional(*_numbers("diskon2", "diskon3", "diskon4")),
        *_optional(*_numbers("disknom1", "disknom2", "disknom3", "disknom4")),
    ),
    optional=True,
    most_rows=MOST_OFFER_LINES,
)
PROMOTION = Table("tbl_itempromo", (*_texts("idpromo"), *_OFFER), optional=True, most_rows=MOST_OFFERS)
PROMOTION_LINE = Table(
    "tbl_itempromodt",
    (
        *_texts("idpromo", "kodeitem"),
        *_numbers("jumlahjual", "jumlahgratis"),
        *_optional(*_texts("satuanjual", "satuangratis", "kodeitemgr")),
        *_optional(*_flags("kelipatan", "tebus")),
        *_optional(*_numbers("harga")),
    ),
    optional=True,
    most_rows=MOST_OFFER_LINES,
)

OPTIONAL: Final = (
    CATEGORY_NAME, BRAND_NAME, UNIT_NAME, BRANCH_NAME, PARTNER, CURRENCY, SERIAL, GROUP, ITEM_DISCOUNT,
    DISCOUNT, DISCOUNT_LINE, PROMOTION, PROMOTION_LINE,
)  # fmt: skip
"""Names of codes, currencies, serial numbers, customer groups, discounts and promotions. Without them the catalogue has
codes and levels."""

RESTORED: Final = (*NEEDED, *OPTIONAL)
