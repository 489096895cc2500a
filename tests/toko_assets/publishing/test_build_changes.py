"""Very many price changes in a catalogue: within DuckDB's memory, and without a file outside the data folder."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.toko_assets.publishing.exports import write_tables
from tests.toko_assets.publishing.history.shops import a_backup
from toko_assets.publishing.build import build
from toko_assets.publishing.history.merge import add

PRODUCTS, BACKUPS = 50_000, 10
GONE = "GONE"


def write_export(folder: Path, price: int) -> None:
    codes = [f"{number:06}" for number in range(PRODUCTS)]
    rows: dict[str, dict[str, list[Any]]] = {
        "products": {"kodeitem": codes, "namaitem": codes, "dijual": [True] * PRODUCTS},
        "prices": {
            "kodeitem": [*codes, GONE],
            "satuan": ["PCS"] * (PRODUCTS + 1),
            "hargajual": [Decimal(price)] * (PRODUCTS + 1),
        },
    }
    write_tables(folder, rows)


def test_each_change_of_each_product_is_in_the_catalogue_in_order(tmp_path: Path) -> None:
    for number in range(BACKUPS):
        write_export(tmp_path / "export", 1000 + number)
        add(tmp_path / "history", tmp_path / "export", a_backup(str(number), number))
    command = [sys.executable, "-m", __name__, str(tmp_path)]
    folder_of_no_files = "/proc/self"
    subprocess.run(command, check=True, cwd=folder_of_no_files, env={"PYTHONPATH": str(Path(__file__).parents[3])})
    with duckdb.connect(tmp_path / "catalog.duckdb", read_only=True) as connection:
        rows = connection.execute("SELECT product_id, before, after, seen_from, previous FROM price_changes").fetchall()
    assert len(rows) == PRODUCTS * (BACKUPS - 1)
    begin, day = datetime(2026, 1, 1, 17, tzinfo=UTC).replace(tzinfo=None), timedelta(days=1)
    for place in range(0, len(rows), 9_999):
        product, number = divmod(place, BACKUPS - 1)
        before, after = Decimal(1000 + number), Decimal(1001 + number)
        assert rows[place] == (product, before, after, begin + (number + 1) * day, begin + number * day)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    build(root / "catalog.duckdb", root / "export", root / "history", {})
