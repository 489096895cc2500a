"""The check discounts_understood counts what is left out or had to be interpreted, with an example of each."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection, Rollback

from toko_assets.ipos.pricing import price_shop
from toko_assets.ipos.reference.tables import check_discounts, read_reference
from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.server import PostgresServer

from .promotion_cases import PROMOTIONS, idpromo_of
from .rows import Case, Item, code_of, head, percent, tables_of
from .shop import DUMPED_AT, Shop, database, publish
from .time_cases import CASES

SHOWN = 20
"""The rows of a check that people see."""


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.title for case in CASES])
def test_each_discount_is_listed_with_its_reasons_alone(shop: Shop, number: int) -> None:
    assert reasons_of(shop, code_of(number)) == set(CASES[number].reasons)


@pytest.mark.parametrize("number", range(len(PROMOTIONS)), ids=[case.title for case in PROMOTIONS])
def test_each_promotion_is_listed_with_its_reasons_alone(shop: Shop, number: int) -> None:
    assert reasons_of(shop, idpromo_of(number)) == set(PROMOTIONS[number].reasons)


def test_the_check_warns_and_counts_each_reason(shop: Shop) -> None:
    outcome = check_discounts(shop.reference)
    rows = shop.reference.unclear_offers
    assert (outcome.passed, outcome.blocking, len(outcome.rows)) == (False, False, len(rows))
    for reason, count in Counter(rows["reason"]).items():
        assert f"{count} x {reason}" in outcome.summary
    assert set(outcome.rows["reason"][:SHOWN]) == set(rows["reason"]), "an example of each"


def test_the_check_passes_for_discounts_that_are_understood(postgres: PostgresServer, tmp_path: Path) -> None:
    rows = tables_of([Case("a percent", [head(percent(10))], [], [Item()])])
    with database(postgres, "understood", rows) as connection:
        outcome = check_discounts(publish(connection, tmp_path).reference)
    assert outcome.passed
    assert outcome.summary.startswith("0 discounts and promotions are left out")
    assert "1 discounts and 0 promotions of products count." in outcome.summary


def test_without_the_table_of_lines_no_head_applies_to_its_range(postgres: PostgresServer, tmp_path: Path) -> None:
    rows = tables_of([Case("a line", [head(percent(10, kodeitem="HILANG"), pot1=50)], [], [Item()])])
    with database(postgres, "no_lines", rows) as connection:
        connection.execute("DROP TABLE tbl_itemdispdt")
        assert publish(connection, tmp_path).reference.discounts.empty


@pytest.mark.parametrize(
    "date", ["infinity", "-infinity", "0001-01-01", "9999-12-31 23:59:59", "0044-03-15 BC", "294276-01-01"]
)
@pytest.mark.parametrize("column", ["tgldari", "tglsampai", "jamdari", "jamsampai"])
def test_impossible_dates_do_not_fail_the_export(odd_dates: Connection[Any], date: str, column: str) -> None:
    with suppress(Rollback), odd_dates.transaction() as undone:
        odd_dates.execute(f"UPDATE tbl_itemdisp SET {column} = '{date}'".encode())
        priced = price_shop(read_source(odd_dates))
        read_reference(odd_dates, priced, DUMPED_AT)
        raise Rollback(undone)


@pytest.fixture(scope="module")
def odd_dates(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    cases = [Case("a day", [head(percent(10)), head(percent(10), tipeper="2")], [], [Item()])]
    with database(postgres, "odd_dates", tables_of(cases)) as connection:
        yield connection


def reasons_of(shop: Shop, code: str) -> set[str]:
    rows = shop.reference.unclear_offers
    return {reason for name, reason in zip(rows["code"], rows["reason"], strict=True) if name.startswith(code)}
