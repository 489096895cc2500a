"""/sync and /status use Dagster's GraphQL API."""

from pathlib import Path
from typing import Any

from tests.servers.dagster import dagster
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import SITI, running_bot


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
            failed = siti.next_edit(of=siti.ask("/sync")).text
            assert "gagal" in failed
            assert "\ni5_A.i5bu is cut off" in failed
            assert "http://toko.lan:3000/runs/r-1" in failed
            fake.rejection = "no <such> job"
            assert "no <such> job" in siti.next_edit(of=siti.ask("/sync")).text
            assert "berhasil" in siti.ask("/status").text


def test_without_dagster_a_sync_says_what_to_check(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path):
        siti = server.user(SITI, "Siti")
        assert "DAGSTER_URL" in siti.next_edit(of=siti.ask("/sync")).text
