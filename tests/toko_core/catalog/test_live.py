"""The served catalogue is replaced only by a whole one: as it was published, and named by CURRENT."""

import asyncio
import gc
import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.toko_bot.bot.shop import SHOP, publish_shop
from toko_bot.service.metrics import Metrics
from toko_core.catalog.live import LiveCatalog
from toko_core.catalog.store import CURRENT, digest_file, prune

PAGE = 4096
ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def live(tmp_path: Path) -> LiveCatalog:
    """A catalogue of a shop that is served."""
    publish_shop(tmp_path)
    live = LiveCatalog(tmp_path / "catalog", ZONE, Metrics(ZONE))
    assert asyncio.run(live.poll()) is None
    return live


def cut_off(file: Path, fifths: int) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size * fifths // 5])


def test_a_program_that_was_started_with_nice_serves_a_catalogue_and_stays_nice(tmp_path: Path) -> None:
    publish_shop(tmp_path)
    before = threading.enumerate()

    def serve() -> list[int]:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        live = LiveCatalog(tmp_path / "catalog", ZONE, Metrics(ZONE))
        assert asyncio.run(live.poll()) is None
        loaders = [one for one in threading.enumerate() if one not in before and one.name.startswith("loader")]
        return [os.getpriority(os.PRIO_PROCESS, one.native_id or 0) for one in loaders]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(serve).result() == [19]


def test_a_replaced_catalogue_is_freed_at_once_and_not_when_python_looks_for_cycles(
    live: LiveCatalog, tmp_path: Path
) -> None:
    assert live.served is not None
    catalog, details = live.served.catalog, live.served.details
    old: list[weakref.ref[Any]] = [weakref.ref(each) for each in (catalog, catalog.index, details)]
    del catalog, details
    publish_shop(tmp_path, SHOP[:5])
    gc.disable()
    try:
        assert asyncio.run(live.poll()) is None
        assert [each() for each in old] == [None, None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize("fifths", [0, 1, 2, 3, 4])
def test_a_catalogue_that_is_cut_off_is_rejected(live: LiveCatalog, tmp_path: Path, fifths: int) -> None:
    served = live.served
    new = publish_shop(tmp_path, SHOP[:5])
    cut_off(new, fifths)
    problem = asyncio.run(live.poll())
    assert problem is not None
    assert "is damaged" in problem
    assert live.served is served


@pytest.mark.parametrize("place", [PAGE, PAGE * 40, -PAGE])
def test_a_catalogue_with_a_changed_byte_is_rejected(live: LiveCatalog, tmp_path: Path, place: int) -> None:
    new = publish_shop(tmp_path, SHOP[:5])
    content = bytearray(new.read_bytes())
    content[place] ^= 1
    new.write_bytes(content)
    assert "is damaged" in (asyncio.run(live.poll()) or "")


def test_a_catalogue_of_an_earlier_version_without_a_digest_is_served(live: LiveCatalog, tmp_path: Path) -> None:
    new = publish_shop(tmp_path, SHOP[:5])
    digest_file(new).unlink()
    assert asyncio.run(live.poll()) is None
    assert live.served is not None
    assert live.served.name == new.name


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00\xff\xfe", b"../catalog-1.duckdb", b"a/b", b"x" * 10**7, b"\xf0" * 50, b"a\nb", b".", b".."]
)
def test_a_current_with_garbage_is_one_problem_and_the_old_catalogue_stays(
    live: LiveCatalog, tmp_path: Path, garbage: bytes
) -> None:
    served = live.served
    (tmp_path / "catalog" / CURRENT).write_bytes(garbage)
    problem = asyncio.run(live.poll())
    assert problem is not None
    assert "does not name a catalogue: run `toko sync`" in problem
    assert "\n" not in problem
    assert asyncio.run(live.poll()) is None  # a problem is reported once
    assert live.served is served
    new = publish_shop(tmp_path, SHOP[:5])
    assert asyncio.run(live.poll()) is None
    assert live.served is not None
    assert live.served.name == new.name


def test_the_digest_of_a_removed_catalogue_is_removed(tmp_path: Path) -> None:
    old, new = publish_shop(tmp_path), publish_shop(tmp_path)
    assert prune(tmp_path / "catalog", 1) == [old]
    assert {file.name for file in new.parent.iterdir()} == {new.name, digest_file(new).name, CURRENT}
