"""Writes the priced shop, and its names and groups, as Parquet tables with a declared schema, and as a CSV."""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from toko_assets.ipos.decimals import MONEY
from toko_assets.ipos.pricing import PricedShop
from toko_assets.ipos.reference.tables import Reference
from toko_assets.ipos.source_tables import QUANTITY
from toko_core.catalog.photos import PhotoDecoder, PhotoError, Problem
from toko_core.files import file_digest
from toko_core.text import CONTROL, FORMULA

PERCENT = pa.decimal128(6, 3)
PERIOD = [
    ("dari", pa.timestamp("us")), ("sebelum", pa.timestamp("us")), ("jam_dari", pa.time64("us")),
    ("jam_sampai", pa.time64("us")), ("hari", pa.int32()),
]  # fmt: skip
SCHEMAS = {
    "products": pa.schema(
        [
            ("kodeitem", pa.string()), ("namaitem", pa.string()), ("jenis", pa.string()), ("merek", pa.string()),
            ("rak", pa.string()), ("satuan", pa.string()), ("sistem_harga", pa.string()), ("dijual", pa.bool_()),
            ("keterangan", pa.string()), ("matauang", pa.string()), ("jasa", pa.bool_()), ("stokmin", QUANTITY),
            ("supplier", pa.string()), ("dateupd", pa.timestamp("us")),
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
    "photos": pa.schema([("kodeitem", pa.string()), ("gambar", pa.binary()), ("sumber", pa.binary())]),
    "names": pa.schema([("kind", pa.string()), ("kode", pa.string()), ("nama", pa.string())]),
    "serials": pa.schema(
        [("noserial", pa.string()), ("kodeitem", pa.string()), ("kantor", pa.string()), ("terjual", pa.bool_())]
    ),
    "customer_groups": pa.schema(
        [("kgrup", pa.string()), ("grup", pa.string()), ("level", pa.int32()), ("potongan", PERCENT)]
    ),
    "group_discounts": pa.schema(
        [
            ("kodeitem", pa.string()), ("kgrup", pa.string()), ("pot1", PERCENT), ("pot2", PERCENT), ("pot3", PERCENT),
            ("pot4", PERCENT),
        ]
    ),
    "discounts": pa.schema(
        [
            ("kodeitem", pa.string()), ("iddiskon", pa.string()), ("satuan", pa.string()), ("kgrup", pa.string()),
            ("prioritas", pa.int64()), ("rupiah", MONEY), ("pot1", PERCENT), ("pot2", PERCENT), ("pot3", PERCENT),
            ("pot4", PERCENT), *PERIOD,
        ]
    ),
    "promotions": pa.schema(
        [
            ("kodeitem", pa.string()), ("idpromo", pa.string()), ("satuan", pa.string()), ("jumlah", QUANTITY),
            ("hadiah", pa.string()), ("jumlah_hadiah", QUANTITY), ("satuan_hadiah", pa.string()),
            ("kelipatan", pa.bool_()), ("harga", MONEY), *PERIOD,
        ]
    ),
}  # fmt: skip
"""Columns and types of each exported table. `sumber` is the SHA-256 of the original image in iPOS."""

PHOTOS = "photos.parquet"
PHOTOS_A_BATCH = 32
MOST_BYTES_AHEAD = 64 * 1024 * 1024
"""How many bytes of photos wait to be scaled. One photo more may be in memory."""
MOST_SLOW = 12
"""After so many photos that took too much processor time, the backup is hostile: its other new photos are left out."""


def write_tables(folder: Path, shop: PricedShop, reference: Reference) -> dict[str, int]:
    """Write all tables but the photos. Return the number of rows of each."""
    frames = {
        "products": shop.products, "prices": shop.prices, "barcodes": shop.barcodes, "stock": shop.stock,
        "names": reference.names, "customer_groups": reference.groups, "group_discounts": reference.group_discounts,
        "discounts": reference.discounts, "promotions": reference.promotions, "serials": reference.serials,
    }  # fmt: skip
    for name, frame in frames.items():
        parquet.write_table(_table(name, frame), folder / f"{name}.parquet", compression="zstd")
    return {name: len(frame) for name, frame in frames.items()}


def write_photos(
    folder: Path,
    photos: Iterable[tuple[str, bytes]],
    wanted: frozenset[str],
    previous: Path | None,
    progress: Callable[[int], None],
) -> tuple[int, list[str]]:
    """Write photos.parquet from (kodeitem, image bytes), in that order. Call `progress` with their number every second.

    Return the number of photos written, and the items whose photo cannot be read. A photo that the earlier export
    `previous` made from the same bytes is copied from there: scaling is most of a sync's work, and photos rarely
    change. The others are scaled in child processes, on up to two cores. Memory holds at most two batches.
    Raises TransientError if no child process can be started.
    """
    count, unreadable, reported = 0, [], time.monotonic()
    file = folder / PHOTOS
    with (
        PhotoDecoder("scale") as decoder,
        parquet.ParquetWriter(file, SCHEMAS["photos"], compression="none") as writer,
    ):
        scaled = _scaled((photo for photo in photos if photo[0] in wanted), _KnownPhotos(previous), decoder)
        while batch := list(islice(scaled, PHOTOS_A_BATCH)):
            codes, small, sources = zip(*batch, strict=True)
            unreadable += [code for code, photo in zip(codes, small, strict=True) if photo is None]
            rows = pa.table([codes, small, sources], schema=SCHEMAS["photos"]).drop_null()
            writer.write_table(rows)
            count += len(rows)
            if time.monotonic() > reported + 1:
                reported = time.monotonic()
                progress(count)
    return count, unreadable


def _scaled(
    photos: Iterable[tuple[str, bytes]], known: "_KnownPhotos", decoder: PhotoDecoder
) -> Iterator[tuple[str, bytes | None, bytes]]:
    """Yield (kodeitem, small photo, SHA-256 of the photo), in order.

    The decoder works up to a batch ahead, so that no core waits for the others.
    """
    ahead: deque[tuple[str, Future[bytes] | bytes | None, bytes, int]] = deque()
    bytes_ahead = slow = 0

    def next_one() -> tuple[str, bytes | None, bytes]:
        nonlocal bytes_ahead, slow
        code, small, source, size = ahead.popleft()
        bytes_ahead -= size
        if isinstance(small, Future):
            try:
                small = small.result()
            except PhotoError as error:
                slow += error.problem is Problem.TOO_SLOW
                small = None
        return code, small, source

    for code, photo in photos:
        source = hashlib.sha256(photo).digest()
        small = known.small(code, source) or (decoder.submit(photo) if slow < MOST_SLOW else None)
        ahead.append((code, small, source, len(photo)))
        bytes_ahead += len(photo)
        while len(ahead) == PHOTOS_A_BATCH or bytes_ahead > MOST_BYTES_AHEAD:
            yield next_one()
    while ahead:
        yield next_one()


class _KnownPhotos:
    """The photos of an earlier export, by item and by the hash of the original image."""

    def __init__(self, previous: Path | None) -> None:
        self._file = parquet.ParquetFile(previous, pre_buffer=False) if previous else None
        self._group, self._photos = -1, list[bytes]()
        self._places: dict[tuple[str, bytes], tuple[int, int]] = {}
        for group in range(self._file.num_row_groups if self._file else 0):
            rows = self._columns(group, "kodeitem", "sumber")
            for place, key in enumerate(zip(rows["kodeitem"], rows["sumber"], strict=True)):
                self._places[key] = (group, place)

    def small(self, code: str, source: bytes) -> bytes | None:
        """Return the small photo, or None. Row groups are as small as batches, and mostly read in order."""
        group, place = self._places.get((code, source), (-1, -1))
        if group < 0:
            return None
        if group != self._group:
            self._group = group
            self._photos = self._columns(group, "gambar")["gambar"]
        return self._photos[place]

    def _columns(self, group: int, *names: str) -> dict[str, Any]:
        columns: dict[str, Any] = self._file.read_row_group(group, list(names)).to_pydict() if self._file else {}
        return columns


def digest(folder: Path) -> str:
    """Return the SHA-256 of an export's tables: two exports with the same digest give the same catalogue."""
    files = sorted(folder.glob("*.parquet"))
    return hashlib.sha256("".join(file_digest(file) for file in files).encode()).hexdigest()


def csv_name(dumped_at: datetime) -> str:
    """Return the name of a backup's CSV, from its time in the shop's zone."""
    return f"{dumped_at:%Y%m%d_%H%M%S}.csv"


def write_csv(path: Path, shop: PricedShop) -> None:
    """Write one row per price, with the product's name, for a spreadsheet.

    No text of it is a formula to a spreadsheet. Nothing of ours reads the file: the catalogue is made from Parquet.
    """
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
    table = pa.Table.from_pandas(rows[columns], preserve_index=False)
    for position, column in enumerate(table.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(position, column.name, _without_formulas(table.column(position)))
    csv.write_csv(table, path)


def _without_formulas(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before the sign of each text that a spreadsheet would run, as OWASP advises.

    Control characters, which only codes of items have, become spaces.
    """
    found = pc.match_substring_regex(texts, f"{FORMULA}|{CONTROL}")
    if not pc.any(found).as_py():  # as usual; replacing in nothing takes three times as long
        return texts
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, CONTROL, " "), FORMULA, r"\1'\2")


def _table(name: str, frame: pd.DataFrame) -> pa.Table:
    if frame.empty:
        return SCHEMAS[name].empty_table()
    return pa.Table.from_pandas(frame, preserve_index=False).cast(SCHEMAS[name])
