"""docs/katalog-harga.md names tests that exist, or says "later"."""

import re

from tests.toko_web.test_asvs import ROOT, exists

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "katalog-harga.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| |")
]


def test_each_feature_that_toko_has_names_a_test_that_exists() -> None:
    assert len(ROWS) > 15
    for feature, _, ours, test in ROWS:
        named = re.findall(r"`([^`]+)`", test)
        assert named or ours.startswith("later"), feature
        assert [name for name in named if not exists(*name.split("::"))] == [], feature
