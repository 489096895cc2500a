"""In whatever order backups are added, and however often, the history is that of the sorted ones."""

import shutil
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toko_assets.publishing.history.shops import (
    START,
    Prices,
    a_backup,
    add_prices,
    expected_changes,
    expected_rows,
    key,
    price,
    stored_rows,
)
from toko_assets.common.records import BackupFile
from toko_assets.publishing.history.changes import price_changes
from toko_assets.publishing.history.store import FILE

KEYS = [key("A"), key("A", "DUS"), key("A", "DUS", 2), key("B", up_to="5.500"), key("B"), key("É", "")]
PRICES = [price("3000"), price("3000", "2500.1234"), price("3100"), price(None)]

prices = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(PRICES))
backups = st.lists(st.tuples(st.integers(0, 4), prices), min_size=1, max_size=6).map(
    lambda shown: {a_backup(str(number), day): each for number, (day, each) in enumerate(shown)}
)
"""Of few days, so that several have the same time."""


@settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shown=backups, data=st.data())
def test_any_order_with_repeats_gives_the_history_of_the_sorted_ones(
    tmp_path: Path, shown: Mapping[BackupFile, Prices], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(list(shown)), max_size=3))
    order = data.draw(st.permutations([*shown, *repeats]))
    history = _history(tmp_path / "history", shown, order)
    assert stored_rows(history) == expected_rows(shown)
    assert price_changes(history).read_all().to_pylist() == expected_changes(shown)
    until = data.draw(st.sampled_from([START - timedelta(days=1), *(backup.dumped_at for backup in shown)]))
    early = {backup: each for backup, each in shown.items() if backup.dumped_at <= until}
    assert price_changes(history, until).read_all().to_pylist() == expected_changes(early)


def test_every_order_of_four_backups_gives_the_same_file(tmp_path: Path) -> None:
    one, other = {key("A"): price("3000"), key("B"): price("1")}, {key("A"): price("3100")}
    shown = {a_backup("1", 0): one, a_backup("2", 1): other, a_backup("3", 1): {}, a_backup("4", 2): one}
    files = {(_history(tmp_path / "history", shown, order) / FILE).read_bytes() for order in permutations(shown)}
    assert len(files) == 1


def test_a_backup_is_known_by_its_content_under_any_name(tmp_path: Path) -> None:
    history, backup = tmp_path / "history", a_backup("content", 0)
    first = add_prices(history, backup, {key("A"): price("3000")})
    file = (history / FILE).stat()
    renamed = BackupFile(
        Path("other"), backup.sha256, 2, "other", "other", START + timedelta(days=9), "UTF8", "1.12", "9.5"
    )
    again = add_prices(history, renamed, {key("A"): price("9999")})
    assert (first.is_new, first.backups, first.periods) == (True, 1, 1)
    assert (again.is_new, again.backups, again.periods) == (False, 1, 1)
    assert (history / FILE).stat() == file


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_backups_of_the_same_time_the_digest_decides(tmp_path: Path, first: int) -> None:
    shown = {a_backup("one", 0): {key("A"): price("3000")}, a_backup("two", 0): {key("A"): price("3100")}}
    by_digest = sorted(shown, key=lambda backup: backup.sha256)
    history = _history(tmp_path / "history", shown, [by_digest[first], by_digest[1 - first]])
    assert [row["hargajual"] for row in stored_rows(history)] == [shown[each][key("A")][0] for each in by_digest]


def _history(folder: Path, shown: Mapping[BackupFile, Prices], order: Iterable[BackupFile]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for backup in order:
        add_prices(folder, backup, shown[backup])
    return folder
