"""The disk of the data folder: what a sync needs of it is tried before any work, and what is missing is one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stand_in_disk import KINDS, ROOT, on_disk
from toko_assets.common.data_disk import close_to_others, data_disk_problem, misses_permissions, open_folders
from toko_assets.common.settings import Settings

TOKO = Path(sys.executable).with_name("toko")
MOVE = "set TOKO_DATA_DIR to a folder on a Linux disk, for example ~/toko. BACKUP_FOLDER may be on any disk."
NO_PERMISSIONS, NO_LOCKS = "without file permissions", "without file locks"
MISSING = {
    "windows": NO_PERMISSIONS,
    "windows-strict": NO_PERMISSIONS,
    "no-flock": NO_LOCKS,
    "no-posix-locks": NO_LOCKS,
    "locks-in-name-only": NO_LOCKS,
    "no-replacing": "where no open file can be replaced",
}
IMPORTED = """
import sys
from toko_assets import cli
sys.argv = ["toko", "sync"]
try:
    cli.main()
finally:
    print([name for name in ("dagster", "duckdb", "pandas", "psycopg") if name in sys.modules])
"""
PROBLEM = """
from toko_assets.common.data_disk import data_disk_problem
from toko_assets.common.settings import load_settings
print(data_disk_problem(load_settings()))
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the data folder is to be made, of an installation without settings."""
    for name in (*Settings.model_fields, "DAGSTER_HOME"):
        monkeypatch.delenv(name.upper(), raising=False)
    data = tmp_path / "data toko é"
    monkeypatch.setenv("TOKO_DATA_DIR", str(data))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return data


def run(kind: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(on_disk(kind, *command), capture_output=True, text=True)


def problem(kind: str, **settings: str) -> str:
    environment = {**os.environ, **settings}
    command = on_disk(kind, sys.executable, "-c", PROBLEM)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("command", ["sync", "demo", "download", "extract", "cleanup", "dev"])
def test_a_command_rejects_a_windows_disk_in_one_line_before_any_work(data: Path, command: str) -> None:
    done = run("windows", TOKO, command)
    line = f"toko: {data} is on a disk without file permissions (a Windows disk?): {MOVE}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)
    assert list(data.parent.iterdir()) == []


def test_a_disk_is_rejected_before_anything_is_imported_that_takes_long(data: Path) -> None:
    done = run("windows", sys.executable, "-c", IMPORTED)
    assert (done.returncode, done.stdout) == (1, "[]\n")
    assert str(data) in done.stderr


@pytest.mark.parametrize("kind", MISSING)
def test_whatever_a_disk_lacks_is_one_line_that_names_the_setting(data: Path, kind: str) -> None:
    said = problem(kind)
    assert said.startswith(f"{data} is on a disk {MISSING[kind]}")
    assert said.endswith(MOVE)
    assert list(data.parent.iterdir()) == []


@pytest.mark.usefixtures("data")
def test_postgresql_needs_no_folder_of_another_user_in_the_data_folder() -> None:
    """Root's server, which runs as another user, has its cluster elsewhere."""
    assert problem("one-owner") == "None"


@pytest.mark.usefixtures("data")
def test_with_an_external_postgresql_only_locks_and_replacing_count() -> None:
    found = {kind: problem(kind, DB_HOST="127.0.0.1") for kind in KINDS}
    assert {kind for kind, said in found.items() if said == "None"} == {"windows", "windows-strict", "one-owner"}


def test_doctor_says_the_same_line_and_does_not_start_postgresql(data: Path) -> None:
    done = run("windows", TOKO, "doctor")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert f"✗ data folder  {data} is on a disk without file permissions (a Windows disk?): {MOVE}" in lines
    assert "! PostgreSQL   Not checked: set TOKO_DATA_DIR to another disk first." in lines
    assert not data.exists()


def test_a_disk_without_locks_is_one_wrong_thing_for_doctor(data: Path) -> None:
    done = run("no-flock", TOKO, "doctor")
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert [line.split()[1] for line in wrong] == ["data", "backups"]
    assert wrong[0].startswith(f"✗ data folder  {data} is on a disk without file locks")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("exists", [False, True])
def test_an_ordinary_disk_lacks_nothing_and_nothing_is_left_there(data: Path, exists: bool) -> None:
    if exists:
        data.mkdir(mode=0o2755)  # new folders are of its group, and carry a further bit
    assert data_disk_problem(Settings()) is None
    assert list(data.parent.rglob("*")) == ([data] if exists else [])


@pytest.mark.parametrize("place", ["/proc/toko", "/dev/null/toko"])
def test_where_nothing_can_be_written_the_work_itself_says_so(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKO_DATA_DIR", place)
    assert data_disk_problem(Settings()) is None


@pytest.mark.parametrize(("mode", "misses"), [(0o700, False), (0o2700, False), (0o777, True), (0o755, True),
                                              (0o750, True), (0o600, True)])  # fmt: skip
def test_only_a_private_folder_has_the_permissions_that_were_set(tmp_path: Path, mode: int, misses: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(mode)
    assert misses_permissions((tmp_path / "folder").stat()) is misses


def an_open_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Settings:
    """Settings of a data folder that an earlier version left open to everybody."""
    data = tmp_path / "data"
    for name in ("", "records", "catalog", "inbox", *names):
        (data / name).mkdir()
        (data / name).chmod(0o755)
    (data / "sync.lock").touch()
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return Settings.model_validate({"toko_data_dir": data, "backup_folder": None})


def modes(settings: Settings) -> dict[str, int]:
    data = settings.data_folder
    return {path.name: path.stat().st_mode & 0o777 for path in (data, *data.iterdir()) if path.is_dir()}


def test_an_open_data_folder_is_closed_and_the_catalogue_left_to_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = an_open_folder(tmp_path, monkeypatch)
    close_to_others(settings)
    assert modes(settings) == {"data": 0o700, "records": 0o700, "catalog": 0o750, "inbox": 0o755}
    assert list(open_folders(settings)) == []


@pytest.mark.parametrize(("before", "after"), [(0o2770, 0o770), (0o2777, 0o770), (0o775, 0o700)])
def test_the_group_keeps_the_state_database_only_where_its_folder_is_the_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    settings = an_open_folder(tmp_path, monkeypatch, "state")
    settings.folder.state.chmod(before)
    close_to_others(settings)
    assert modes(settings)["state"] & 0o777 == after
    assert bool(settings.folder.state.stat().st_mode & 0o2000) == bool(before & 0o2000)


def test_a_folder_with_other_things_in_it_is_left_as_it_is_but_ours_in_it_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = an_open_folder(tmp_path, monkeypatch, "foto keluarga")
    close_to_others(settings)
    assert modes(settings) == {
        "data": 0o755, "records": 0o700, "catalog": 0o750, "inbox": 0o755, "foto keluarga": 0o755
    }  # fmt: skip
    (found,) = open_folders(settings)
    assert "it also holds foto keluarga" in found.reason
    assert not found.is_writable


def test_where_others_put_backups_into_the_inbox_they_can_still_do_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = an_open_folder(tmp_path, monkeypatch)
    settings.inbox.chmod(0o777)
    close_to_others(settings)
    assert modes(settings) == {"data": 0o711, "records": 0o700, "catalog": 0o750, "inbox": 0o777}


def test_a_dagster_home_elsewhere_is_closed_too_unless_it_holds_other_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, home = an_open_folder(tmp_path, monkeypatch), tmp_path / "home"
    (home / "history").mkdir(parents=True)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    (home / "surat.txt").touch()
    home.chmod(0o755)
    close_to_others(settings)
    assert home.stat().st_mode & 0o777 == 0o755
    assert ["it also holds surat.txt" in found.reason for found in open_folders(settings)] == [True]
    (home / "surat.txt").unlink()
    close_to_others(settings)
    assert home.stat().st_mode & 0o777 == 0o700
