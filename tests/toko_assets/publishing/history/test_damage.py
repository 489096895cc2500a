"""A history that cannot be read is said to be so, and stays as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.toko_assets.publishing.history.shops import (
    START,
    a_backup,
    add_prices,
    key,
    price,
    stored_rows,
    write_export,
)
from toko_assets.publishing.history.changes import price_changes
from toko_assets.publishing.history.merge import add
from toko_assets.publishing.history.store import FILE, backups_of, open_history, verify
from toko_core import PermanentError

PRICES = {key(f"{code:04}"): price(str(1000 + code)) for code in range(50)}
QUESTIONS: list[Callable[[Path], object]] = [
    lambda history: add_prices(history, a_backup("another", 9), PRICES),
    lambda history: add_prices(history, a_backup("1", 1), PRICES),
    price_changes,
    lambda history: price_changes(history, START),
]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    for day in range(2):
        add_prices(tmp_path / "history", a_backup(str(day), day), {**PRICES, key("0001"): price(str(day + 1))})
    return tmp_path / "history"


def rewrite(history: Path, metadata: dict[str, str] | None) -> None:
    """The same rows with other metadata."""
    parquet.write_table(parquet.read_table(history / FILE).replace_schema_metadata(metadata), history / FILE)


@pytest.mark.parametrize("ask", QUESTIONS, ids=["add", "add again", "price_changes", "price_changes until"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all" * 9], ids=["empty", "cut", "something else"])
def test_a_damaged_file_is_named_with_what_to_do_and_left_alone(
    history: Path, content: bytes, ask: Callable[[Path], object]
) -> None:
    (history / FILE).write_bytes(content)
    with pytest.raises(PermanentError, match=r"prices\.parquet cannot be read: "):
        ask(history)
    assert (history / FILE).read_bytes() == content


@pytest.mark.parametrize("ask", QUESTIONS, ids=["add", "add again", "price_changes", "price_changes until"])
def test_a_newer_version_is_left_to_a_newer_program(history: Path, ask: Callable[[Path], object]) -> None:
    rewrite(history, {"toko_price_history": "2"})
    content = (history / FILE).read_bytes()
    with pytest.raises(PermanentError, match=r"prices\.parquet has version 2, .*: update the program"):
        ask(history)
    assert (history / FILE).read_bytes() == content


def test_another_parquet_file_is_no_history(history: Path) -> None:
    rewrite(history, None)
    with pytest.raises(PermanentError, match="it is not a price history"):
        price_changes(history)


def test_a_flipped_bit_is_found_or_changes_nothing(history: Path) -> None:
    whole, rows = (history / FILE).read_bytes(), stored_rows(history)
    with open_history(history) as stored:
        backups = backups_of(stored)
    found = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        (history / FILE).write_bytes(damaged)
        try:
            with open_history(history) as stored:
                assert stored
                verify(stored)
                assert (backups_of(stored), stored.read().to_pylist()) == (backups, rows)
        except PermanentError:
            found += 1
    assert found > len(whole) / 2


def test_a_price_that_an_export_has_twice_is_refused(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export", [(key("A"), price("1")), (key("A"), price("2"))])
    with pytest.raises(PermanentError, match="two prices of product A"):
        add(tmp_path / "history", export, a_backup("twice", 0))
    assert not (tmp_path / "history" / FILE).exists()
