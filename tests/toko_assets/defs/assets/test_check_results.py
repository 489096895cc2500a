"""Each check's result says what was counted, the limit, the rows concerned, and what to do."""

import dagster as dg
import pandas as pd
import pytest

from toko_assets.common.checks import SHOWN_ROWS, Outcome
from toko_assets.defs.reporting import report_checks

MANY = pd.DataFrame({"kodeitem": [f"A{number}" for number in range(50)], "hargajual": [None] * 50})


def reported(outcome: Outcome) -> dg.AssetCheckResult:
    return next(report_checks([outcome]))


def values(result: dg.AssetCheckResult) -> dict[str, object]:
    return {name: value.value for name, value in result.metadata.items()}


def test_a_failed_check_counts_all_and_shows_the_first_twenty_rows() -> None:
    result = reported(Outcome("prices_filled_in", False, "50 are empty.", rows=MANY, advice="Fill them in."))
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.description == "50 are empty."
    assert values(result) | {"which rows": None} == {
        "count": 50, "limit": 0, "what to do": "Fill them in.", "which rows": None
    }  # fmt: skip
    table = result.metadata["which rows"]
    assert isinstance(table, dg.TableMetadataValue)
    assert len(table.records) == SHOWN_ROWS
    assert table.records[0].data == {"kodeitem": "A0", "hargajual": ""}


def test_a_passed_check_says_so_and_still_shows_what_was_found_within_the_limit() -> None:
    result = reported(Outcome("share_unpriced", True, "Few.", True, rows=MANY.head(2), limit=10, advice="Look."))
    assert result.passed
    assert values(result) | {"which rows": None} == {
        "count": 2,
        "limit": 10,
        "what to do": "Nothing.",
        "which rows": None,
    }


def test_a_count_may_be_of_more_than_the_rows() -> None:
    assert values(reported(Outcome("products_not_lost", True, "Fewer.", count=7, limit="half")))["count"] == 7


def test_a_blocking_check_that_fails_is_an_error_and_stops_the_asset_for_good() -> None:
    results = report_checks([Outcome("keys_unique", False, "2 twice.", True, rows=MANY.head(2), advice="Report it.")])
    assert next(results).severity == dg.AssetCheckSeverity.ERROR
    with pytest.raises(dg.Failure, match=r"2 twice\. First: A0; A1\. Report it\.") as failed:
        next(results)
    assert not failed.value.allow_retries
