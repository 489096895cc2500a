"""The whole chain on Dagster's own storage: ours only saves time, nothing may depend on it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage

from tests.acceptance.history import runs
from tests.acceptance.places import installed, run_toko
from tests.acceptance.rows import clean_shop
from tests.backups import write_backup
from tests.code_location import load_defs
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

PLAIN = "telemetry: {enabled: false}\n"
CHAIN = ["raw_backup", "restored_database", "exported_products", "price_history", "product_catalog"]
PRODUCTS = 7


@pytest.fixture
def toko(postgres: PostgresServer, tmp_path: Path) -> Iterator[Installation]:
    """With a dagster.yaml that has no `storage`, and a backup."""
    with installed(tmp_path) as toko:
        home = toko.data / "dagster"
        home.mkdir(parents=True)
        (home / "dagster.yaml").write_text(PLAIN)
        write_backup(postgres, toko.inbox / "toko.i5bu", clean_shop(PRODUCTS))
        yield toko
        assert (home / "dagster.yaml").read_text() == PLAIN


def test_a_sync_publishes_and_dagster_has_its_run_assets_and_checks(toko: Installation) -> None:
    answer = run_toko("sync")
    assert (answer.status, answer.error) == (0, "")
    assert toko.query("SELECT count(*) FROM products") == [(PRODUCTS,)]
    with dg.DagsterInstance.get() as instance:
        assert type(instance.run_storage) is SqliteRunStorage
        assert type(instance.event_log_storage) is SqliteEventLogStorage
    (run,) = runs(toko)
    assert (run.job, run.succeeded) == ("sync", True)
    assert list(run.materialised) == CHAIN
    assert run.materialised["product_catalog"]["dagster/row_count"] == PRODUCTS
    graph = load_defs().resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert {(check.asset, check.name) for check in run.evaluations} == checks - {("product_catalog", "till_agrees")}
    assert all(check.passed for check in run.evaluations)


def test_a_sync_that_fails_is_recorded_with_the_check_that_failed(toko: Installation, postgres: PostgresServer) -> None:
    assert run_toko("sync").status == 0
    first = toko.catalog
    write_backup(postgres, toko.inbox / "toko.i5bu", clean_shop(1))
    refused = run_toko("sync")
    assert refused.status == 1
    assert toko.catalog == first
    failed, _ = runs(toko)
    assert not failed.succeeded
    assert "products_not_lost" in failed.failed(blocking=True)
