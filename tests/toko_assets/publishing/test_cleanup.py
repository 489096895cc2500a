"""Recovery removes what a sync left unfinished, and nothing that belongs to a person."""

from pathlib import Path

import pytest

from toko_assets.publishing.cleanup import remove_unfinished
from toko_core.files import DataFolder

OURS = [
    "rows.part/excerpt", "rows.old.part/excerpt", "backups/incoming.i5bu.part", "exports/0123456789ab.part/a.parquet",
    "exports/20260105_213000.csv.part", "history/prices.parquet.part", "history/demo/spill.part/x",
    "catalog/next.duckdb.part", "catalog/next.duckdb.part.wal", "catalog/CURRENT.part", "records/raw_backup.json.part",
    "records/publications/run.json.part",
]  # fmt: skip
PERSONAL = [
    "spare.parts/list.txt", "lama.part/list.txt", "catatan.part", "rows.part.txt", "inbox/i5_TOKO.i5bu.part",
    "catalog/spare.parts", "backups/daftar.parts", "exports/rapat.partai/x",
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in OURS + PERSONAL:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    return tmp_path


def test_what_a_sync_left_unfinished_is_removed(data: Path) -> None:
    remove_unfinished(DataFolder(data))
    assert [name for name in OURS if (data / name).exists()] == []


def test_what_belongs_to_a_person_is_kept(data: Path) -> None:
    remove_unfinished(DataFolder(data))
    assert [name for name in PERSONAL if not (data / name).exists()] == []
