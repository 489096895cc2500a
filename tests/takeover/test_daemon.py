"""`toko dev` of the new version on the DAGSTER_HOME of the one before: what its daemon goes on with."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from tests.servers.telegram import Person, TelegramServer
from tests.takeover.installation import OldInstallation, old_installation
from tests.takeover.old_version import STATE
from tests.waiting import SHORTEST, wait_until
from tests.web_interface import WebInterface, web_interface
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.defs.recovery import recover
from toko_core.files import DataFolder
from toko_core.state.dagster_client import Dagster

OWNER = 102
SECONDS = 240


@dataclass
class Upgraded:
    """The installation, with `toko dev` of the new version."""

    old: OldInstallation
    web: WebInterface
    log: Path
    siti: Person
    """The owner."""

    def wait_until_served(self, backup: str) -> None:
        """As the record says it, which a run writes at its end."""
        wait_until(lambda: self.old.toko.record("product_catalog")["backup"]["name"] == backup, SECONDS, self.log)

    def runs(self) -> dict[str, dict[str, Any]]:
        """By id, the newest first."""
        return {run["runId"]: run for run in self.web.ask(STATE)["runsOrError"]["results"]}

    def wait_for_status(self, run: str, status: str) -> None:
        wait_until(lambda: self.runs()[run]["status"] == status, SECONDS, self.log)


@contextmanager
def upgraded(folder: Path, *, killed: bool = False, arrived: bool = False) -> Iterator[Upgraded]:
    """`arrived`: a newer backup came while nothing was running."""
    with TelegramServer() as telegram, old_installation(folder, killed=killed) as old:
        if arrived:
            old.thursday()
        siti = telegram.user(OWNER, "Siti")
        settings = {**telegram.settings, "OWNER_USERS": str(OWNER), "SALES_EVERY_HOURS": "0"}  # syncs alone
        log = folder / "dagster.log"
        with web_interface(old.toko.data, log, **settings) as web:
            yield Upgraded(old, web, log, siti)
            assert "Traceback" not in log.read_text()  # while it ends, Dagster's processes miss each other


def test_the_daemon_asks_for_the_newer_backup_and_tells_of_that_and_of_the_shops_database(
    tmp_path: Path,
) -> None:
    with upgraded(tmp_path, arrived=True) as shop:
        file = shop.old.toko.inbox / "kamis.i5bu"
        kamis = f"{file.stat().st_size}-{file.stat().st_mtime_ns}"
        before = {run.id: run.status for run in shop.old.runs}
        foreign, adopted, told = (shop.siti.next_message(timeout=SECONDS).text for _ in range(3))
        runs = shop.runs()
        shop.siti.expect_silence(2)
        with dg.DagsterInstance.get() as instance:
            sensors = [state for state in instance.all_instigator_state() if state.name == "new_backup"]
            history = [instance.get_ticks(state.instigator_origin_id, state.selector_id) for state in sensors]
    assert "minggu.i5bu berasal dari database i5_TOKO_LAIN." in foreign
    assert "hanya backup dari database i5_TOKO_LAMA yang dipakai" in adopted
    assert told.splitlines()[0] == "✅ Toko Lama: sinkronisasi berhasil lagi"
    assert "47 barang: 2 baru, 0 dihapus" in told
    assert "Harga berubah: 83" in told
    new, *others = runs
    assert {run: runs[run]["status"] for run in others} == before
    assert {"key": "toko/backup", "value": "kamis.i5bu"} in runs[new]["tags"]
    assert {"key": "toko/attempt", "value": "1"} in runs[new]["tags"]
    (ticks,) = history
    asked = [key for tick in ticks for key in tick.run_keys]
    assert f"{shop.old.revision('rabu')}:1" in asked
    assert [key for key in asked if key.startswith(f"{kamis}:")] == [f"{kamis}:1"]


def test_a_run_that_was_killed_is_failed_and_one_that_was_queued_and_one_of_the_bot_are_run(tmp_path: Path) -> None:
    with upgraded(tmp_path, killed=True) as shop:
        killed = shop.old.killed
        shop.wait_for_status(killed["started"], "FAILURE")
        shop.wait_for_status(killed["queued"], "SUCCESS")
        shop.wait_until_served("senin.i5bu")
        recovered = recover_while_it_starts(shop, asyncio.run(Dagster(shop.web.address).start_sync()))
        assert recovered == []


def recover_while_it_starts(shop: Upgraded, run: str) -> list[str]:
    """Do what each sync and each tick of the sensor does, again and again until the run has succeeded."""
    folder, recovered = DataFolder(shop.old.toko.data), list[str]()

    def recover_once() -> bool:
        with suppress(SyncRunningError), sync_lock(folder.root, None):
            recovered.extend(recover(instance, folder))
        found = instance.get_run_by_id(run)
        assert found is not None
        assert found.status != dg.DagsterRunStatus.FAILURE, recovered
        return found.status == dg.DagsterRunStatus.SUCCESS

    with dg.DagsterInstance.get() as instance:
        wait_until(recover_once, SECONDS, shop.log, longest=SHORTEST)
    return recovered
