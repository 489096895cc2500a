"""One catalogue for all tests of quotations."""

import pytest

from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.shop import publish_shop
from tests.toko_core.state.quotations.shop import items
from toko_core.catalog.live import Served


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("goods")
    publish_shop(folder, items())
    return served_catalog(folder / "catalog", folder / "copy")
