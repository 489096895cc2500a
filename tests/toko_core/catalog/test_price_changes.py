"""Price changes: which prices changed, in which order, and what counts as one change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.catalog_files import write_catalog
from toko_core.catalog.price_changes import Period, PriceChange, PriceChanges, PriceKey, start_of

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
RISING, FALLING = Period(True, TODAY - timedelta(days=7)), Period(False, TODAY - timedelta(days=7))
CHANGES = [
    # product_id, satuan, level, before, after, days ago
    (0, "PCS", 1, "1000", "1100", 9),
    (0, "PCS", 1, "1100", "1200", 3),
    (0, "PCS", 1, "1200", "1650", 1),
    (0, "DUS", 1, "10000", "10100", 1),
    (1, "PCS", None, "500", "600", 6),
    (1, "PCS", None, "600", "500", 2),
    (2, "PCS", None, None, "700", 5),
    (2, "BOX", None, "700", None, 5),
    (3, "PCS", None, "100", None, 4),
    (3, "PCS", None, None, "90", 2),
    (4, "PCS", None, "0", "5", 7),
    (5, "PCS", None, "200", "250", 8),
    (6, "PCS", None, "99999999999999.9998", "99999999999999.9999", 1),
    (7, None, None, "1000", "1001", 1),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    write_catalog(tmp_path / "x.duckdb", ["X"] * 8)
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        connection.execute("UPDATE products SET dijual = product_id <> 7")
        connection.executemany(
            "INSERT INTO price_changes VALUES (?, ?, ?, NULL, ?, ?, ?, NULL)",
            [[*change, (TODAY - timedelta(days=days)).replace(tzinfo=None)] for *change, days in reversed(CHANGES)],
        )
        yield connection


@pytest.fixture(params=["asked", "remembered"])
def changes(request: pytest.FixtureRequest, connection: duckdb.DuckDBPyConnection) -> PriceChanges:
    """The changes, asking the file which products have one, or remembering them."""
    changes = PriceChanges(connection)
    if request.param == "remembered":
        changes.keep_changed()
    return changes


def shown(changes: list[PriceChange]) -> list[tuple[object, ...]]:
    return [(change.product_id, change.key.satuan, change.before, change.after) for change in changes]


def test_the_history_of_a_product_has_all_of_its_changes_the_oldest_first(changes: PriceChanges) -> None:
    history = [change for change in changes.of(0, None) if change.key == PriceKey("PCS", 1, None)]
    assert shown(history) == [(0, "PCS", 1000, 1100), (0, "PCS", 1100, 1200), (0, "PCS", 1200, 1650)]
    assert history[0].seen_from == TODAY - timedelta(days=9)
    assert set(shown(changes.of(2, None))) == {(2, "PCS", None, 700), (2, "BOX", 700, None)}
    assert changes.of(99, None) == []


def test_a_level_has_the_ordinary_prices_of_units_without_prices_of_its_own(
    changes: PriceChanges, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "INSERT INTO prices VALUES (0, 'PCS', 1, 2, NULL, NULL, 900), (0, 'PCS', 1, 1, NULL, NULL, 1650)"
    )
    connection.execute("INSERT INTO price_changes VALUES (0, 'PCS', 2, NULL, 800, 900, '2026-11-22', NULL)")
    assert shown(changes.of(0, None, 2)) == [(0, "DUS", 10000, 10100), (0, "PCS", 800, 900)]
    assert shown(changes.of(0, None, 3)) == [
        (0, "PCS", 1000, 1100), (0, "PCS", 1100, 1200), (0, "DUS", 10000, 10100), (0, "PCS", 1200, 1650)]  # fmt: skip
    assert {change.key.level for change in changes.of(0, None, 2)} == {None}
    assert shown(changes.of(7, None, 2)) == [(7, "", 1000, 1001)]


def test_several_changes_of_a_price_become_one_and_the_largest_share_comes_first(changes: PriceChanges) -> None:
    assert changes.moved(RISING, None) == [4, 0, 6]
    assert shown(changes.moves_of([0, 6], RISING, None)) == [
        (0, "PCS", 1100, 1650),
        (0, "DUS", 10000, 10100),
        (6, "PCS", Decimal("99999999999999.9998"), Decimal("99999999999999.9999")),
    ]


def test_an_unchanged_or_unsold_price_has_not_moved_and_one_that_came_back_cheaper_fell(changes: PriceChanges) -> None:
    assert changes.moved(FALLING, None) == [3]
    assert shown(changes.moves_of([3], FALLING, None)) == [(3, "PCS", 100, 90)]


def test_prices_are_compared_after_rounding_up_and_equal_ones_have_not_changed(
    changes: PriceChanges,
) -> None:
    assert changes.moved(RISING, 500) == [4, 0]
    assert shown(changes.moves_of([4, 0], RISING, 500)) == [
        (4, "PCS", 0, 500),
        (0, "PCS", 1500, 2000),
        (0, "DUS", 10000, 10500),
    ]
    assert shown(changes.of(0, 500)) == [(0, "PCS", 1000, 1500), (0, "DUS", 10000, 10500), (0, "PCS", 1500, 2000)]
    assert changes.of(6, 500) == []


def test_a_period_ends_where_it_says(changes: PriceChanges) -> None:
    until = TODAY - timedelta(days=3)
    assert shown(changes.moves_of([0, 6], Period(True, RISING.since, until), None)) == [(0, "PCS", 1100, 1200)]
    assert changes.moved(Period(True, RISING.since, until), None) == [4, 1, 0]


def test_between_two_catalogues_a_change_is_found_once_with_new_and_removed_prices(changes: PriceChanges) -> None:
    days = [TODAY - timedelta(days=number) for number in range(11)]
    expected = {"00000": days[1], "00001": days[2], "00003": days[2], "00006": days[1], "00007": days[1]}
    assert changes.changed(days[4], days[1]) == expected
    assert changes.changed(days[1], days[0]) == {}
    assert shown(changes.between([0, 1, 2, 3], days[5], days[2], None)) == [
        (0, "PCS", 1100, 1200), (1, "PCS", 600, 500), (3, "PCS", 100, 90)]  # fmt: skip
    assert set(shown(changes.between([2], days[6], days[5], None))) == {(2, "PCS", None, 700), (2, "BOX", 700, None)}
    assert shown(changes.between([1], days[7], days[2], None)) == [], "the price came back"
    assert shown(changes.between([0], days[4], days[3], 1000)) == [], "both are shown as 2.000"
    assert shown(changes.between([0], days[10], days[0], None, 2)) == shown(
        changes.between([0], days[10], days[0], None)
    )


@pytest.mark.parametrize(
    ("days", "now", "start"),
    [
        (1, "2026-11-22T16:59:59+00:00", "2026-11-22T00:00:00+07:00"),
        (1, "2026-11-22T17:00:00+00:00", "2026-11-23T00:00:00+07:00"),
        (7, "2026-11-22T17:00:00+00:00", "2026-11-17T00:00:00+07:00"),
    ],
)
def test_days_begin_at_midnight_in_the_time_zone_of_the_shop(days: int, now: str, start: str) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert start_of(days, datetime.fromisoformat(now), zone) == datetime.fromisoformat(start)
