"""What the pages of a real sync show: numbers to plot, files, columns with their lineage, pictures."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from tests.acceptance.history import Run, runs
from tests.acceptance.places import installed, sync
from tests.acceptance.rows import item, price, unit
from tests.backups import Shop, write_backup
from toko_assets.ipos.export import SCHEMAS
from toko_assets.postgres.server import PostgresServer

MORNING, EVENING = "toko-1.i5bu", "toko-2.i5bu"


def shop(sugar: int, *more: dict[str, Any], without: str = "") -> Shop:
    items = [item("GULA", hargajual1=sugar, jenis="SEMBAKO"), item("TEH", "S", jenis="MINUMAN"), *more]
    return Shop(
        items=[row for row in items if row["kodeitem"] != without],
        units=[unit("GULA", "PCS"), unit("TEH", "PCS")],
        prices=[price("TEH", "PCS", 5000)],
    )


@pytest.fixture(scope="module")
def synced(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Run]]:
    """The first sync, and one of a later backup: sugar is dearer, tea is gone, coffee is new."""
    with installed(tmp_path_factory.mktemp("pages")) as toko:
        write_backup(postgres, toko.inbox / MORNING, shop(3000))
        sync("--backup", toko.inbox / MORNING)
        write_backup(postgres, toko.inbox / EVENING, shop(3300, item("KOPI"), without="TEH"))
        sync("--backup", toko.inbox / EVENING)
        yield runs(toko)[::-1]


def rows(table: Any) -> list[dict[str, Any]]:
    return [dict(record.data) for record in table.records]


def test_the_export_has_the_share_of_each_price_system_and_the_size_of_each_file(synced: list[Run]) -> None:
    page = synced[0].materialised["exported_products"]
    assert (page["items_system_O"], page["items_system_S"]) == (1, 1)
    assert page["share_system_O"] == 0.5
    assert page["dagster/size_bytes"] == sum(page[f"bytes_{table}"] for table in SCHEMAS)
    assert page["csv"].endswith(".csv")
    assert page["parquet_prices"].endswith("prices.parquet")


def test_the_export_has_the_margins_of_its_categories(synced: list[Run]) -> None:
    margins = rows(synced[0].materialised["exported_products"]["margin_by_category"])
    assert {row["category"]: row["margin_percent"] for row in margins} == {"MINUMAN": "50.0", "SEMBAKO": "16.7"}


def test_the_restoration_lists_its_tables(synced: list[Run]) -> None:
    page = synced[0].materialised["restored_database"]
    assert {row["table"]: row["rows"] for row in rows(page["tables"])}["tbl_item"] == "2"
    assert (page["tables_restored"], page["tables_left_in_the_file"]) == (4, 1)


def test_the_catalogue_has_a_picture_of_its_prices_and_margins(synced: list[Run]) -> None:
    page = synced[0].materialised["product_catalog"]
    for name in ("picture_of_prices", "picture_of_margins"):
        assert page[name].startswith(f"![{name}](data:image/png;base64,")
        assert len(page[name]) < 60_000
    assert "picture_of_price_changes" not in page


def test_the_next_catalogue_says_what_is_new_gone_and_changed_and_draws_it(synced: list[Run]) -> None:
    page = synced[1].materialised["product_catalog"]
    assert (page["products_new"], page["products_gone"], page["prices_changed"]) == (1, 1, 1)
    assert [row["kodeitem"] for row in rows(page["new_products"])] == ["KOPI"]
    assert [row["kodeitem"] for row in rows(page["gone_products"])] == ["TEH"]
    assert page["picture_of_price_changes"].startswith("![picture_of_price_changes](data:image/png;base64,")


@pytest.mark.parametrize("asset", ["exported_products", "product_catalog"])
def test_the_lineage_of_a_materialisation_is_of_its_columns(synced: list[Run], asset: str) -> None:
    page = synced[0].materialised[asset]
    schema, lineage = page["dagster/column_schema"], page["dagster/column_lineage"]
    columns = {column.name: column.description for column in schema.columns}
    assert isinstance(lineage, dg.TableColumnLineage)
    assert lineage.deps_by_column.keys() <= columns.keys()
    assert all(columns[name] for name in lineage.deps_by_column)
    assert "prices.hargajual" in lineage.deps_by_column
