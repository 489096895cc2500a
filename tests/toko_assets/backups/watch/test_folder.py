"""A folder is watched: what is reported, on a disk that notifies and on one that does not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toko_assets.backups.watch.watching import Watched, watched
from toko_assets.backups.folder import FolderSource
from toko_assets.backups.watch import folder as watch_folder
from toko_assets.common.data_disk import file_system

MOMENT = 1.5


@pytest.fixture(params=["notifications", "polling"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How changes are noticed."""
    if request.param == "polling":
        monkeypatch.setattr(watch_folder, "NOTIFYING", frozenset())
        monkeypatch.setattr(watch_folder, "POLL", 100)
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def found(disk: str, folder: Path) -> Iterator[Watched]:  # noqa: ARG001
    """The watch of the folder, which has begun."""
    with watched(FolderSource(folder)) as found:
        found.wait()
        yield found


def test_a_new_a_renamed_and_a_deleted_backup_are_reported_and_no_other_file(found: Watched, folder: Path) -> None:
    (folder / "toko.i5bu").write_bytes(b"backup")
    found.wait()
    found.settle(MOMENT)
    (folder / "toko.i5bu.part").write_bytes(b"backup")
    assert found.is_quiet(MOMENT)
    (folder / "toko.i5bu.part").rename(folder / "TOKO-2.I5BU")
    found.wait()
    (folder / "toko.i5bu").unlink()
    found.wait()
    found.settle(MOMENT)


def test_a_folder_that_vanishes_and_comes_back_is_watched_again(
    found: Watched, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_folder, "MISSING_SECONDS", 0.1)
    shutil.rmtree(folder)
    found.settle(MOMENT)
    folder.mkdir()
    found.wait()
    (folder / "toko.i5bu").write_bytes(b"backup")
    found.wait()
    folder.rename(folder.with_name("before"))
    folder.mkdir()
    found.wait()
    (folder / "toko.i5bu").write_bytes(b"backup")
    found.wait()


def test_a_folder_that_does_not_exist_yet_is_watched_once_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_folder, "MISSING_SECONDS", 0.1)
    with watched(FolderSource(tmp_path / "later")) as found:
        assert found.is_quiet(0.5)
        (tmp_path / "later").mkdir()
        found.wait()


def test_disks_of_this_machine_notify_and_others_do_not(tmp_path: Path) -> None:
    assert file_system(tmp_path) in watch_folder.NOTIFYING
    assert file_system(Path("/proc/self")) == "proc"
    assert not watch_folder.notifies(Path("/proc/self"))
    assert watch_folder.notifies(Path("/dev/shm/not-there"))  # noqa: S108
