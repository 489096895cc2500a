"""Backups whose prices no shop would set: the line that `toko sync` prints, and the flags that publish them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.history import last_run
from tests.acceptance.places import installed, run_toko, sync
from tests.backups import Shop, a_shop, write_backup
from tests.installation import Installation
from toko_assets.cli.commands import LIMITS
from toko_assets.cli.commands import sync as sync_command
from toko_assets.ipos.audit import MOST_UNPRICED
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.guards.limits import Limits

ITEMS = 60
Dump = Callable[..., Path]


@pytest.fixture(scope="module")
def dump(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """Make a backup of a shop of 60 items, after these statements."""
    folder = tmp_path_factory.mktemp("dumps")

    def write(*statements: str, shop: Shop | None = None) -> Path:
        changed = replace(shop or a_shop(ITEMS), statements=statements)
        return write_backup(postgres, folder / f"{len(list(folder.iterdir()))}.i5bu", changed)

    return write


@pytest.fixture
def served(dump: Dump, tmp_path: Path) -> Iterator[Installation]:
    """An installation that serves the shop's ordinary prices."""
    with installed(tmp_path) as toko:
        sync("--backup", dump())
        yield toko


def test_prices_of_1_rupiah_are_published_only_with_all_the_flags_that_the_line_names(
    served: Installation, dump: Dump
) -> None:
    absurd, before = dump("UPDATE tbl_item SET hargajual1 = 1"), served.catalog
    answer = run_toko("sync", "--backup", absurd)
    assert (answer.status, served.catalog) == (1, before)
    assert answer.error == (
        "toko: 60 of 60 prices (100%) changed, in the median by 99.9%: at most 40% may, unless the median is 45% or "
        "less. First: BRG-59/BARANG KE 59/PCS/Rp1.059/Rp1. "
        "60 of 60 prices (100%) are now threefold or more, or a third or less: at most 5% may. "
        "First: BRG-59/BARANG KE 59/PCS/Rp1.059/Rp1. "
        "60 of 60 items (100%) had their price cut to their cost or below it: at most 15% may. "
        "First: BRG-0/BARANG KE 0/PCS/Rp1.000/Rp1/Rp800. "
        "If this is right: `toko sync --most-changed 100 --most-jumped 100 --most-below-cost 100` "
        "(run config: most_prices_changed: 1.0, most_prices_jumped: 1.0, most_below_cost: 1.0)."
    )
    assert set(last_run(served).failed(blocking=True)) == {
        "prices_not_replaced", "prices_not_jumped", "items_not_below_cost",
    }  # fmt: skip
    assert run_toko("sync", "--backup", absurd, "--most-changed", "100", "--most-jumped", "100").status == 1
    sync("--backup", absurd, "--most-changed", "100", "--most-jumped", "100", "--most-below-cost", "100")
    assert served.prices()["BRG-0"] == 1
    sync("--backup", dump())
    assert served.prices()["BRG-0"] == 1000


def test_a_brand_without_prices_is_published_only_with_its_flags(served: Installation, dump: Dump) -> None:
    sync("--backup", dump("UPDATE tbl_item SET merek = 'SEMUA'"))
    empty = dump("UPDATE tbl_item SET merek = 'SEMUA', hargajual1 = 0 WHERE kodeitem <> 'BRG-0'")
    flags = ("--most-unpriced-sold", "100", "--most-unpriced", "100")
    refused = run_toko("sync", "--backup", empty).error
    assert "59 of 60 sold items have no price: 98.3%, at most 20% may." in refused
    assert refused.endswith("`toko sync --most-unpriced-sold 100` (run config: most_unpriced_sold: 1.0).")
    refused = run_toko("sync", "--backup", empty, *flags[:2]).error
    assert refused.endswith("`toko sync --most-unpriced 100` (run config: most_unpriced: 1.0).")
    sync("--backup", dump("UPDATE tbl_item SET merek = 'SEMUA'"))
    empty = dump("UPDATE tbl_item SET merek = 'SEMUA', hargajual1 = 0")
    refused = run_toko("sync", "--backup", empty, *flags).error
    assert "lost all their prices: brand SEMUA (60 items)." in refused
    assert refused.endswith("`toko sync --allow-zero-groups` (run config: allow_zero_groups: true).")
    sync("--backup", empty, *flags, "--allow-zero-groups")
    assert set(served.prices().values()) == {None}


@pytest.mark.usefixtures("served")
def test_another_shops_codes_do_not_pass_for_the_shops(dump: Dump) -> None:
    """Shops number their goods from 1. Here 37 of 60 codes have another name, and 23 write theirs differently."""
    other = dump(
        "UPDATE tbl_item SET namaitem = CASE WHEN kodeitem >= 'BRG-3' THEN 'SABUN ' ELSE 'barang 9 ' END || '7'"
    )
    answer = run_toko("sync", "--backup", other)
    assert answer.status == 1
    assert "60 products, 60 before: 37 are gone (the code of 37 of them has another name now), 61.7%." in answer.error
    assert answer.error.endswith("`toko sync --most-lost 100` (run config: most_products_lost: 1.0).")


def test_the_flags_have_the_limits_that_runs_without_them_have() -> None:
    defaults = {name: getattr(Limits(), name) for name in Limits.__slots__} | {"most_unpriced_sold": MOST_UNPRICED}
    flags: dict[str | None, Any] = {option.name: option.default for option in sync_command.params}
    given = {field: flags[option] / 100 for option, field in LIMITS.items()}
    assert given | {"allow_zero_groups": flags["allow_zero_groups"]} == defaults
