"""A small shop with known prices. The chain's own code builds its catalogues."""

import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import zxingcpp
from PIL import Image
from pyarrow import parquet

from toko_assets.ipos.export import SCHEMAS
from toko_assets.publishing.build import build
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.catalog.store import CURRENT, publish
from toko_core.files import whole_file

NUMBERS = itertools.count(1)
COST = "2612"
"""The cost of INDOMIE. No other text contains these digits, so a test can search for them."""
BARCODE = "8991002101630"
PriceRow = tuple[str, str | None, int | None, str | None, str | None, str | None]
GROUPS: list[dict[str, object]] = [
    {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
    {"kgrup": "GR", "grup": "Grosir <B>", "level": 2, "potongan": None},
]


@dataclass(frozen=True)
class Item:
    """A product. Prices are (satuan, konversi, level, jumlah_sampai, hargapokok, hargajual), as in the catalogue."""

    kodeitem: str
    namaitem: str
    prices: list[PriceRow]
    barcodes: list[tuple[str, str]] = field(default_factory=list)
    stock: list[tuple[str, str]] = field(default_factory=list)
    jenis: str | None = None
    merek: str | None = None
    rak: str | None = None
    dijual: bool = True
    photo: bytes | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    """Further columns of the product."""


def barcode_photo(code: str, *, turned: int = 0, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.EAN13) -> bytes:
    """Draw a shelf label with a barcode. Returns a JPEG."""
    barcode = zxingcpp.create_barcode(code, kind)
    symbol = np.array(zxingcpp.write_barcode_to_image(barcode, scale=4))
    picture = Image.new("L", (900, 700), 255)
    picture.paste(Image.fromarray(symbol), (200, 250))
    made = io.BytesIO()
    picture.rotate(turned, fillcolor=255).save(made, "JPEG", quality=85)
    return made.getvalue()


def photo(color: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), color).save(made, "JPEG")
    return made.getvalue()


INDOMIE = Item(
    "MIE001", "INDOMIE GORENG SPECIAL 85GR",
    [("PCS", "1", 1, None, COST, "3150"), ("PCS", "1", 2, None, COST, "3050.5"),
     ("DUS", "40", 1, None, "104480", "115000")],
    [("089686010947", "PCS"), ("18991002101637", "DUS")], [("GUDANG", "120"), ("TOKO", "7.5")],
    "MIE INSTAN", "INDOMIE", "A1", photo=photo(),
)  # fmt: skip
SUGAR = Item(
    "GULA1", "Gula Pasir <Gulaku> & Co 1kg *premium*",
    [("BKS", "1", None, "11", "15500", "17500"), ("BKS", "1", None, "39", "15500", "17200"),
     ("BKS", "1", None, None, "15500", "16900")],
    [(BARCODE, "BKS")], [("TOKO", "0")],
)  # fmt: skip
LOSS = Item("RUGI1", "SABUN RUGI BESAR", [("PCS", "1", None, None, "5000", "4000")], stock=[("TOKO", "3")])
UNPRICED = Item(
    "NOL1", "TEH TANPA HARGA", [("PCS", "1", None, None, "100", None), ("LSN", None, None, None, None, "9000")]
)
UNSOLD = Item("LAMA1", "KECAP LAMA", [("BTL", "1", None, None, "100", "200")], dijual=False)
FLAVOURS = ["Jeruk", "Apel", "Mangga", "Leci", "Anggur", "Melon", "Jambu", "Nanas", "Sirsak"]
BISCUITS = [
    Item(
        f"BISKUIT{number}",
        f"BISKUIT KELAPA {flavour} {number} GR",
        [("BKS", "1", None, None, "1000", f"{2000 + number}")],
    )
    for number, flavour in zip(range(1, 28), itertools.cycle(FLAVOURS), strict=False)
]
HUGE = [
    Item(f"{'H' * 90}{number}", f"RAKSASA {'&<>' * 60} {number}",
         [(f"{'&' * 20}{unit}", "12.5", level, None, "99999999999999", "99999999999999.99")
          for unit in range(9) for level in range(1, 9)],
         [(f"{'9' * 60}{unit}", "<&>" * 9) for unit in range(30)],
         [(f"{'&' * 40}{unit}", "99999999.125") for unit in range(30)],
         "&" * 50, "<" * 50, ">" * 99)
    for number in range(12)
]  # fmt: skip
FILLER = [
    Item(f"ISI{number}", f"BARANG {name} {number}", [("PCS", "1", None, None, "500", f"{1000 + number}")])
    for number, name in zip(range(200), itertools.cycle(["Ember", "Sapu", "Panci", "Gelas", "Piring"]), strict=False)
]
HISTORY_SINCE = datetime(2025, 1, 1, 20, tzinfo=UTC)
"""This is the second of January in the shop's time zone."""


@dataclass(frozen=True)
class Change:
    """A change of a price. None means that the price was not shown.

    `seen_from` is the UTC time of the first backup with it, or how long after the publication that is: tests may run on
    the day after they were imported.
    """

    item: Item
    satuan: str
    level: int | None
    before: str | None
    after: str | None
    seen_from: datetime | timedelta
    jumlah_sampai: str | None = None


SHOP = [INDOMIE, SUGAR, LOSS, UNPRICED, UNSOLD, *BISCUITS, *HUGE, *FILLER]


Rows = Mapping[str, Sequence[dict[str, object]]]


def write_export(folder: Path, items: Iterable[Item], reference: Rows | None = None) -> None:
    """Write the tables as the chain exports them. `reference` has rows of names, groups and their discounts."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in SCHEMAS}
    for item in items:
        code: dict[str, object] = {"kodeitem": item.kodeitem}
        rows["products"].append(code | {
            "namaitem": item.namaitem, "jenis": item.jenis, "merek": item.merek, "rak": item.rak,
            "satuan": item.prices[0][0], "sistem_harga": "S", "dijual": item.dijual,
            **item.fields,
        })  # fmt: skip
        for unit, conversion, level, most, cost, price in item.prices:
            rows["prices"].append(code | {
                "satuan": unit, "konversi": _decimal(conversion), "level": level, "jumlah_sampai": _decimal(most),
                "hargapokok": _decimal(cost), "hargajual": _decimal(price),
            })  # fmt: skip
        rows["barcodes"] += [code | {"barcode": barcode, "satuan": unit} for barcode, unit in item.barcodes]
        rows["stock"] += [code | {"kantor": office, "stok": _decimal(amount)} for office, amount in item.stock]
        if item.photo is not None:
            rows["photos"].append(code | {"gambar": item.photo, "sumber": b"x"})
    for table, given in (reference or {}).items():
        rows[table] += given
    for table, schema in SCHEMAS.items():
        parquet.write_table(pa.Table.from_pylist(rows[table], schema), folder / f"{table}.parquet")


def publish_shop(
    data: Path,
    items: Iterable[Item] = SHOP,
    changes: Iterable[Change] = (),
    *,
    reference: Rows | None = None,
    age: timedelta = timedelta(hours=2),
    backup: str = "i5_UJI.i5bu",
    sales: Mapping[str, tuple[int, int, str, str]] | None = None,
) -> Path:
    """Build a catalogue of these items and price changes, and publish it.

    `sales` has the receipts of 7 and 90 days, and the quantities, of each item that was sold; None if never read.
    """
    catalog = data / "catalog"
    catalog.mkdir(parents=True, exist_ok=True)
    number = next(NUMBERS)
    export, file = data / f"export-{number}", catalog / f"next-{number}.duckdb.part"
    write_export(export, items, reference)
    now = datetime.now(UTC)
    build(file, export, data / "history", {
        "schema_version": str(SCHEMA_VERSION), "toko_version": "0.1.0", "backup_name": backup,
        "backup_time": (now - age).isoformat(timespec="seconds"), "published_at": now.isoformat(timespec="seconds"),
        "history_since": HISTORY_SINCE.isoformat(), "history_backups": "321",
    })  # fmt: skip
    _insert_changes(file, changes)
    if sales is not None:
        _insert_sales(file, sales, now)
    return publish(file, f"catalog-{number:04d}.duckdb", keep=100)


def _insert_sales(file: Path, sales: Mapping[str, tuple[int, int, str, str]], until: datetime) -> None:
    with duckdb.connect(file) as connection:
        connection.execute("INSERT INTO catalog_info VALUES ('sales_until', ?)", [until.isoformat()])
        connection.execute("UPDATE products SET terjual_90 = 0")
        for code, (week, quarter, sold_week, sold_quarter) in sales.items():
            connection.execute(
                "INSERT INTO sales SELECT product_id, ?, ?, ?, ?, TIMESTAMP '2026-01-01' FROM products "
                "WHERE kodeitem = ?",
                [week, quarter, Decimal(sold_week), Decimal(sold_quarter), code],
            )
            connection.execute(
                "UPDATE products SET terjual_90 = ?, terakhir_terjual = TIMESTAMP '2026-01-01' WHERE kodeitem = ?",
                [Decimal(sold_quarter), code],
            )


def _insert_changes(file: Path, changes: Iterable[Change]) -> None:
    now = datetime.now(UTC)
    with duckdb.connect(file) as connection:
        for change in changes:
            seen_from = now + change.seen_from if isinstance(change.seen_from, timedelta) else change.seen_from
            connection.execute(
                "INSERT INTO price_changes SELECT product_id, ?, ?, ?, ?, ?, ?, ? FROM products WHERE kodeitem = ?",
                [
                    change.satuan, change.level, change.jumlah_sampai, change.before, change.after,
                    seen_from.replace(tzinfo=None), (seen_from - timedelta(days=1)).replace(tzinfo=None),
                    change.item.kodeitem,
                ],
            )  # fmt: skip


def point_at(data: Path, name: str) -> None:
    """Make CURRENT contain a name."""
    with whole_file(data / "catalog" / CURRENT) as pointer:
        pointer.write_text(name + "\n")


def with_price(item: Item, price: str) -> Item:
    """Return the same item with another first price."""
    unit, conversion, level, most, cost, _ = item.prices[0]
    return replace(item, prices=[(unit, conversion, level, most, cost, price), *item.prices[1:]])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
