"""Row types of a shop's iPOS tables. Field names are column names, in the order in which COPY sends them."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

Amount = Decimal | None


class ItemRow(NamedTuple):
    """tbl_item: a product. `hargapokok` is the cost of a base unit (`satuan`), in rupiah."""

    kodeitem: str
    namaitem: str | None
    jenis: str | None
    tipe: str
    merek: str | None
    satuan: str
    sistemhargajual: str | None
    hargapokok: Amount
    hargajual1: Amount
    stok: Amount
    stokmin: Amount
    rak: str | None
    keterangan: str | None
    gambar: bytes | None
    statusjual: str | None
    statushapus: str | None
    supplier1: str | None
    dateupd: datetime
    matauang: str


class UnitRow(NamedTuple):
    """tbl_itemsatuanjml: a unit of an item, once for each of its barcodes."""

    iddetail: str
    kodeitem: str
    satuan: str
    jumlahkonv: Decimal
    kodebarcode: str | None
    hargapokok: Amount
    tipe: str
    dateupd: datetime
    poin: Decimal
    komisisales: Decimal


class PriceRow(NamedTuple):
    """tbl_itemhj: a selling price."""

    iddetail: str
    kodeitem: str
    tipehj: str | None
    jmlsampai: Decimal
    level: int
    prosentase: Amount
    satuan: str
    hargajual: Amount
    dateupd: datetime


class StockRow(NamedTuple):
    """tbl_itemstok: the stock of an item in one branch or warehouse."""

    kodeitem: str
    kantor: str
    stok: Decimal
    hppdasar: Amount


class CategoryRow(NamedTuple):
    """tbl_itemjenis."""

    jenis: str
    ketjenis: str


class BrandRow(NamedTuple):
    """tbl_itemmerek."""

    merek: str
    ketmerek: str


class UnitNameRow(NamedTuple):
    """tbl_itemsatuan."""

    satuan: str
    ketsatuan: str


class BranchRow(NamedTuple):
    """tbl_kantor."""

    kodekantor: str
    namakantor: str
    fungsi: str
    stsaktif: str


class GroupRow(NamedTuple):
    """tbl_supelgrup: a customer group, the level of prices that it pays, and the percent that is taken off."""

    kgrup: str
    grup: str
    levelharga: int
    potongan: Decimal


class ItemDiscountRow(NamedTuple):
    """tbl_itempotongan: the percents that a customer group gets for an item."""

    iddetail: str
    kodeitem: str
    kodegrup: str
    jumlah: Decimal
    pot1: Decimal
    pot2: Decimal
    pot3: Decimal
    pot4: Decimal


class DiscountRow(NamedTuple):
    """tbl_itemdisp: when a discount applies, and for a discount without lines to which goods, and its percents."""

    iddiskon: str
    tipeper: str
    stsact: bool
    tgldari: datetime | None
    tglsampai: datetime | None
    jamdari: datetime | None
    jamsampai: datetime | None
    w1: bool
    w2: bool
    w3: bool
    w4: bool
    w5: bool
    w6: bool
    w7: bool
    prioritas: int
    kodeitemd: str
    kodeitems: str
    jenis: str
    merek: str
    pot1: Decimal
    pot2: Decimal
    pot3: Decimal
    pot4: Decimal


class DiscountLineRow(NamedTuple):
    """tbl_itemdispdt: percents (`opsidiskon` 1), or rupiah and then percents (2), off a unit of an item."""

    iddiskon: str
    kodeitem: str
    satuan: str
    opsidiskon: int
    diskon1: Decimal
    diskon2: Decimal
    diskon3: Decimal
    diskon4: Decimal
    kgruppel: str | None


class PromotionRow(NamedTuple):
    """tbl_itempromo: when a promotion applies."""

    idpromo: str
    tipeper: str
    stsact: bool
    tgldari: datetime | None
    tglsampai: datetime | None
    jamdari: datetime | None
    jamsampai: datetime | None
    w1: bool
    w2: bool
    w3: bool
    w4: bool
    w5: bool
    w6: bool
    w7: bool
    kodeitemd: str
    kodeitems: str
    jenis: str
    merek: str


class PromotionLineRow(NamedTuple):
    """tbl_itempromodt: buy some, and get some for nothing or at a special price."""

    idpromo: str
    kodeitem: str
    jumlahjual: Decimal
    satuanjual: str
    kodeitemgr: str
    jumlahgratis: Decimal
    satuangratis: str
    kelipatan: bool
    tebus: bool
    harga: Decimal


class PartnerRow(NamedTuple):
    """tbl_supel: a customer (tipe PL) or a supplier (SU)."""

    kode: str
    tipe: str
    nama: str


class CurrencyRow(NamedTuple):
    """tbl_matauang: a currency, with the rupiah for one of it, and whether it is the main one."""

    matauang: str
    ketmatauang: str
    rate: Decimal
    utama: bool


class SerialRow(NamedTuple):
    """tbl_itemserial: the serial number of an item, and its last transaction."""

    noserial: str
    kodeitem: str
    kodekantor: str
    tipe: str
    notransaksi: str


class VersionRow(NamedTuple):
    """tbl_infodb."""

    versidb: str
    versiupdate: str


Row = (
    ItemRow | UnitRow | PriceRow | StockRow | CategoryRow | BrandRow | UnitNameRow | BranchRow | GroupRow
    | ItemDiscountRow | DiscountRow | DiscountLineRow | PromotionRow | PromotionLineRow | PartnerRow | CurrencyRow
    | SerialRow | VersionRow
)  # fmt: skip
