"""Mutable drafts of items, which `dirt.py` still changes, and the functions that turn them into rows of iPOS tables."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from toko_assets.sample.table_rows import Amount, ItemRow, PriceRow, StockRow, UnitRow

NOTHING = Decimal(0)
ONE = Decimal(1)


@dataclass(slots=True)
class UnitDraft:
    satuan: str
    conversion: Decimal
    cost: Amount
    barcodes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PriceDraft:
    satuan: str
    level: int
    upto: Decimal
    price: Amount
    dateupd: datetime
    tipehj: str | None
    """The price system that the row belongs to: J, L or S."""


@dataclass(slots=True)
class ItemDraft:
    """A draft of an item. The defaults are what iPOS writes for a field that nobody filled in."""

    kodeitem: str
    name: str | None
    satuan: str
    system: str | None
    cost: Amount
    fixed_price: Amount
    dateupd: datetime
    jenis: str | None = ""
    merek: str | None = ""
    stokmin: Decimal = NOTHING
    rak: str | None = ""
    keterangan: str | None = None
    gambar: bytes | None = None
    statusjual: str | None = "Y"
    statushapus: str | None = "N"
    supplier: str | None = ""
    units: list[UnitDraft] = field(default_factory=list)
    prices: list[PriceDraft] = field(default_factory=list)
    stock: list[tuple[str, Decimal]] = field(default_factory=list)
    famous: bool = False
    matauang: str = "IDR"


def item_row(item: ItemDraft) -> ItemRow:
    return ItemRow(
        kodeitem=item.kodeitem,
        namaitem=item.name,
        jenis=item.jenis,
        tipe="Y",
        merek=item.merek,
        satuan=item.satuan,
        sistemhargajual=item.system,
        hargapokok=item.cost,
        hargajual1=item.fixed_price,
        stok=sum((stok for _, stok in item.stock), NOTHING),
        stokmin=item.stokmin,
        rak=item.rak,
        keterangan=item.keterangan,
        gambar=item.gambar,
        statusjual=item.statusjual,
        statushapus=item.statushapus,
        supplier1=item.supplier,
        dateupd=item.dateupd,
        matauang=item.matauang,
    )


def unit_rows(item: ItemDraft) -> list[UnitRow]:
    rows: list[UnitRow] = []
    for unit in item.units:
        for barcode in unit.barcodes or [""]:
            rows.append(
                UnitRow(
                    iddetail=f"{item.kodeitem}-S{len(rows) + 1:02d}",
                    kodeitem=item.kodeitem,
                    satuan=unit.satuan,
                    jumlahkonv=unit.conversion,
                    kodebarcode=barcode,
                    hargapokok=unit.cost,
                    tipe="D" if unit.conversion == ONE else "K",
                    dateupd=item.dateupd,
                    poin=NOTHING,
                    komisisales=NOTHING,
                )
            )
    return rows


def price_rows(item: ItemDraft) -> list[PriceRow]:
    return [
        PriceRow(
            iddetail=f"{item.kodeitem}-H{number:02d}",
            kodeitem=item.kodeitem,
            tipehj=price.tipehj,
            jmlsampai=price.upto,
            level=price.level,
            prosentase=_margin(price.price, item.cost) if price.satuan == item.satuan else NOTHING,
            satuan=price.satuan,
            hargajual=price.price,
            dateupd=price.dateupd,
        )
        for number, price in enumerate(item.prices, 1)
    ]


def stock_rows(item: ItemDraft) -> list[StockRow]:
    return [StockRow(item.kodeitem, kantor, stok, item.cost) for kantor, stok in item.stock]


def _margin(price: Amount, cost: Amount) -> Decimal:
    """Return the percentage above cost, never negative. iPOS leaves 0 if it cannot compute one."""
    if not price or not cost or price < cost:
        return NOTHING
    return round((price - cost) * 100 / cost, 2)
