"""A sync as Dagster's web interface shows it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.acceptance.history import Run, last_run, runs
from tests.acceptance.places import installed, sync
from tests.acceptance.rows import clean_shop
from tests.backups import write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

ASSETS = ["raw_backup", "restored_database", "exported_products", "price_history", "product_catalog"]
PRODUCTS = 7


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("recorded")) as toko:
        write_backup(postgres, toko.inbox / "toko.i5bu", clean_shop(PRODUCTS, history=100))
        sync()
        yield toko


@pytest.fixture(scope="module")
def run(shop: Installation) -> Run:
    return runs(shop)[-1]


def test_a_sync_is_one_successful_run_of_the_job_sync(shop: Installation, run: Run) -> None:
    assert len(runs(shop)) == 1
    assert (run.job, run.succeeded) == ("sync", True)


def test_the_assets_are_materialised_in_the_order_of_the_chain(run: Run) -> None:
    assert list(run.materialised) == ASSETS


@pytest.mark.parametrize("asset", ASSETS)
def test_a_materialisation_has_durations(run: Run, asset: str) -> None:
    durations = [value for name, value in run.materialised[asset].items() if "seconds" in name]
    assert durations
    assert all(value >= 0 for value in durations)


@pytest.mark.parametrize("asset", ["raw_backup", "exported_products", "price_history", "product_catalog"])
def test_a_materialisation_that_writes_files_has_their_size(run: Run, asset: str) -> None:
    assert run.materialised[asset]["dagster/size_bytes"] > 0


def test_the_restoration_counts_its_rows_and_names_the_source_and_the_tables_skipped(run: Run) -> None:
    found = run.materialised["restored_database"]
    assert found["rows_tbl_item"] == PRODUCTS
    assert found["tables_skipped"] == ["tbl_ikdt"]
    assert str(found["source_server_version"]).startswith("18")


@pytest.mark.parametrize("asset", ["exported_products", "product_catalog"])
def test_a_materialisation_of_tables_has_their_row_counts(run: Run, asset: str) -> None:
    found = run.materialised[asset]
    assert found["dagster/row_count"] == PRODUCTS
    assert (found["rows_products"], found["rows_prices"]) == (PRODUCTS, PRODUCTS)


@pytest.mark.parametrize("asset", ["exported_products", "product_catalog"])
def test_a_materialisation_of_tables_has_a_preview_of_products_with_exact_prices(run: Run, asset: str) -> None:
    rows = [record.data for record in run.materialised[asset]["preview"].records]
    assert {row["kodeitem"] for row in rows} <= {f"BERSIH-{n}" for n in range(PRODUCTS)}
    assert {str(row["hargajual"]) for row in rows} == {"3000.0000"}


def columns(schema: Any) -> set[tuple[str, str]]:
    assert isinstance(schema, dg.TableSchema)
    return {(table, column) for table, _, column in (c.name.rpartition(".") for c in schema.columns)}


def test_the_column_schema_of_the_catalogue_is_that_of_its_own_tables(shop: Installation, run: Run) -> None:
    own = shop.query("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    assert columns(run.materialised["product_catalog"]["dagster/column_schema"]) == set(own)


def test_the_column_schema_of_the_export_is_that_of_the_products_and_prices(run: Run) -> None:
    found = columns(run.materialised["exported_products"]["dagster/column_schema"])
    assert {("products", "kodeitem"), ("prices", "hargajual"), ("barcodes", "barcode"), ("stock", "kantor")} <= found


@pytest.mark.parametrize("asset", [asset for asset in ASSETS if asset != "price_history"])
def test_every_asset_has_a_blocking_check_that_passed(run: Run, asset: str) -> None:
    blocking = [evaluation for evaluation in run.evaluations if evaluation.asset == asset and evaluation.blocking]
    assert blocking
    assert all(evaluation.passed for evaluation in blocking)


def test_records_travel_as_json_and_nothing_is_pickled(shop: Installation) -> None:
    for asset in ASSETS:
        assert shop.record(asset)
    stored = [p for p in (shop.data / "dagster" / "storage").rglob("*") if p.is_file() and p.name in ASSETS]
    assert stored == []
    assert shop.record("exported_products")["backup"] == shop.record("raw_backup")


def test_materialize_all_of_the_web_interface_works_on_the_same_data(shop: Installation, run: Run) -> None:
    """Dagster's own command, which takes the code location and the instance as `make dev` does."""
    before = shop.catalog
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "asset", "materialize", "--select", "*", "-m", "toko_assets.definitions"],
        cwd=shop.data.parent,
        env=dict(os.environ) | {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert shop.catalog == before
    newest = last_run(shop)
    assert newest.id != run.id
    assert newest.succeeded
    assert list(newest.materialised) == [*ASSETS, "recent_sales"]
