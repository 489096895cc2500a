"""What the server of the pages keeps of a catalogue is what the file says, which the bot reads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.toko_bot.bot.pages import served_catalog
from tests.toko_web.full_shop import publish_goods
from toko_core.catalog.details import Details
from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import ORDINARY_LEVEL

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LEVELS = (None, ORDINARY_LEVEL, 2, 3)


@pytest.fixture(scope="module", params=["full", "random"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("shop")
    publish_goods(folder, request.param)
    return served_catalog(folder / "catalog", folder / "copy")


@pytest.fixture
def kept(served: Served) -> Details:
    """Details of the same file that are kept in memory."""
    details = Details(Path(served.catalog.file))
    details.keep_in_memory()
    return details


def test_details_in_memory_are_those_of_the_file(served: Served, kept: Details) -> None:
    rows = range(len(served.catalog.products))
    assert [kept.of(row) for row in rows] == [served.details.of(row) for row in rows]
    assert kept.units(rows) == served.details.units(rows)


@pytest.mark.parametrize("level", LEVELS)
def test_a_products_history_is_its_part_of_all_changes(served: Served, kept: Details, level: int | None) -> None:
    listed = kept.price_changes.listed(LONG_AGO, None, level, after=None, most=100_000)
    rows = range(len(served.catalog.products))
    for changes in (served.details.price_changes, kept.price_changes):
        found = [change for row in rows for change in changes.of(row, None, level)]
        assert sorted(map(repr, found)) == sorted(repr(change) for _, change in listed)
