"""A shop's photos in a catalogue: built in bounded memory, and each read by the bot in its own."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from pyarrow import parquet

from benchmarks.procfs import peak_rss
from toko_assets.ipos.export import SCHEMAS
from toko_assets.publishing.build import PHOTOS_A_GROUP, build
from toko_core.catalog.details import Details
from toko_core.catalog.photos.scaling import LARGEST_BYTES

PRODUCTS = PHOTOS_A_GROUP * 3 // 2
"""More than one group of rows, all with the largest photos."""
A_BATCH = 32
MOST_MEMORY = 250_000_000
"""Bytes. The photos have 184 million, and DuckDB's own ways took 350 million for them."""


def photo(number: int) -> bytes:
    """Bytes that no compression makes smaller, as those of a JPEG."""
    return Random(number).randbytes(LARGEST_BYTES)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Products with photos, in another order than their codes', and one photo of an item that is no product."""
    folder = tmp_path_factory.mktemp("export")
    for table in SCHEMAS.keys() - {"products", "photos"}:
        parquet.write_table(SCHEMAS[table].empty_table(), folder / f"{table}.parquet")
    codes = [f"{number:05}" for number in range(PRODUCTS)]
    products = [{"kodeitem": code, "namaitem": f"BARANG {code}", "dijual": True} for code in codes]
    parquet.write_table(pa.Table.from_pylist(products, SCHEMAS["products"]), folder / "products.parquet")
    photos = [("HANTU", 0), *((codes[number], number) for number in reversed(range(PRODUCTS)))]
    with parquet.ParquetWriter(folder / "photos.parquet", SCHEMAS["photos"], compression="none") as writer:
        for start in range(0, len(photos), A_BATCH):
            rows = [{"kodeitem": code, "gambar": photo(n)} for code, n in photos[start : start + A_BATCH]]
            writer.write_table(pa.Table.from_pylist(rows, SCHEMAS["photos"]))
    return folder


@pytest.fixture(scope="module")
def built(export: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The catalogue that a process of its own made, and the bytes that its peak of memory rose by."""
    file = tmp_path_factory.mktemp("catalog") / "catalog.duckdb"
    command = [sys.executable, "-m", __name__, str(export), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return file, int(done.stdout)


def test_building_takes_bounded_memory(built: tuple[Path, int]) -> None:
    _, rise = built
    assert rise < MOST_MEMORY


def test_the_bot_reads_each_photo_of_a_large_shop(built: tuple[Path, int]) -> None:
    file, _ = built
    details = Details(file)
    for product_id in range(0, PRODUCTS, PRODUCTS // 20):
        assert details.photo(product_id) == photo(product_id)


if __name__ == "__main__":
    before = peak_rss()
    counts = build(Path(sys.argv[2]), Path(sys.argv[1]), Path(sys.argv[1]) / "history", {})
    if counts["photos"] != PRODUCTS:
        sys.exit(f"{counts['photos']} photos")
    sys.stdout.write(str(peak_rss() - before))
