"""What the code location holds: a changed graph is a reviewed change."""

import dagster as dg
import pytest

from tests.code_location import load_defs

pytestmark = pytest.mark.usefixtures("toko")  # no settings but its own


def defs() -> dg.Definitions:
    return load_defs()


def test_the_graph_is_the_chain_between_the_backup_folder_and_the_bot() -> None:
    graph = defs().resolve_asset_graph()
    parents = {node.key.to_user_string(): {p.to_user_string() for p in node.parent_keys} for node in graph.asset_nodes}
    assert parents == {
        "backup_folder": set(),
        "raw_backup": {"backup_folder"},
        "restored_database": {"raw_backup"},
        "exported_products": {"restored_database"},
        "price_history": {"exported_products"},
        "product_catalog": {"exported_products", "price_history"},
        "telegram_bot": {"product_catalog"},
        "recent_sales": {"product_catalog"},
    }


def test_one_job_holds_the_whole_chain() -> None:
    job = defs().resolve_job_def("sync")
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {
        "raw_backup", "restored_database", "exported_products", "price_history", "product_catalog",
    }  # fmt: skip
    assert defs().executor is dg.in_process_executor


def test_the_sales_are_read_in_a_job_of_their_own_with_the_check_of_the_till() -> None:
    found = defs()
    job, sync = found.resolve_job_def("recent_sales"), found.resolve_job_def("sync")
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {"recent_sales"}
    assert {key.name for key in job.asset_layer.asset_graph.asset_check_keys} == {"till_agrees"}
    assert "till_agrees" not in {key.name for key in sync.asset_layer.asset_graph.asset_check_keys}
    assert (job.tags["toko/queue"], sync.tags["toko/queue"]) == ("sales", "sync")


def test_the_checks_are_these() -> None:
    graph = defs().resolve_asset_graph()
    blocking = sorted(key.name for key in graph.asset_check_keys if graph.get(key).blocking)
    assert blocking == [
        "amounts_in_range", "counts_match_export", "every_item_exported", "groups_not_at_zero", "item_keys_unique",
        "items_not_below_cost", "items_not_unpriced", "keys_unique", "names_not_empty", "needed_tables_and_columns",
        "no_negative_amount", "prices_not_jumped", "prices_not_replaced", "product_hashes_unique", "products_not_lost",
        "search_finds_products", "share_unpriced", "tables_not_empty", "whole_archive",
    ]  # fmt: skip
    warning = sorted(key.name for key in graph.asset_check_keys if not graph.get(key).blocking)
    assert warning == [
        "barcodes_not_shared", "codes_used_as_names", "costs_too_large", "currencies_converted", "discounts_understood",
        "few_items_below_cost",
        "few_items_unpriced", "few_prices_changed", "few_prices_jumped", "fixed_price_used",
        "group_discounts_clear", "groups_mostly_priced", "history_kept", "item_kinds_known", "items_left_out",
        "levels_assumed",
        "limits_assumed", "no_orphans", "not_below_cost", "optional_tables_read", "photos_readable",
        "price_rows_of_no_system", "price_rows_repeated", "price_systems_guessed", "prices_filled_in",
        "products_not_fewer", "stale_price_rows", "synonyms_understood", "texts_decoded", "till_agrees",
        "unit_rows_differ", "units_assumed",
        "units_unknown", "units_without_price", "unknown_marks", "unmarked_items_sold",
    ]  # fmt: skip


def test_every_asset_that_runs_has_a_code_version() -> None:
    graph = defs().resolve_asset_graph()
    versions = {node.key.to_user_string(): node.code_version for node in graph.asset_nodes if node.is_executable}
    assert len(versions) == 6
    assert all(versions.values()), versions
