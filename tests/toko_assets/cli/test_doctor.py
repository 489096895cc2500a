"""`toko doctor` on real installations: what is right, and each thing that is wrong."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.places import installed, run_toko
from tests.backups import a_shop, write_backup
from tests.installation import Answer, Installation
from tests.servers.postgres import RealServer, free_port, real_server
from toko_assets.cli.doctor.backups import shown_age
from toko_assets.common.lock import sync_lock
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer


@pytest.fixture(scope="module")
def folder(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an installation that has made a sync."""
    folder = tmp_path_factory.mktemp("examined")
    with installed(folder) as toko:
        write_backup(postgres, toko.inbox / "i5_TOKO.i5bu", a_shop())
        assert run_toko("sync").status == 0
    return folder


@pytest.fixture
def toko(folder: Path, tmp_path: Path) -> Iterator[Installation]:
    """A copy of it, to be spoilt."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("postgres"))
    with installed(tmp_path) as toko:
        yield toko


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with real_server(18) as server:
        yield server


def wrong(answer: Answer) -> list[str]:
    return [part.partition(" ! ")[0].partition(" ✓ ")[0] for part in answer.output.split("✗ ")[1:]]


def notes(answer: Answer) -> list[str]:
    return [part.partition(" ✓ ")[0].partition(" ✗ ")[0] for part in answer.output.split("! ")[1:]]


@pytest.mark.usefixtures("toko")
def test_of_an_installation_in_order_everything_is_said_and_nothing_is_wrong() -> None:
    answer = run_toko("doctor")
    assert (answer.status, answer.error, wrong(answer), notes(answer)) == (0, "", [], [])
    assert "Nothing is wrong." in answer.output
    for said in (
        "✓ Python 3.", "✓ settings set: ", "TOKO_DATA_DIR", "✓ time zone Asia/Jakarta", "WIB", "✓ data folder data",
        "MB free", "✓ leftovers no", "minute",
        "✓ backups i5_TOKO.i5bu in data/inbox, 0.0 MB, whole, of database test_scratch, made ",
        "✓ PostgreSQL the embedded one, version 18", "✓ catalogue catalog-", "3 products, 3 prices",
        "from i5_TOKO.i5bu of ", "✓ Dagster data/dagster is writable",
        "✓ web hosts the web interface answers to this machine; further names: ALLOWED_HOSTS",
    ):  # fmt: skip
        assert said in answer.output, said


def test_as_json_it_says_the_same_with_the_same_status(toko: Installation) -> None:
    def as_data() -> tuple[int, Any]:
        answer = run_toko("doctor", "--json")
        return answer.status, json.loads(answer.output)

    lines = run_toko("doctor").output
    status, data = as_data()
    assert (status, data["ok"], set(data)) == (0, True, {"toko", "ok", "findings"})
    keys = {"name", "state", "text", "advice"}
    assert [found for found in data["findings"] if set(found) != keys or found["state"] != "ok"] == []
    assert {"python", "data_folder", "backups", "catalogue", "web_hosts", "telegram"} <= {
        found["name"] for found in data["findings"]
    }
    for found in data["findings"]:
        if not any(varying in found["text"] for varying in ("MB free", " ago", "in the shop it is")):
            assert " ".join(found["text"].split()) in lines
    shutil.rmtree(toko.inbox)
    status, data = as_data()
    assert (status, data["ok"]) == (1, False)
    (found,) = (found for found in data["findings"] if found["state"] == "fail")
    assert found["text"] == "There is no backup"
    assert found["advice"].startswith("create the folder ")


def test_it_changes_nothing(toko: Installation) -> None:
    def files() -> dict[Path, bytes]:
        rooms = [toko.data / room for room in ("inbox", "backups", "exports", "catalog", "records")]
        return {path: path.read_bytes() for room in rooms for path in room.rglob("*") if path.is_file()}

    before = files()
    assert run_toko("doctor").status == 0
    assert files() == before


def test_after_a_sync_no_other_user_can_open_anything_in_the_data_folder(folder: Path) -> None:
    written = [path for path in (folder / "data").rglob("*") if "inbox" not in path.parts]
    assert [path for path in written if path.stat().st_mode & 0o077] == []
    assert len(written) > 10
    assert (folder / "data").stat().st_mode & 0o777 == 0o700


def test_an_open_data_folder_is_noticed_and_closed_by_the_next_command(toko: Installation) -> None:
    for path in (toko.data, toko.data / "records", toko.data / "dagster"):
        path.chmod(0o755)
    answer = run_toko("doctor")
    assert answer.status == 0
    assert [said.split("(")[0] for said in notes(answer)] == [
        f"data folder {name} is open to other users " for name in ("data", "data/dagster", "data/records")
    ]
    assert run_toko("cleanup").status == 0
    assert notes(run_toko("doctor")) == []


def test_before_the_first_sync_it_says_what_to_do(tmp_path: Path) -> None:
    with installed(tmp_path):
        answer = run_toko("doctor")
    assert answer.status == 1
    assert [said for said in wrong(answer) if "backup" in said and "BACKUP_FOLDER" in said]
    assert "No catalogue is published yet: run `toko sync`." in answer.output


def test_every_wrong_setting_is_a_line(tmp_path: Path) -> None:
    with installed(tmp_path), pytest.MonkeyPatch.context() as patch:
        for name, value in {"KEEP_BACKUPS": "0", "DB_PORT": "99999", "DB_HOST": "postgres://u:rahasia@db/x"}.items():
            patch.setenv(name, value)
        answer = run_toko("doctor")
    assert answer.status == 1
    assert [said.split()[:4] for said in wrong(answer)] == [
        ["settings", "The", "setting", name] for name in ("DB_HOST", "DB_PORT", "KEEP_BACKUPS")
    ]
    assert "rahasia" not in answer.output + answer.error


@pytest.mark.usefixtures("toko")
def test_a_typo_in_the_name_of_a_setting_is_noticed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BACKUP_FOLER=/mnt/dropbox\nSOMETHING_ELSE=1\nSHOP_NAME=Toko Maju\n")
    answer = run_toko("doctor")
    assert any("BACKUP_FOLER in .env is not a setting: did you mean BACKUP_FOLDER?" in said for said in notes(answer))
    assert "SOMETHING_ELSE" not in answer.output
    assert answer.status == 0


@pytest.mark.usefixtures("toko")
def test_a_password_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_PASSWORD=rahasia-sekali\n")
    (tmp_path / ".env").chmod(0o644)
    answer = run_toko("doctor")
    assert any("chmod 600 .env" in said for said in notes(answer))
    assert any("DB_PASSWORD is set but not DB_HOST" in said for said in notes(answer))
    (tmp_path / ".env").write_text("DB_PASSWORD=rahasia-sekali\nPOSTGRES_PASSWORD=rahasia-juga\n")  # for containers
    assert "DB_PASSWORD is set but" not in run_toko("doctor").output
    assert "rahasia" not in answer.output + answer.error


def test_a_backup_that_is_not_whole_is_noticed_and_the_one_before_it_named(toko: Installation) -> None:
    whole = toko.inbox / "i5_TOKO.i5bu"
    cut = toko.inbox / "i5_BARU.i5bu"
    cut.write_bytes(whole.read_bytes()[:-100])
    os.utime(cut, (whole.stat().st_mtime + 60,) * 2)
    answer = run_toko("doctor")
    assert answer.status == 0
    assert any("i5_BARU.i5bu" in said for said in notes(answer))
    assert "✓ backups i5_TOKO.i5bu" in answer.output


def test_without_a_whole_backup_something_is_wrong(toko: Installation) -> None:
    (toko.inbox / "i5_TOKO.i5bu").write_bytes(b"PGDMP")
    answer = run_toko("doctor")
    assert answer.status == 1
    assert len(wrong(answer)) == 1
    assert "i5_TOKO.i5bu" in wrong(answer)[0]


def test_a_conflicted_copy_is_noticed(toko: Installation) -> None:
    shutil.copy2(toko.inbox / "i5_TOKO.i5bu", toko.inbox / "i5_TOKO (conflicted copy 2026-01-05).i5bu")
    answer = run_toko("doctor")
    assert answer.status == 0
    assert any("conflicted copy" in said for said in notes(answer))


def test_a_backup_folder_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    with installed(tmp_path, BACKUP_FOLDER=str(tmp_path / "dropbox" / "IPOS")):
        answer = run_toko("doctor")
    assert any("There is no folder" in said and "BACKUP_FOLDER" in said for said in wrong(answer))


@pytest.mark.usefixtures("toko")
def test_a_backup_from_the_future_puts_the_time_zone_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TIMEZONE", "Etc/GMT+12")  # where every day begins last
    said = notes(run_toko("doctor"))
    assert any("Etc/GMT+12 is not in Indonesia" in line for line in said)
    assert any("in the future. Is SHOP_TIMEZONE the shop's" in line for line in said)


def test_a_data_folder_that_is_a_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with installed(tmp_path):
        answer = run_toko("doctor")
    assert answer.status == 1
    assert any("is a file: remove it, or set TOKO_DATA_DIR" in said for said in wrong(answer))
    assert "Traceback" not in answer.output + answer.error


def test_what_a_broken_sync_left_is_noticed(toko: Installation) -> None:
    (toko.data / "exports" / "0123456789ab.part").mkdir()
    answer = run_toko("doctor")
    assert answer.status == 0
    assert any("0123456789ab.part" in said and "toko cleanup" in said for said in notes(answer))


def test_while_a_sync_is_running_postgresql_is_left_alone(toko: Installation) -> None:
    holder = "import sys; from pathlib import Path; from toko_assets.common.lock import sync_lock\n" + (
        "with sync_lock(Path(sys.argv[1]), None): print('held', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, toko.data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        answer = run_toko("doctor")
        process.kill()
    assert answer.status == 0
    assert any("PostgreSQL Not checked, because a sync is running" in said for said in notes(answer))
    assert not find_cluster(toko.data / "postgres").exists()
    with sync_lock(toko.data, None):
        pass


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda catalog: (catalog / "CURRENT").unlink(), "CURRENT is missing"),
        (lambda catalog: (catalog / "CURRENT").write_text("catalog-lost.duckdb\n"), "which is not there"),
        (lambda catalog: next(catalog.glob("*.duckdb")).write_bytes(b"x" * 5000), "cannot be read"),
    ],
    ids=["no CURRENT", "a file that is gone", "a damaged file"],
)
def test_a_catalogue_that_readers_cannot_open_is_wrong(toko: Installation, spoil: object, says: str) -> None:
    assert callable(spoil)
    spoil(toko.data / "catalog")
    answer = run_toko("doctor")
    assert answer.status == 1
    assert len(wrong(answer)) == 1
    assert says in wrong(answer)[0]
    assert "toko sync" in wrong(answer)[0]


def test_a_damaged_configuration_of_dagster_is_wrong(toko: Installation) -> None:
    (toko.data / "dagster" / "dagster.yaml").write_text("telemetry: [unclosed")
    answer = run_toko("doctor")
    assert answer.status == 1
    assert len(wrong(answer)) == 1
    assert "dagster.yaml" in wrong(answer)[0]


def test_an_external_server_is_tried_for_real_and_nothing_is_left_there(
    toko: Installation, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    answer = run_toko("doctor")
    assert (answer.status, wrong(answer), notes(answer)) == (0, [], [])
    assert "can be created, filled and dropped, in UTF8, WIN1252, SQL_ASCII" in answer.output
    assert server.databases() == []
    assert not find_cluster(toko.data / "postgres").exists()
    assert server.password not in answer.output
    server.do("ALTER ROLE toko SUPERUSER")
    try:
        answer = run_toko("doctor")
    finally:
        server.do("ALTER ROLE toko NOSUPERUSER")
    assert any("may do more than create databases" in said for said in notes(answer))


@pytest.mark.usefixtures("toko")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"DB_PORT": str(free_port())}, "cannot be reached: Connection refused"),
        ({"DB_PASSWORD": "salah"}, "rejects role toko"),
        ({"DB_USER": "tamu", "DB_PASSWORD": "tamu"}, "permission denied to create database"),
    ],
    ids=["refused", "wrong password", "no right to create databases"],
)
def test_an_external_server_that_cannot_be_used_is_wrong(
    server: RealServer, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], says: str
) -> None:
    server.do("DROP ROLE IF EXISTS tamu", "CREATE ROLE tamu LOGIN PASSWORD 'tamu'")
    for name, value in {**server.settings, **change}.items():
        monkeypatch.setenv(name, value)
    answer = run_toko("doctor")
    assert answer.status == 1
    assert len(wrong(answer)) == 1
    assert says in wrong(answer)[0]
    assert server.password not in answer.output + answer.error


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=5), "less than a minute"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(hours=23), "23 hours"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_ages_are_said_in_one_unit(age: timedelta, shown: str) -> None:
    assert shown_age(age) == shown
