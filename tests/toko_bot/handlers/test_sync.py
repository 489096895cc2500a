"""/sync and /status use Dagster's GraphQL API."""

from pathlib import Path
from typing import Any

from tests.servers.dagster import FAILURE, dagster
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import SITI, running_bot
from toko_core.text.failures import UNKNOWN


def test_a_sync_is_started_and_followed_and_its_result_is_shown(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, dagster() as fake:
        settings: dict[str, Any] = {"DAGSTER_URL": fake.url, "WEB_URL": "http://toko.lan:3000"}
        with running_bot(server, data, tmp_path, **settings):
            siti = server.user(SITI, "Siti")
            fake.states = [("STARTED", 1), ("SUCCESS", 4)]
            message = siti.ask("/sync")
            assert "1 langkah selesai" in siti.next_edit(of=message).text
            assert "Sinkronisasi berhasil" in siti.next_edit(of=message).text
            assert fake.launched[0]["selector"] == {
                "repositoryLocationName": "toko", "repositoryName": "__repository__", "jobName": "sync",
            }  # fmt: skip
            fake.states = [("FAILURE", 0)]
            incomplete = "i5_A.i5bu is empty: wait for the upload to finish, or make the backup again."
            for names in (["toko_core.errors.BackupError: "], ["toko_core.BackupError: "], []):
                fake.failed = [FAILURE + incomplete, *(name + incomplete for name in names)]
                failed = siti.next_edit(of=siti.ask("/sinkron")).text.splitlines()
                assert failed[0] == "❌ Sinkronisasi gagal."
                assert failed[1].startswith("i5_A.i5bu tidak utuh: ")
                assert failed[3] == "Rincian untuk teknisi: http://toko.lan:3000/runs/r-1"
            fake.failed = ["dagster._check.CheckError: what?"]
            assert UNKNOWN in siti.next_edit(of=siti.ask("/sinkron")).text
            fake.rejection = "no <such> job"
            rejected = siti.next_edit(of=siti.ask("/sinkron")).text
            assert rejected == f"❌ Sinkronisasi tidak bisa dimulai.\n{UNKNOWN}"
            assert "berhasil" in siti.ask("/status").text


def test_without_dagster_a_sync_says_what_to_do(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path):
        siti = server.user(SITI, "Siti")
        assert "Pastikan server menyala" in siti.next_edit(of=siti.ask("/sync")).text
