"""What existing installations remember of rollbacks is read."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from toko_assets.publishing.rejected import RejectedError, check_not_rejected, choose, rejection_in_force
from toko_core.catalog.demo import DEMO_BACKUP
from toko_core.files import DataFolder

STORED = """{
  "refusal": {
    "file": "catalog-20260103T140507.000Z-333333333333.duckdb",
    "name": "hari-3.i5bu",
    "revision": "3",
    "sha256": "3333",
    "dumped_at": "2026-01-03T21:05:07+07:00",
    "refused_at": "2026-01-04T08:00:00+07:00",
    "chosen": ["1111"]
  },
  "files": ["catalog-20260103T140507.000Z-333333333333.duckdb"],
  "to": "catalog-20260102T140507.000Z-222222222222.duckdb"
}"""
"""As it lies in the data folders of shops."""
DAY_3 = datetime(2026, 1, 3, 14, 5, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path)
    folder.records.mkdir()
    (folder.records / "rollback.json").write_text(STORED)
    return folder


def test_a_stored_rejection_is_in_force(folder: DataFolder) -> None:
    rejection = rejection_in_force(folder)
    assert rejection is not None
    assert (rejection.name, rejection.dumped_at, rejection.chosen) == ("hari-3.i5bu", DAY_3, ("1111",))
    with pytest.raises(RejectedError, match=r"^hari-3\.i5bu was rejected by a rollback on 2026-01-04 08:00; "):
        check_not_rejected(folder, "hari-3.i5bu", "3333", DAY_3)
    with pytest.raises(RejectedError, match=r"^x\.i5bu is no newer than hari-3\.i5bu, which was rejected by "):
        check_not_rejected(folder, "x.i5bu", "2222", DAY_3 - timedelta(days=1))
    check_not_rejected(folder, "chosen.i5bu", "1111", DAY_3 - timedelta(days=2))
    check_not_rejected(folder, "newer.i5bu", "4444", DAY_3 + timedelta(days=1))


def test_what_is_written_into_it_keeps_the_rest_and_the_names_of_its_fields(folder: DataFolder) -> None:
    choose(folder, "3333")
    expected = json.loads(STORED)
    expected["refusal"]["chosen"].append("3333")
    assert json.loads((folder.records / "rollback.json").read_text()) == expected
    check_not_rejected(folder, "hari-3.i5bu", "3333", DAY_3)


def test_a_rejected_demo_rejects_no_backup_of_a_shop(folder: DataFolder) -> None:
    (folder.records / "rollback.json").write_text(STORED.replace("hari-3.i5bu", DEMO_BACKUP))
    check_not_rejected(folder, "x.i5bu", "2222", DAY_3 - timedelta(days=1))
    with pytest.raises(RejectedError, match=r"^i5_CONTOH\.i5bu was rejected by a rollback on "):
        check_not_rejected(folder, DEMO_BACKUP, "3333", DAY_3)
