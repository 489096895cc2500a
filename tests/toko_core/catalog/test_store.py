"""Published files are for the user who publishes, and for the group where the folder is the group's too."""

from pathlib import Path

import pytest

from toko_core.catalog.store import publish
from toko_core.files import keep_private


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o700, 0o600), (0o750, 0o640)], ids=["one user", "containers"])
def test_the_group_of_the_folder_can_read_what_is_published(tmp_path: Path, folder_mode: int, file_mode: int) -> None:
    keep_private()
    finished = tmp_path / "next"
    finished.write_text("catalogue")
    tmp_path.chmod(folder_mode)
    publish(finished, "catalog-1.duckdb", keep=1)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == dict.fromkeys(
        ("CURRENT", "catalog-1.duckdb", "catalog-1.duckdb.sha256"), file_mode
    )
