"""What a price did over time."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from tests.toko_assets.publishing.history.shops import (
    START,
    Key,
    Price,
    a_backup,
    add_prices,
    key,
    price,
    stored_rows,
)
from toko_assets.publishing.history.changes import CHANGES, price_changes
from toko_assets.publishing.history.store import ROWS_A_GROUP


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def tell(history: Path, shown: list[dict[Key, Price]]) -> None:
    for number, prices in enumerate(shown):
        add_prices(history, a_backup(str(number), number), prices)


def changes_of(history: Path, code: str) -> list[dict[str, Any]]:
    """The changes of a product's prices."""
    changes = price_changes(history).read_all()
    rows: list[dict[str, Any]] = changes.filter(pc.equal(changes["kodeitem"], code)).to_pylist()
    return rows


def test_a_price_that_went_and_came_back_has_two_periods(tmp_path: Path) -> None:
    a = key("A", "DUS", 2, "5.500")
    tell(tmp_path / "h", [{a: price("3000")}, {}, {a: price("3000")}, {a: price("3000")}])
    amount, second, third = Decimal("3000.0000"), START + timedelta(days=1), START + timedelta(days=2)
    assert [tuple(row.values()) for row in changes_of(tmp_path / "h", "A")] == [
        (*a, amount, None, second, START),
        (*a, None, amount, third, second),
    ]
    was = dict(zip(CHANGES.names[:4], a, strict=True)) | {"hargajual": amount, "hargapokok": None}
    first, newest = {"first": 0, "last": 0, "seen_from": START, "seen_until": START}, {"first": 2, "last": 3}
    assert stored_rows(tmp_path / "h") == [was | first, was | newest | {"seen_from": third, "seen_until": None}]


def test_what_the_first_backup_shows_is_no_change_and_new_gone_and_changed_prices_are(tmp_path: Path) -> None:
    a, b, c = key("A"), key("B"), key("C")
    tell(tmp_path / "h", [{a: price("1"), b: price("2")}, {a: price("1.5"), c: price("3")}])
    changes = price_changes(tmp_path / "h").read_all()
    assert [(str(row["before"]), str(row["after"])) for row in changes.to_pylist()] == [
        ("1.0000", "1.5000"),
        ("2.0000", "None"),
        ("None", "3.0000"),
    ]
    assert {row["seen_from"].isoformat() for row in changes.to_pylist()} == {day(1)}
    assert {row["previous"].isoformat() for row in changes.to_pylist()} == {day(0)}


def test_another_cost_is_a_period_but_no_change_of_price(tmp_path: Path) -> None:
    a = key("A")
    tell(tmp_path / "h", [{a: price("3000", "2000.1234")}, {a: price("3000", "2000.1235")}])
    costs = [row["hargapokok"] for row in stored_rows(tmp_path / "h")]
    assert costs == [Decimal("2000.1234"), Decimal("2000.1235")]
    assert price_changes(tmp_path / "h").read_all().num_rows == 0


def test_the_largest_amount_is_kept_exactly(tmp_path: Path) -> None:
    amount = "99999999999999.9999"
    tell(tmp_path / "h", [{key("A"): price("1", "1")}, {key("A"): price(amount, amount)}])
    assert [row["after"] for row in changes_of(tmp_path / "h", "A")] == [Decimal(amount)]
    assert [row["hargapokok"] for row in stored_rows(tmp_path / "h")] == [Decimal(1), Decimal(amount)]


@pytest.mark.parametrize("code", ["0", "000000", "004095", "004096", "008191", "008192", "008291", "009999", "x"])
def test_a_product_is_found_in_whatever_part_of_the_file(tmp_path: Path, code: str) -> None:
    numbers = range(ROWS_A_GROUP + 100)
    shown = [{key(f"{each:06}"): price(str(each + raised)) for each in numbers} for raised in (0, 1)]
    tell(tmp_path / "h", shown)
    found = [(row["before"], row["after"]) for row in changes_of(tmp_path / "h", code)]
    known = len(code) == 6 and int(code) in numbers
    assert found == ([(Decimal(code), Decimal(code) + 1)] if known else [])


def test_a_product_with_more_periods_than_a_part_holds_is_found_whole(tmp_path: Path) -> None:
    keys = [key("M", f"{unit:05}") for unit in range(2 * ROWS_A_GROUP + 9)]
    tell(tmp_path / "h", [{each: price(amount) for each in [key("A"), *keys, key("Z")]} for amount in ("1", "2")])
    assert [row["satuan"] for row in changes_of(tmp_path / "h", "M")] == [each[1] for each in keys]


def test_before_the_first_backup_there_is_nothing(tmp_path: Path) -> None:
    assert changes_of(tmp_path / "h", "A") == []
    assert price_changes(tmp_path / "h").read_all().num_rows == 0
