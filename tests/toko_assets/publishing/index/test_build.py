"""An index is built once for an export, and again for another one."""

import os
from pathlib import Path

from tests.toko_assets.publishing.exports import write_tables
from toko_assets.publishing.index.build import build_index, prepare_index
from toko_core.search import SearchIndex


def write_export(folder: Path, name: str) -> Path:
    return write_tables(folder, {"products": {"kodeitem": ["A1"], "namaitem": [name], "dijual": [True]}})


def finds(export: Path, query: str) -> bool:
    return bool(SearchIndex.from_arrays(build_index(export)).search(query))


def test_an_index_prepared_before_the_folder_is_renamed_is_not_built_again(tmp_path: Path) -> None:
    part = write_export(tmp_path / "1.part", "GULA PASIR")
    prepare_index(part)
    file = part.rename(tmp_path / "1") / "products.parquet"
    before = file.stat()
    file.write_bytes(bytes(before.st_size))  # nothing could be built of this
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert finds(tmp_path / "1", "gula pasir")


def test_a_folder_that_is_renamed_too_soon_is_left_alone(tmp_path: Path) -> None:
    write_export(tmp_path / "1", "GULA PASIR")
    prepare_index(tmp_path / "1.part")
    assert finds(tmp_path / "1", "gula pasir")


def test_another_export_gets_an_index_of_its_own(tmp_path: Path) -> None:
    assert finds(write_export(tmp_path / "1", "GULA PASIR"), "gula pasir")
    other = write_export(tmp_path / "2", "KOPI TUBRUK SACHET")
    assert finds(other, "kopi tubruk")
    assert not finds(other, "gula pasir")
    again = write_export(tmp_path / "2", "TEH CELUP KOTAK")
    assert finds(again, "teh celup")
