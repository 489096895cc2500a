"""What the owners hear in Telegram, and what they do not: of syncs, and of a source that fails."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from urllib3 import Retry

from tests.backups import a_shop, write_backup
from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import dropbox_server
from tests.toko_assets.defs.sensing import OWNER, Daemon, Owner, a_daemon, an_owner, texts
from toko_assets.defs.sensors.owners import OF_FAILURE, TOLD
from toko_assets.postgres.server import PostgresServer
from toko_core.state.decisions import DECISION

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LINK = "http://toko.example:3000/runs/"
RECOVERED = "Toko: sinkronisasi berhasil lagi"
NO_ANSWER = "the response is not from Telegram"
KNOWN = "The owners were already notified of this failure."


@pytest.fixture
def owner() -> Iterator[Owner]:
    with an_owner() as owner:
        yield owner


@pytest.fixture
def daemon(tmp_path: Path, owner: Owner) -> Iterator[Daemon]:
    """Of a shop whose backups come into a folder, with an owner in Telegram."""
    with a_daemon(tmp_path, WEB_URL="http://toko.example:3000/", **owner.settings) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        yield daemon


@pytest.fixture
def dropbox() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


def fail(daemon: Daemon, day: int) -> dg.DagsterRun:
    """A run with a file that is no backup."""
    daemon.put(f"toko-{day:02}.i5bu", day)
    return daemon.run(daemon.ask())


def test_each_sync_that_changes_something_is_told_and_a_failure_and_its_end(
    daemon: Daemon, owner: Owner, postgres: PostgresServer, tmp_path: Path
) -> None:
    cheap, dear = (
        write_backup(postgres, tmp_path / str(price), a_shop(items, price)).read_bytes()
        for items, price in ((3, 1000), (4, 2000))
    )
    daemon.put("toko.i5bu", 1, cheap)
    daemon.run(daemon.ask())
    daemon.tell()
    (text,) = owner.read()
    assert text.startswith("✅ Toko: data harga baru\nData per ")
    assert "\n3 barang\n" in text
    assert " detik" in text.splitlines()[-1]

    daemon.run()
    assert "Nothing changed: nobody is notified." in daemon.tell()
    assert owner.read() == []

    daemon.put("rusak.i5bu", 2)
    run = daemon.run(daemon.ask())
    daemon.tell()
    (text,) = owner.read()
    assert text.startswith("⚠️ Toko: sinkronisasi gagal waktu mengambil backup\nrusak.i5bu ")
    assert text.endswith(f"\nRincian untuk teknisi: {LINK}{run.run_id}")

    for said in ([f"✅ {RECOVERED}"], []):
        daemon.run()  # passes over what is no backup: nothing new
        daemon.tell()
        assert [text.splitlines()[0] for text in owner.read()] == said

    daemon.put("toko.i5bu", 3, dear)
    daemon.run(daemon.ask())
    daemon.tell()
    (text,) = owner.read()
    assert text.startswith("✅ Toko: data harga baru\n")
    assert "\n4 barang: 1 baru, 0 dihapus\nHarga berubah: 3\n" in text


def test_a_rollback_that_an_owner_decided_on_the_phone_and_that_fails_is_told_to_all(
    daemon: Daemon, owner: Owner
) -> None:
    daemon.launch("rollback_catalog", file="catalog-gone.duckdb")
    daemon.tell()
    assert owner.read() == [], "whoever launches it in Dagster sees it there"
    run = daemon.launch("rollback_catalog", {DECISION: "7"}, file="catalog-gone.duckdb")
    daemon.tell()
    (text,) = owner.read()
    assert text.startswith("⚠️ Toko: harga tidak jadi dikembalikan\n")
    assert "\nHarga yang terakhir tetap dipakai.\n" in text
    assert text.endswith(f"{LINK}{run.run_id}")


def test_the_largest_changes_are_told_as_they_were_recorded(daemon: Daemon, owner: Owner) -> None:
    changes = [("<b>KOPI & SUSU</b>", "PCS", "1000.0000", "1500.0000"), ("GULA", "KG", "", "17500.0000")]
    daemon.sync(prices_changed=3, changes=changes)
    daemon.tell()
    (text,) = owner.read()
    assert text.splitlines()[3:6] == [
        "Harga berubah: 3", "• <b>KOPI & SUSU</b> (PCS) – Rp1.000 → Rp1.500 (+50%)", "• GULA (KG) – baru: Rp17.500",
    ]  # fmt: skip
    assert "… dan 1 lagi" in text


def test_runs_that_are_told_and_runs_that_are_not_may_come_in_one_tick(daemon: Daemon, owner: Owner) -> None:
    daemon.sync(prices_changed=1)
    daemon.part()
    daemon.sync(prices_changed=2)
    daemon.tell()
    daemon.tell()
    assert [text.splitlines()[3] for text in owner.read()] == ["Harga berubah: 1", "Harga berubah: 2"]


def test_of_very_many_changes_with_very_long_names_a_message_arrives(daemon: Daemon, owner: Owner) -> None:
    daemon.sync(prices_changed=5000, changes=[("<&>" * 500, "<&>" * 100, "1.0000", "2.0000")] * 50)
    daemon.tell()
    (text,) = owner.read()
    assert text.count("\n• ") == 10
    assert "… dan 4.990 lagi" in text


def test_the_same_failure_is_told_again_when_it_changes_after_a_success_and_after_a_day(
    daemon: Daemon, owner: Owner
) -> None:
    fail(daemon, 1)
    daemon.tell()
    assert len(owner.read()) == 1
    for day in (2, 3):
        fail(daemon, day)
        assert KNOWN in daemon.tell()
    for file in daemon.toko.inbox.iterdir():
        file.unlink()
    daemon.run()
    daemon.tell()
    assert "Belum ada file backup di folder backup." in owner.read()[0]

    daemon.sync()
    daemon.tell()
    assert len(owner.read()) == 1
    daemon.run()
    daemon.tell()
    assert "Belum ada file backup di folder backup." in owner.read()[0]

    daemon.run()
    daemon.wait(DAY - MINUTE)
    assert KNOWN in daemon.tell()
    daemon.run()
    daemon.wait(MINUTE)
    daemon.tell()
    assert "Belum ada file backup di folder backup." in owner.read()[0]


def test_a_run_that_died_is_told_in_words(daemon: Daemon, owner: Owner) -> None:
    daemon.put("toko.i5bu", 1)
    daemon.instance.create_run_for_job(daemon.job, tags=daemon.ask().tags, status=dg.DagsterRunStatus.STARTED)
    daemon.look()
    daemon.tell()
    (text,) = owner.read()
    assert "Toko: sinkronisasi gagal\nSinkronisasi mati di tengah jalan" in text


def test_a_run_that_did_not_come_to_its_first_asset_is_told_in_words(daemon: Daemon, owner: Owner) -> None:
    (daemon.toko.data / "runs").write_text("in the way")
    daemon.run()
    daemon.tell()
    (text,) = owner.read()
    assert "Server tidak bisa membaca atau menulis file." in text


def test_a_recovery_is_announced_once_though_telegram_failed_and_only_a_sync_counts(
    daemon: Daemon, owner: Owner
) -> None:
    fail(daemon, 1)
    daemon.tell()
    assert len(owner.read()) == 1
    daemon.part()
    assert "The run was not a sync: nobody is notified." in daemon.tell()
    owner.telegram.fail("sendMessage", "500", times=None)
    daemon.sync()
    daemon.tell()
    owner.telegram.heal()
    assert daemon.deliver() == "No message waits."
    assert [text.splitlines()[0] for text in owner.read()] == [f"✅ {RECOVERED}"]
    daemon.sync()
    daemon.tell()
    daemon.deliver()
    assert owner.read() == []


def test_a_rejection_and_a_recovery_of_an_outage_reach_each_owner_once_though_new_backup_is_stopped(
    daemon: Daemon, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    rina = owner.telegram.user(103, "Rina")
    monkeypatch.setenv("OWNER_USERS", f"{OWNER},103")
    daemon.restart()
    owner.telegram.fail_after_message(OWNER, "502", times=None)
    run = fail(daemon, 1)
    daemon.tell()
    assert daemon.tags(run)[TOLD] == OF_FAILURE
    assert [len(owner.read()), len(texts(rina))] == [1, 0]
    daemon.sync()
    daemon.tell()
    daemon.restart()
    reasons = "; ".join(f"Owner {number} could not be notified in Telegram: {NO_ANSWER}" for number in (103, OWNER))
    assert daemon.deliver() == f"2 messages wait. {reasons}"
    daemon.wait(30 * MINUTE)
    owner.telegram.heal()
    for _ in range(2):
        assert daemon.deliver() == "No message waits."
    failed, recovered = texts(rina)
    assert failed.startswith("⚠️ Toko: sinkronisasi gagal waktu ")
    assert "\nPesan tertunda dari " in failed
    assert recovered.startswith(f"✅ {RECOVERED}\n")
    assert [text.splitlines()[0] for text in owner.read()] == [f"✅ {RECOVERED}"]
    daemon.cursors["tell_failure"] = None  # Dagster was killed before it stored the tick
    daemon.tell()
    assert [owner.read(), len(texts(rina))] == [[], 2]


def test_the_token_is_in_no_log_tag_cursor_or_event(
    daemon: Daemon, owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    fail(daemon, 1)
    daemon.tell()
    owner.telegram.fail("sendMessage", "reset", times=None)
    daemon.run()
    daemon.sync(prices_changed=1)
    daemon.tell()
    seen = [*daemon.logged, *owner.read(), *map(str, daemon.cursors.values()), caplog.text]
    for run in daemon.instance.get_runs():
        seen += [str(run), *map(str, daemon.instance.all_logs(run.run_id))]
    assert len(daemon.logged) == 2
    assert owner.telegram.token.split(":")[1] not in "".join(seen)


def test_without_a_bot_a_failure_is_a_line_in_the_log(tmp_path: Path) -> None:
    with a_daemon(tmp_path, TELEGRAM_BOT_TOKEN="") as daemon:
        daemon.run()
        daemon.tell()
        (line,) = daemon.logged
    assert "TELEGRAM_BOT_TOKEN is missing" in line


@pytest.fixture
def watched(tmp_path: Path, dropbox: DropboxServer, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """Of a shop with Dropbox and an owner in Telegram; what repeats requests does not wait in between."""
    monkeypatch.setattr(Retry, "sleep", lambda *_: None)
    with a_daemon(tmp_path, **dropbox.settings, **owner.settings) as daemon:
        yield daemon


def test_a_source_that_cannot_be_reached_is_a_reason_with_its_beginning_and_told_after_an_hour(
    watched: Daemon, dropbox: DropboxServer, owner: Owner
) -> None:
    dropbox.down()
    since = f"{watched.now:%Y-%m-%d %H:%M}"
    assert watched.look().said == f"Dropbox cannot be reached: is the network up? (since {since} UTC)"
    watched.wait(59 * MINUTE)
    watched.look()
    assert owner.read() == []
    watched.wait(2 * MINUTE)
    for _ in range(3):
        assert f"(since {since} UTC)" in watched.look().said
    (told,) = owner.read()
    assert "backup tidak bisa diambil" in told
    assert "Terus dicoba" in told
    dropbox.up()
    assert watched.look().said == watched.look().said == "There is no backup yet."
    assert owner.read() == ["✅ Toko: backup bisa diambil lagi"]


def test_in_24_hours_without_dropbox_owners_get_one_message_and_the_first_look_after_asks_for_a_sync(
    watched: Daemon, dropbox: DropboxServer, owner: Owner
) -> None:
    dropbox.down()
    said = watched.looks(timedelta(days=1))
    assert watched.looked == 2880
    assert len(said) == 1
    assert len(owner.read()) == 1
    assert watched.longest_cursor < 300
    assert watched.logged == []
    dropbox.up()
    new = dropbox.put("/IPOS/toko.i5bu", b"new")
    assert watched.ask().run_key == f"{new.rev}:1"


def test_owners_whom_telegram_failed_are_notified_late_of_an_outage_and_of_its_end(
    watched: Daemon, dropbox: DropboxServer, owner: Owner
) -> None:
    dropbox.down()
    owner.telegram.fail("sendMessage", "500", times=None)
    watched.looks(timedelta(minutes=65))
    assert set(watched.logged) == {f"Owner {OWNER} could not be notified in Telegram: Internal Server Error"}
    assert len(watched.logged) == 1
    dropbox.up()
    watched.looks(timedelta(minutes=10))
    owner.telegram.heal()
    for _ in range(2):
        assert watched.deliver() == "No message waits."
    fails, answers = owner.read()
    assert "backup tidak bisa diambil" in fails
    assert "\nPesan tertunda dari " in fails
    assert answers.startswith("✅ Toko: backup bisa diambil lagi\nPesan tertunda dari ")


def test_a_revoked_access_is_told_at_once_and_dropbox_is_asked_no_more_until_the_settings_change(
    watched: Daemon, dropbox: DropboxServer, owner: Owner
) -> None:
    dropbox.revoke()
    assert watched.look().said.startswith("Not tried again until the settings change and Dagster is restarted: Dropbox")
    (told,) = owner.read()
    assert "Dropbox menolak sambungan dari toko ini. Minta teknisi" in told
    assert "Tidak dicoba lagi sampai teknisi memperbaiki pengaturannya" in told
    asked = len(dropbox.requests)
    assert len(watched.looks(timedelta(hours=2))) == 1
    assert len(dropbox.requests) == asked
    assert owner.read() == []
    watched.restart()  # with settings as wrong as before
    watched.looks(timedelta(hours=2))
    assert len(dropbox.requests) > asked
    assert owner.read() == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DROPBOX_REFRESH_TOKEN", dropbox.grant())
        watched.restart()
    assert watched.look().said == "There is no backup yet."
    assert owner.read() == ["✅ Toko: backup bisa diambil lagi"]


def test_a_folder_that_cannot_be_read_for_a_while_is_told_after_an_hour_and_the_first_look_after_syncs(
    owner: Owner, tmp_path: Path
) -> None:
    folder = tmp_path / "disk"
    with a_daemon(tmp_path, BACKUP_FOLDER=str(folder), **owner.settings) as daemon:
        assert daemon.look().said.startswith(
            f"There is no folder {folder}: is its disk connected, and is BACKUP_FOLDER"
        )
        folder.write_bytes(b"")
        assert "cannot be read (Not a directory)" in daemon.look().said
        assert owner.read() == []
        daemon.looks(61 * MINUTE)
        (text,) = owner.read()
        assert text.startswith("⚠️ Toko: backup tidak bisa diambil sejak ")
        assert "Terus dicoba" in text
        folder.unlink()
        (folder / "inside").mkdir(parents=True)
        (folder / "toko.i5bu").write_bytes(b"no backup")
        os.utime(folder / "toko.i5bu", (0, 0))  # it is not being written
        assert daemon.ask().tags["toko/backup"] == "toko.i5bu"
        assert owner.read() == ["✅ Toko: backup bisa diambil lagi"]
