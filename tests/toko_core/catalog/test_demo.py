"""Which catalogues are the demo's."""

import pytest

from toko_core.catalog.demo import is_demo_backup, is_demo_catalog


@pytest.mark.parametrize(
    ("info", "demo"),
    [
        ({"demo": "true", "backup_name": "i5_CONTOH.i5bu"}, True),
        ({"demo": "false", "backup_name": "i5_TOKO.i5bu"}, False),
        ({"backup_name": "i5_CONTOH.i5bu"}, True),
        ({"backup_name": "i5_TOKO.i5bu"}, False),
        ({}, False),
    ],
    ids=["marked", "a shop's", "the demo's of 0.1.0", "a shop's of 0.1.0", "without a name"],
)
def test_a_catalogue_is_the_demos_by_its_mark_or_without_one_by_its_backups_name(
    info: dict[str, str], demo: bool
) -> None:
    assert is_demo_catalog(info) is demo


@pytest.mark.parametrize("name", ["CONTOH.i5bu", "i5_CONTOH_2.i5bu", "i5_TOKO_CONTOH.i5bu", "x/i5_CONTOH.i5bu", ""])
def test_no_other_backup_is_the_demos(name: str) -> None:
    assert not is_demo_backup(name)
