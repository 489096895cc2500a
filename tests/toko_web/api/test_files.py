"""The whole catalogue as CSV and as Parquet."""

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.toko_web.api.conftest import Get
from tests.toko_web.api.driving import InProcess
from tests.toko_web.api.shop import FORMULA, ITEMS, keys_of
from toko_core.people.keys import Scope

HIDDEN = {"prices": {"cost", "stock"}, "stock": {"cost"}, "cost": {"stock"}, "all": set(), "level-2": {"level"}}


def rows_of(get: Get, key: str = "all") -> list[dict[str, str]]:
    response = get("/catalog.csv", key)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def parquet_of(get: Get, folder: Path, key: str = "all") -> tuple[dict[str, str], list[dict[str, Any]]]:
    response = get("/catalog.parquet", key)
    assert response.status_code == 200, response.text
    file = folder / f"{key}.parquet"
    file.write_bytes(response.content)
    with duckdb.connect() as connection:
        found = connection.execute(f"FROM '{file}'")
        types = {name: str(kind) for name, kind, *_ in found.description or []}
        rows = [dict(zip(types, row, strict=True)) for row in found.fetchall()]
    return types, rows


def all_products(get: Get, key: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while cursor is not None:
        page = get(f"/products?limit=100{cursor and f'&cursor={cursor}'}", key).json()
        found |= {item["code"]: item for item in page["items"]}
        cursor = page["next_cursor"]
    return found


@pytest.mark.parametrize("key", HIDDEN)
def test_the_csv_has_the_prices_of_all_products_and_no_column_that_the_key_may_not_see(get: Get, key: str) -> None:
    rows, products = rows_of(get, key), all_products(get, key)
    assert not HIDDEN[key] & rows[0].keys()
    assert {"cost", "stock", "level"} - HIDDEN[key] <= rows[0].keys()
    priced = [price | {"code": code} for code, product in products.items() for price in product["prices"]]
    names = ["unit", "conversion", "up_to", "list_price", "price", "shown_price"]
    names += [name for name in ("cost", "level") if name not in HIDDEN[key]]
    columns = sorted(tuple(str(price[name] or "") for name in names) for price in priced if price["code"][0] != "=")
    assert columns == sorted(tuple(row[name] for name in names) for row in rows if row["code"][0] != "'")


def test_no_cell_of_the_csv_is_a_formula(get: Get) -> None:
    rows = rows_of(get)
    texts = [value for row in rows for value in row.values() if not is_number(value)]
    assert not [text for text in texts for cell in text.split(";") if cell.lstrip(' "')[:1] in set("=+-@")]
    (row,) = (row for row in rows if "HYPERLINK" in row["code"])
    assert (row["code"], row["name"]) == (f"'{FORMULA.kodeitem}", f"'{FORMULA.namaitem}")
    assert row["category"] == "'=B1;'=C1"
    assert row["stock"] == "-7"


def is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def test_the_parquet_file_has_texts_as_they_are_and_amounts_as_decimals(get: Get, tmp_path: Path) -> None:
    types, rows = parquet_of(get, tmp_path)
    assert types["price"] == "DECIMAL(38,12)"
    assert types["sold"] == "BOOLEAN"
    assert {row["code"] for row in rows} == {item.kodeitem for item in ITEMS}
    (coffee, _) = (row for row in rows if row["code"] == "KOPI1")
    assert (coffee["list_price"], coffee["price"], coffee["shown_price"]) == (
        Decimal("10000.5"), Decimal("9000.45"), Decimal(9000),
    )  # fmt: skip
    assert next(row["name"] for row in rows if row["code"] == FORMULA.kodeitem) == FORMULA.namaitem
    assert len(rows) == len(rows_of(get))


def test_parquet_files_of_other_scopes_are_other_files(get: Get, tmp_path: Path) -> None:
    names = {key: set(parquet_of(get, tmp_path, key)[0]) for key in HIDDEN}
    assert {key: names["all"] - found for key, found in names.items()} == HIDDEN
    again = get("/catalog.parquet", "prices").content
    assert again == (tmp_path / "prices.parquet").read_bytes()


def test_a_process_that_is_killed_leaves_no_parquet_file_behind(
    inside: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    key = keys_of(inside.shop.settings.folder.root).add("berkas", [Scope.PRICES], 2)[1]
    first, second = inside.get("/v1/catalog.parquet", key), inside.get("/v1/catalog.parquet", key)
    assert first.body[:4] == first.body[-4:] == b"PAR1"
    assert second.body == first.body
    assert list(tmp_path.iterdir()) == []
