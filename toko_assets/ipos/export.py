"""Writes what the rules make of a backup: five Parquet tables with a declared schema, and the CSV."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from toko_assets.ipos.photos import small_jpeg
from toko_assets.ipos.pricing import MONEY, PricedShop
from toko_assets.ipos.source import QUANTITY

SCHEMAS = {
    "products": pa.schema(
        [
            ("kodeitem", pa.string()), ("namaitem", pa.string()), ("jenis", pa.string()), ("merek", pa.string()),
            ("rak", pa.string()), ("satuan", pa.string()), ("sistem_harga", pa.string()), ("dijual", pa.bool_()),
        ]
    ),
    "prices": pa.schema(
        [
            ("kodeitem", pa.string()), ("satuan", pa.string()), ("konversi", QUANTITY), ("level", pa.int32()),
            ("jumlah_sampai", QUANTITY), ("hargapokok", MONEY), ("hargajual", MONEY),
        ]
    ),
    "barcodes": pa.schema([("barcode", pa.string()), ("kodeitem", pa.string()), ("satuan", pa.string())]),
    "stock": pa.schema([("kodeitem", pa.string()), ("kantor", pa.string()), ("stok", QUANTITY)]),
    "photos": pa.schema([("kodeitem", pa.string()), ("gambar", pa.binary())]),
}  # fmt: skip
"""Columns and types of each exported table."""

PHOTOS_A_BATCH = 64


def write_tables(folder: Path, shop: PricedShop) -> dict[str, int]:
    """Write products, prices, barcodes and stock; answers the rows of each."""
    frames = {"products": shop.products, "prices": shop.prices, "barcodes": shop.barcodes, "stock": shop.stock}
    for name, frame in frames.items():
        parquet.write_table(_table(name, frame), folder / f"{name}.parquet", compression="zstd")
    return {name: len(frame) for name, frame in frames.items()}


def write_photos(
    folder: Path, photos: Iterable[tuple[str, bytes]], wanted: frozenset[str], progress: Callable[[int], None]
) -> tuple[int, list[str]]:
    """Write photos.parquet from (kodeitem, image bytes); answers how many, and the items whose photo can't be read."""
    count, unreadable = 0, []

    def scaled() -> Iterator[tuple[str, bytes]]:
        for kodeitem, photo in photos:
            if kodeitem in wanted:
                if small := small_jpeg(photo):
                    yield kodeitem, small
                else:
                    unreadable.append(kodeitem)

    with parquet.ParquetWriter(folder / "photos.parquet", SCHEMAS["photos"], compression="none") as writer:
        for batch in _batches(scaled()):
            codes, images = zip(*batch, strict=True)
            writer.write_batch(pa.record_batch([pa.array(codes), pa.array(images)], schema=SCHEMAS["photos"]))
            count += len(batch)
            progress(count)
    return count, unreadable


def write_csv(path: Path, shop: PricedShop) -> None:
    """One row a price, with the product's name: for a spreadsheet."""
    names = shop.products[["kodeitem", "namaitem", "jenis", "merek", "dijual"]]
    rows = names.merge(shop.prices, on="kodeitem")
    columns = [
        "kodeitem",
        "namaitem",
        "konversi",
        "satuan",
        "hargapokok",
        "hargajual",
        "level",
        "jumlah_sampai",
        "jenis",
        "merek",
        "dijual",
    ]
    csv.write_csv(pa.Table.from_pandas(rows[columns], preserve_index=False), path)


def _table(name: str, frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, schema=SCHEMAS[name], preserve_index=False)


def _batches(photos: Iterator[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    for photo in photos:
        batch.append(photo)
        if len(batch) == PHOTOS_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
