"""Prices of a whole sample shop, changed in iPOS's tables: the absurd ones are blocked, the honest ones published."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.toko_assets.publishing.guards.inputs import (
    ABSURD,
    CLEARANCE,
    HONEST,
    SIXTY_ITEMS,
    THIRTY_CHANGES,
)
from tests.toko_assets.publishing.guards.sample_shop import (
    ITS_ITEMS,
    LARGE_BRAND,
    Prices,
    Shop,
    failed,
    outcome,
    printed,
    without_catalog_info,
)
from tests.toko_assets.publishing.history.shops import START
from toko_assets.publishing.guards.checks import BLOCKING, NOTHING, WARNING
from toko_assets.publishing.guards.limits import Limits
from toko_assets.publishing.guards.returns import PUBLISHED
from toko_assets.publishing.rejected import choose
from toko_assets.publishing.rollback import inspect, point_back
from toko_core.files import DataFolder

ALL = Limits(1, 1, 1, 1, 1, True)
OVERRIDES = {
    "prices_not_replaced": ("--most-changed 100", "most_prices_changed: 1.0"),
    "prices_not_jumped": ("--most-jumped 100", "most_prices_jumped: 1.0"),
    "items_not_below_cost": ("--most-below-cost 100", "most_below_cost: 1.0"),
    "items_not_unpriced": ("--most-unpriced 100", "most_unpriced: 1.0"),
    "groups_not_at_zero": ("--allow-zero-groups", "allow_zero_groups: true"),
}
BLOCKED_BY = {  # at least; 39 % of the items can have over 40 % of the prices
    "all prices at 1 rupiah": {"prices_not_replaced", "prices_not_jumped", "items_not_below_cost"},
    "all prices × 10": {"prices_not_replaced", "prices_not_jumped"},
    "all prices ÷ 1,000": {"prices_not_replaced", "prices_not_jumped", "items_not_below_cost"},
    "prices moved by one row": {
        "prices_not_replaced", "prices_not_jumped", "items_not_below_cost", "items_not_unpriced",
    },
    "39 % of them × 10": {"prices_not_jumped"},
    "every price at its cost": {"items_not_below_cost"},
    "every item moved to another system at 1 rupiah": {
        "prices_not_replaced", "prices_not_jumped", "items_not_below_cost",
    },
    "one brand at 0": {"groups_not_at_zero"},
}  # fmt: skip


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_prices_are_blocked_in_a_line_that_names_every_override(shop: Shop, prices: Prices, name: str) -> None:
    before, export = shop.served, prices.export(ABSURD[name])
    publication = shop.publish(export, 1)
    assert publication.catalog is None
    assert shop.served == before
    blocked = failed(publication, blocking=True)
    assert blocked >= BLOCKED_BY[name]
    line = printed(publication)
    assert "\n" not in line
    flags, config = (
        joined.join(OVERRIDES[check][place] for check in OVERRIDES if check in blocked)
        for place, joined in enumerate((" ", ", "))
    )
    assert line.endswith(f"If this is right: `toko sync {flags}` (run config: {config}).")
    for check in blocked:
        assert outcome(publication, check).summary in line
        assert list(outcome(publication, check).rows.columns)[:5] == [
            "kodeitem", "namaitem", "satuan", "before", "now",
        ]  # fmt: skip
    assert shop.publish(export, 1, ALL).catalog


@pytest.mark.parametrize("name", HONEST)
def test_honest_prices_are_published(shop: Shop, prices: Prices, name: str) -> None:
    publication = shop.publish(prices.export(HONEST[name]), 1)
    assert (publication.catalog is not None, printed(publication)) == (True, "")
    assert publication.diff is not None
    assert publication.diff.prices_changed >= 60


def test_half_of_the_prices_of_a_shop_of_60_items_may_double(prices: Prices, tmp_path: Path) -> None:
    shop = Shop(DataFolder(tmp_path / "small"))
    assert shop.publish(prices.export(SIXTY_ITEMS), 0).catalog
    publication = shop.publish(prices.export([*SIXTY_ITEMS, *THIRTY_CHANGES]), 1)
    assert publication.catalog
    assert publication.diff is not None
    assert publication.diff.prices_changed == 30
    said = outcome(publication, "prices_not_replaced").summary
    assert said.startswith("30 of 60 prices (50%) changed, in the median by 100%: ")
    assert "So few prices changed" in said


def test_a_shop_of_60_items_at_1_rupiah_is_blocked(prices: Prices, tmp_path: Path) -> None:
    shop = Shop(DataFolder(tmp_path / "small"))
    shop.publish(prices.export(SIXTY_ITEMS), 0)
    publication = shop.publish(prices.export([*SIXTY_ITEMS, *ABSURD["all prices at 1 rupiah"]]), 1)
    assert publication.catalog is None


def test_a_clearance_of_half_the_price_on_30_percent_of_the_goods_needs_the_flag(shop: Shop, prices: Prices) -> None:
    export = prices.export(CLEARANCE)
    publication = shop.publish(export, 1)
    assert failed(publication, blocking=True) == {"items_not_below_cost"}
    assert "`toko sync --most-below-cost 100`" in printed(publication)
    assert shop.publish(export, 1, Limits(most_below_cost=1)).catalog


def test_every_limit_needs_its_own_override(shop: Shop, prices: Prices) -> None:
    publication = shop.publish(
        prices.export(ABSURD["all prices at 1 rupiah"]), 1, Limits(most_prices_changed=1, most_below_cost=1)
    )
    assert failed(publication, blocking=True) == {"prices_not_jumped"}
    assert printed(publication).endswith("`toko sync --most-jumped 100` (run config: most_prices_jumped: 1.0).")
    assert {"few_prices_changed", "few_items_below_cost"} <= failed(publication, blocking=False)


def test_the_brand_without_prices_is_named(shop: Shop, prices: Prices) -> None:
    check = outcome(shop.publish(prices.export(ABSURD["one brand at 0"]), 1), "groups_not_at_zero")
    assert check.summary.endswith(f": brand {LARGE_BRAND} ({ITS_ITEMS} items).")
    assert set(check.rows["now"]) == {None}


class TestReturns:
    """A price that was published in the last 30 days."""

    @pytest.mark.parametrize("name", ABSURD)
    def test_the_old_prices_return_after_absurd_ones_were_published(
        self, shop: Shop, prices: Prices, ordinary: Path, name: str
    ) -> None:
        assert shop.publish(prices.export(ABSURD[name]), 1, ALL).catalog
        publication = shop.publish(ordinary, 2)
        assert (publication.catalog is not None, printed(publication)) == (True, "")
        assert failed(publication, blocking=False) == set()

    def test_it_also_returns_after_a_version_without_these_checks_published_them(
        self, shop: Shop, prices: Prices, ordinary: Path
    ) -> None:
        publication = shop.publish(prices.export(ABSURD["all prices at 1 rupiah"]), 1, ALL)
        assert publication.catalog
        without_catalog_info(publication.catalog.file, PUBLISHED)
        assert shop.publish(ordinary, 2).catalog

    def test_after_more_than_30_days_it_is_a_change_like_any_other(
        self, shop: Shop, prices: Prices, ordinary: Path
    ) -> None:
        assert shop.publish(prices.export(ABSURD["all prices × 10"]), 1, ALL).catalog
        assert shop.publish(ordinary, 30.5).catalog is None

    def test_blocked_prices_never_count_as_published(self, shop: Shop, prices: Prices, ordinary: Path) -> None:
        """The price history holds them, because it holds what every backup showed."""
        absurd = prices.export(ABSURD["all prices × 10"])
        assert shop.publish(absurd, 1).catalog is None
        assert shop.publish(ordinary, 2).catalog
        assert shop.publish(absurd, 3).catalog is None
        assert shop.publish(absurd, 4).catalog is None
        assert shop.publish(ordinary, 50).catalog
        assert shop.publish(absurd, 51).catalog is None

    def test_after_a_rollback_the_rejected_backup_can_be_chosen_but_its_prices_do_not_come_back_by_themselves(
        self, shop: Shop, prices: Prices
    ) -> None:
        absurd, ordinary = prices.export(ABSURD["all prices × 10"]), shop.served
        rejected = shop.publish(absurd, 1, ALL).catalog
        assert rejected is not None
        assert ordinary is not None
        point_back(shop.folder, inspect(shop.folder, ordinary).record, START + timedelta(days=1.5))
        assert shop.served == ordinary
        assert shop.publish(absurd, 2).catalog is None
        choose(shop.folder, rejected.backup.sha256)
        assert shop.publish(absurd, 1).catalog


def test_a_first_catalogue_passes_every_check_and_says_so(ordinary: Path, tmp_path: Path) -> None:
    publication = Shop(DataFolder(tmp_path / "new")).publish(ordinary, 0)
    for name in (*BLOCKING, *WARNING):
        assert (outcome(publication, name).passed, outcome(publication, name).summary) == (True, NOTHING)


def test_a_backup_without_changes_passes_every_check(shop: Shop, ordinary: Path) -> None:
    publication = shop.publish(ordinary, 1)
    assert failed(publication, blocking=True) | failed(publication, blocking=False) == set()
    assert " prices (0%) changed" in outcome(publication, "prices_not_replaced").summary
