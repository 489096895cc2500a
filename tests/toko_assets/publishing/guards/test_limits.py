"""Where each limit lies, by catalogues of a few hundred prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from toko_assets.common.checks import Outcome
from toko_assets.publishing.compare import paired
from toko_assets.publishing.guards.checks import Past, check_prices
from toko_assets.publishing.guards.limits import Limits
from toko_core.catalog.schema import TABLES

DEFAULTS = Limits()


@dataclass(frozen=True)
class Row:
    """A price, of an item with this code."""

    selling: str | None
    cost: str | None = None
    unit: str = "PCS"
    level: int | None = None
    up_to: str | None = None
    brand: str | None = None


Items = Mapping[str, Row]
Check = Callable[..., dict[str, Outcome]]


def items(count: int, row: Row) -> dict[str, Row]:
    return {f"{number:04}": row for number in range(count)}


def catalog(file: Path, shop: Items) -> Path:
    """The two tables that are compared, of a shop with one price an item."""
    rows = [
        (number, code, code, row.brand, row.unit, row.level, row.up_to, row.cost, row.selling)
        for number, (code, row) in enumerate(shop.items())
    ]
    names = [
        "product_id",
        "kodeitem",
        "namaitem",
        "merek",
        "satuan",
        "level",
        "jumlah_sampai",
        "hargapokok",
        "hargajual",
    ]
    columns = [pa.array(values) for values in zip(*rows, strict=True)]
    with duckdb.connect(file) as connection:
        connection.register("shop", pa.table(columns, names))
        for table in ("products", "prices"):
            kinds = TABLES[table]
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
            wanted = ", ".join(name for name in kinds if name in names)
            connection.execute(f"INSERT INTO {table} BY NAME SELECT {wanted} FROM shop")
    return file


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The outcomes, by name, when the second shop follows the first one."""

    def outcomes(before: Items, now: Items, limits: Limits = DEFAULTS) -> dict[str, Outcome]:
        n = len(list(tmp_path.iterdir()))
        files = [catalog(tmp_path / f"{n}-{name}.duckdb", shop) for name, shop in (("before", before), ("now", now))]
        with paired(*files) as connection:
            return {outcome.name: outcome for outcome in check_prices(connection, limits, Past(tmp_path, ()))}

    return outcomes


def failing(outcomes: Mapping[str, Outcome]) -> set[str]:
    return {name for name, outcome in outcomes.items() if not outcome.passed}


ORDINARY = items(200, Row("1000"))


def changed(count: int, row: Row, shop: Items = ORDINARY) -> dict[str, Row]:
    return {**shop, **items(count, row)}


@pytest.mark.parametrize(
    ("count", "price", "expected"),
    [
        (80, "1451", {"few_prices_changed"}),  # 40 %
        (81, "1451", {"prices_not_replaced", "few_prices_changed"}),
        (81, "1450", {"few_prices_changed"}),  # 45 %
        (81, "549", {"prices_not_replaced", "few_prices_changed"}),
        (200, "1225", set()),  # half of 45 %
        (200, "1226", {"few_prices_changed"}),
        (40, "1900", set()),  # 20 %, and fewer than 50
        (49, "2900", set()),
        (50, "2900", {"few_prices_changed"}),
    ],
)
def test_many_changed_prices_block_if_their_median_change_is_large(
    check: Check, count: int, price: str, expected: set[str]
) -> None:
    assert failing(check(ORDINARY, changed(count, Row(price)))) == expected


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(check: Check) -> None:
    half = changed(100, Row("1100"))
    assert "prices_not_replaced" not in failing(check(ORDINARY, {**half, **items(50, Row("1700"))}))
    both = {**items(200, Row("1100")), **items(100, Row("1900"))}
    outcome = check(ORDINARY, both)["prices_not_replaced"]
    assert "in the median by 50%" in outcome.summary
    assert not outcome.passed


MANY = items(1000, Row("3000"))


@pytest.mark.parametrize(
    ("count", "price", "expected"),
    [
        (50, "9000", {"few_prices_jumped"}),  # 5 %
        (51, "9000", {"prices_not_jumped", "few_prices_jumped"}),
        (51, "8999.9999", set()),
        (51, "1000", {"prices_not_jumped", "few_prices_jumped"}),
        (51, "1000.0001", set()),
    ],
)
def test_a_price_jumps_at_exactly_three_times_or_a_third(
    check: Check, count: int, price: str, expected: set[str]
) -> None:
    assert failing(check(MANY, changed(count, Row(price), MANY))) == expected


def test_fewer_than_50_jumps_never_block(check: Check) -> None:
    busy = changed(60, Row("1010"))
    assert failing(check(ORDINARY, {**busy, **items(49, Row("9000"))})) == {"few_prices_changed", "few_prices_jumped"}
    both = {**busy, **items(50, Row("9000"))}
    assert "prices_not_jumped" in failing(check(ORDINARY, both))


def test_the_largest_prices_that_a_catalogue_holds_are_compared(check: Check) -> None:
    largest = items(60, Row("99999999999999.9999"))
    assert "prices_not_jumped" in failing(check(largest, items(60, Row("33333333333333.3333"))))
    assert "prices_not_jumped" in failing(check(items(60, Row("0.0001")), largest))


@pytest.mark.parametrize(
    ("count", "before", "now", "expected"),
    [
        (60, Row("1000", "900"), Row("900", "900"), {"few_items_below_cost"}),  # 15 % of 400
        (61, Row("1000", "900"), Row("900", "900"), {"items_not_below_cost", "few_items_below_cost"}),
        (61, Row("1000", "900"), Row("901", "900"), set()),
        (61, Row("1000"), Row("900", "900"), {"items_not_below_cost", "few_items_below_cost"}),  # no cost before
        (61, Row("800", "900"), Row("700", "900"), set()),  # below cost before
        (61, Row("1000", "900"), Row("1010", "1100"), set()),  # the cost rose
    ],
)
def test_prices_cut_to_their_cost_block(check: Check, count: int, before: Row, now: Row, expected: set[str]) -> None:
    shop = items(400, Row("1000", "900"))
    assert failing(check({**shop, **items(count, before)}, {**shop, **items(count, now)})) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(100, {"few_items_unpriced"}), (101, {"items_not_unpriced", "few_items_unpriced"}), (50, set())],
)
def test_items_that_lose_their_price_block(check: Check, count: int, expected: set[str]) -> None:
    shop = items(2000, Row("1000"))
    assert failing(check(shop, changed(count, Row(None), shop))) == expected


def test_new_items_and_items_without_a_price_before_do_not_count(check: Check) -> None:
    before = {**ORDINARY, **{f"empty {n}": Row(None) for n in range(300)}}
    now = {code: Row("1") for code in before} | ORDINARY | {f"new {n}": Row("1") for n in range(300)}
    outcomes = check(before, now)
    assert failing(outcomes) == set()
    assert outcomes["prices_not_replaced"].summary.startswith("0 of 200 prices")


@pytest.mark.parametrize(
    ("size", "empty_before", "empty_now", "expected"),
    [
        (50, 0, 50, {"groups_not_at_zero", "groups_mostly_priced"}),
        (50, 25, 50, {"groups_not_at_zero", "groups_mostly_priced"}),
        (50, 26, 50, set()),  # it hardly ever had prices
        (49, 0, 49, set()),
        (100, 0, 90, {"groups_mostly_priced"}),
        (100, 0, 89, set()),
    ],
)
def test_a_brand_that_loses_its_prices_blocks(
    check: Check, size: int, empty_before: int, empty_now: int, expected: set[str]
) -> None:
    others = {f"other {n}": Row("1000", brand="B" if n % 2 else None) for n in range(5000)}
    busy = {f"other {n}": Row("1010", brand="B" if n % 2 else None) for n in range(50)}
    brand = items(size, Row("1000", brand="A"))
    before = {**others, **brand, **items(empty_before, Row(None, brand="A"))}
    now = {**others, **busy, **brand, **items(empty_now, Row(None, brand="A"))}
    outcomes = check(before, now)
    assert failing(outcomes) == expected
    assert ("brand A" in outcomes["groups_mostly_priced"].summary) == bool(expected)
    assert "groups_not_at_zero" not in failing(check(before, now, Limits(allow_zero_groups=True)))


@pytest.mark.parametrize(
    ("count", "of", "applies"),
    [(9, 9, False), (10, 10, True), (9, 12, False), (45, 60, True), (44, 60, False), (49, 100, False), (50, 100, True)],
)
def test_the_limits_apply_from_50_changed_prices_or_three_quarters_and_at_least_10(
    check: Check, count: int, of: int, applies: bool
) -> None:
    shop = items(of, Row("1000"))
    assert ("prices_not_replaced" in failing(check(shop, changed(count, Row("1"), shop)))) == applies


@pytest.mark.parametrize(
    "now",
    [Row("1", level=1), Row("1", up_to="9999"), Row("1", level=1, up_to="5")],
    ids=["levels", "quantities", "both"],
)
def test_an_item_in_another_price_system_is_compared_by_unit(check: Check, now: Row) -> None:
    assert {"prices_not_replaced", "prices_not_jumped"} <= failing(check(ORDINARY, items(200, now)))
    moved = items(200, Row("1000", level=now.level, up_to=now.up_to))
    assert check(ORDINARY, moved)["prices_not_replaced"].summary.startswith("0 of 200 prices (0%) changed")
    assert check(ORDINARY, items(200, Row("1", unit="DUS")))["prices_not_replaced"].summary.startswith("0 of 0")


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("prices_not_replaced", Limits(most_prices_changed=0.5)),
        ("prices_not_jumped", Limits(most_prices_jumped=0.5)),
        ("items_not_below_cost", Limits(most_below_cost=0.5)),
    ],
)
def test_a_limit_may_be_raised_to_any_share(check: Check, name: str, limits: Limits) -> None:
    shop = items(200, Row("1000", "900"))
    assert name not in failing(check(shop, changed(100, Row("1", "900"), shop), limits))
    assert name in failing(check(shop, changed(101, Row("1", "900"), shop), limits))


def test_the_worst_rows_come_first(check: Check) -> None:
    rows = check(ORDINARY, {**items(200, Row("100")), "0007": Row("1"), "0008": Row("2")})["prices_not_jumped"].rows
    assert len(rows) == 20
    assert rows.iloc[0].to_list() == ["0007", "0007", "PCS", "Rp1.000", "Rp1"]
    assert rows.iloc[1].to_list() == ["0008", "0008", "PCS", "Rp1.000", "Rp2"]
