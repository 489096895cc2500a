"""What somebody may put into the backup folder: nothing hangs, fills the disk, or publishes what it must not."""

import os
import shutil
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.archives import ArchiveFile, TocEntry, write
from toko_assets.backups.chosen import chosen_backup
from toko_assets.backups.folder import FolderSource, named_backup, special_kind
from toko_assets.backups.headers import read_headers
from toko_assets.backups.listing import ListedBackup
from toko_assets.backups.source import GoneError, NoBackupError, UnreadableError, left_out
from toko_assets.ipos.archive.contents import NotABackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_core import TransientError
from toko_core.files import NotAFileError

DUMP = write(ArchiveFile((TocEntry(1, "STDSTRINGS", "STDSTRINGS"),)))
OTHER_USER = 65534
HARD_LINK = "a hard link to a file of another user"


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    secret = path.parent.parent / "secret"
    secret.write_bytes(DUMP)
    secret.chmod(0o600)
    path.symlink_to(secret)


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))


SPECIAL: dict[Callable[[Path], None], str] = {
    pipe: "a pipe",
    link: "a link",
    broken_link: "a link",
    circle: "a link",
    device: "a link",
    folder: "a folder",
    unix_socket: "a socket or a device",
}


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def listed(inbox: Path) -> ListedBackup:
    """The only backup of the folder."""
    (inbox / "toko.i5bu").write_bytes(DUMP)
    (backup,) = FolderSource(inbox).listing().backups
    return backup


def fetch(backup: ListedBackup, target: Path) -> None:
    FolderSource(Path(backup.place).parent).fetch(backup, target, lambda _: None)


@pytest.mark.parametrize("make", SPECIAL, ids=lambda make: make.__name__)
def test_what_is_no_file_is_named_and_never_opened(inbox: Path, make: Callable[[Path], None]) -> None:
    make(inbox / "a.I5bu")
    source = FolderSource(inbox)
    listing = source.listing()
    what = SPECIAL[make]
    assert (listing.backups, listing.special) == ([], {"a.I5bu": what})
    assert left_out(listing) == [f"Skipped: a.I5bu is {what}. Put the backup itself there."]
    for choose in (lambda: named_backup(inbox / "a.I5bu"), lambda: chosen_backup(source, "a.I5bu")):
        with pytest.raises(NoBackupError, match=f"a.I5bu.*{what}"):
            choose()
    with pytest.raises(NotAFileError):
        read_archive(inbox / "a.I5bu")


@pytest.mark.parametrize("make", SPECIAL, ids=lambda make: make.__name__)
def test_what_replaces_a_file_after_it_was_listed_is_not_read(
    listed: ListedBackup, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """With the size and the time of the file, where that is possible."""
    path, source = Path(listed.place), FolderSource(tmp_path / "inbox")
    path.unlink()
    make(path)
    target = tmp_path / "copy"
    for read in (lambda: fetch(listed, target), lambda: source.head(listed, 5)):
        with pytest.raises(UnreadableError, match="Not a regular file"):
            read()
    assert not source.is_whole(listed)
    assert not target.exists()


def test_a_copy_is_readable_for_its_user_only_whatever_was_in_its_place(listed: ListedBackup, tmp_path: Path) -> None:
    target, other = tmp_path / "copy", tmp_path / "other"
    other.write_bytes(b"kept")
    target.symlink_to(other)
    fetch(listed, target)
    assert target.read_bytes() == DUMP
    assert stat.S_IMODE(target.lstat().st_mode) == 0o600
    assert other.read_bytes() == b"kept"


def test_a_file_without_the_first_bytes_of_a_dump_is_not_copied(inbox: Path, tmp_path: Path) -> None:
    """20 GB of zeros, of which the disk holds nothing."""
    with (inbox / "toko.i5bu").open("wb") as file:
        file.truncate(20 << 30)
    (backup,) = FolderSource(inbox).listing().backups
    with pytest.raises(NotABackupError, match=r"toko\.i5bu is not an iPOS backup"):
        fetch(backup, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_file_for_which_the_disk_has_no_space_is_not_copied(inbox: Path, tmp_path: Path) -> None:
    with (inbox / "toko.i5bu").open("wb") as file:
        file.write(DUMP)
        file.truncate(min(shutil.disk_usage(tmp_path).free, 15 << 40))
    (backup,) = FolderSource(inbox).listing().backups
    with pytest.raises(OSError, match="No space left on device"):
        fetch(backup, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_no_more_than_the_listed_size_is_copied(listed: ListedBackup, tmp_path: Path) -> None:
    """As if the file grew between the look at its size and the end of the copy."""
    with Path(listed.place).open("ab") as file:
        file.write(bytes(1000))
    status = Path(listed.place).stat()
    fetch(replace(listed, revision=f"{status.st_size}-{status.st_mtime_ns}"), tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_size == listed.size


def test_a_file_that_was_replaced_by_another_one_is_not_copied(listed: ListedBackup, tmp_path: Path) -> None:
    Path(listed.place).write_bytes(DUMP + b"x")
    with pytest.raises(TransientError, match="was replaced after it was listed"):
        fetch(listed, tmp_path / "copy")
    with pytest.raises(GoneError, match="was replaced after it was listed"):
        FolderSource(tmp_path / "inbox").head(listed, 5)


def test_a_file_that_was_linked_from_another_user_is_not_read(listed: ListedBackup, tmp_path: Path) -> None:
    path = Path(listed.place)
    os.link(path, tmp_path / "secret")
    source, status = FolderSource(path.parent), path.stat()
    assert source.listing().backups == [listed]  # its own file, of which a backup program has a second name
    assert special_kind(path.name, status, status.st_uid) == ""
    assert special_kind(path.name, status, status.st_uid + 1) == HARD_LINK
    if os.geteuid() == 0:
        os.chown(path, OTHER_USER, -1)
        assert source.listing().special == {"toko.i5bu": HARD_LINK}
        with pytest.raises(UnreadableError, match="Not a regular file"):
            fetch(listed, tmp_path / "copy")
        with pytest.raises(NoBackupError, match=HARD_LINK):
            named_backup(path)
    (tmp_path / "secret").unlink()
    assert source.listing().backups == [listed]


def test_the_folder_may_be_a_link(listed: ListedBackup, tmp_path: Path) -> None:
    (tmp_path / "door").symlink_to("inbox")
    (backup,) = FolderSource(tmp_path / "door").listing().backups
    fetch(backup, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == DUMP
    assert named_backup(tmp_path / "door" / listed.name).size == len(DUMP)


def test_names_of_any_bytes_are_listed_and_read_if_records_can_hold_them(inbox: Path, tmp_path: Path) -> None:
    """Writing the record of the headers failed, and so did each sync and each tick of the sensor."""
    for name in (b"a\nb.i5bu", b"x" * 250 + b".i5bu", "Café.I5Bu".encode(), "Café.i5Bu".encode("latin-1")):
        Path(os.fsdecode(bytes(inbox) + b"/" + name)).write_bytes(DUMP)
    source = FolderSource(inbox)
    listing = source.listing()
    assert listing.special == {"Café.i5Bu": "a file whose name is not UTF-8"}
    assert len(listing.backups) == 3
    for _ in range(2):
        found = read_headers(source, listing.backups, tmp_path, ZoneInfo("Asia/Jakarta"), datetime.now(UTC)).backups
        assert [backup.header is not None for backup in found] == [True] * 3
    for backup in listing.backups:
        fetch(backup, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == DUMP


def test_thousands_of_files_are_listed_without_opening_one(inbox: Path) -> None:
    for number in range(1000):
        os.mkfifo(inbox / f"{number}.i5bu")  # to open one would wait
    (inbox / "toko.i5bu").touch()
    listing = FolderSource(inbox).listing()
    assert (len(listing.backups), len(listing.special)) == (1, 1000)
