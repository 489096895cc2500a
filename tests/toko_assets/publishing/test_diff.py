"""What two catalogues differ in."""

from decimal import Decimal
from pathlib import Path

import duckdb

from toko_assets.publishing.compare import LARGEST, compare


def catalog(file: Path, prices: dict[str, str | None]) -> Path:
    """A catalogue with one price an item, by kodeitem."""
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE products (product_id INTEGER, kodeitem VARCHAR, namaitem VARCHAR)")
        connection.execute(
            "CREATE TABLE prices (product_id INTEGER, satuan VARCHAR, level INTEGER, jumlah_sampai DECIMAL(20,3), "
            "hargajual DECIMAL(18,4))"
        )
        for number, (code, price) in enumerate(prices.items()):
            connection.execute("INSERT INTO products VALUES (?, ?, ?)", [number, code, f"Barang {code}"])
            connection.execute("INSERT INTO prices VALUES (?, 'PCS', NULL, NULL, ?)", [number, price])
    return file


def test_new_gone_and_changed_are_counted_by_code(tmp_path: Path) -> None:
    before = catalog(tmp_path / "before.duckdb", {"A": "1000", "B": "2000", "C": "3000", "D": None})
    now = catalog(tmp_path / "now.duckdb", {"X": "1", "B": "2000", "A": "900.5", "D": "50"})
    diff = compare(before, now)
    assert (diff.products_before, diff.products_now, diff.new, diff.gone, diff.prices_changed) == (4, 4, 1, 1, 2)
    assert diff.largest == (
        ("A", "Barang A", "PCS", Decimal(1000), Decimal("900.5")),
        ("D", "Barang D", "PCS", None, Decimal(50)),
    )


def test_the_largest_changes_come_first_and_are_at_most_ten(tmp_path: Path) -> None:
    prices = {f"{number:02}": 1000 for number in range(30)}
    before = catalog(tmp_path / "before.duckdb", {code: str(price) for code, price in prices.items()})
    now = catalog(tmp_path / "now.duckdb", {code: str(1000 + int(code) * (-1) ** int(code)) for code in prices})
    diff = compare(before, now)
    assert diff.prices_changed == 29
    assert [row[0] for row in diff.largest] == [f"{number:02}" for number in range(29, 29 - LARGEST, -1)]
