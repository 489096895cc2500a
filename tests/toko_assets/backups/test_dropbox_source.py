"""Backups of a Dropbox folder: what is listed, and that a download is one revision, whole, or nothing."""

import random
import shutil
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.servers.dropbox import DropboxServer, FaultKind
from tests.servers.dropbox_client import FOLDER
from toko_assets.backups import dropbox as dropbox_source
from toko_assets.backups import dropbox_client
from toko_assets.backups.dropbox import DropboxSource
from toko_assets.backups.listing import ListedBackup, Listing
from toko_assets.common.settings import load_settings
from toko_assets.ipos.archive.contents import NotABackupError
from toko_core import TransientError

MORNING = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
DATA = b"PGDMP" + random.Random(7).randbytes(1_000_000)
OTHER = b"PGDMP" + random.Random(8).randbytes(1_000_000)
BACKUP = f"{FOLDER}/toko.i5bu"
ENDS = list[FaultKind](["truncated", "short", "reset", "stall"])
"""Ways in which a body does not come to its end."""


def upload(server: DropboxServer, *names: str) -> None:
    """Files, each an hour younger than the one before."""
    for hour, name in enumerate(names):
        server.put(f"{FOLDER}/{name}", name.encode(), modified=MORNING + timedelta(hours=hour))


def names(listing: Listing) -> list[str]:
    return [backup.name for backup in listing.backups]


def newest(source: DropboxSource) -> ListedBackup:
    return source.listing().backups[0]


def ignored(_: int) -> None:
    """Progress that nobody looks at."""


# Listing


def test_backups_are_listed_newest_first_with_what_tells_them_apart(
    server: DropboxServer, source: DropboxSource
) -> None:
    upload(server, "Senin.i5bu")
    uploaded = server.put(f"{FOLDER}/Minggu.i5bu", b"123", modified=MORNING - timedelta(days=1))
    first, second = source.listing().backups
    assert first.name == "Senin.i5bu"
    assert second == ListedBackup(f"{FOLDER}/Minggu.i5bu", uploaded.rev, 3, MORNING - timedelta(days=1))


def test_the_time_is_that_of_the_upload_not_what_the_shops_machine_says(
    server: DropboxServer, source: DropboxSource
) -> None:
    upload(server, "a.i5bu", "b.i5bu")
    server.put(f"{FOLDER}/a.i5bu", b"", modified=MORNING, client_modified=MORNING + timedelta(days=400))
    assert names(source.listing()) == ["b.i5bu", "a.i5bu"]


def test_all_pages_are_read(server: DropboxServer, source: DropboxSource) -> None:
    server.page_size = 2
    upload(server, *(f"{n}.i5bu" for n in range(5)))
    assert names(source.listing()) == ["4.i5bu", "3.i5bu", "2.i5bu", "1.i5bu", "0.i5bu"]
    assert server.counts() == {"oauth2/token": 1, "files/list_folder": 1, "files/list_folder/continue": 2}


def test_empty_pages_and_repeated_entries_change_nothing(server: DropboxServer, source: DropboxSource) -> None:
    server.page_size = 1
    upload(server, "a.i5bu", "b.i5bu")
    server.fail("files/list_folder", "empty-page")
    server.fail("files/list_folder/continue", "empty-page", times=2)
    server.fail("files/list_folder/continue", "repeated-entries", times=None)
    assert names(source.listing()) == ["b.i5bu", "a.i5bu"]


def test_a_listing_whose_cursor_is_forgotten_begins_again_without_what_has_gone_since(
    server: DropboxServer, source: DropboxSource
) -> None:
    server.page_size = 1
    upload(server, "a.i5bu", "b.i5bu", "c.i5bu")
    server.fail("files/list_folder/continue", "none")
    server.fail("files/list_folder/continue", "cursor-reset", meanwhile=lambda: server.delete(f"{FOLDER}/b.i5bu"))
    assert names(source.listing()) == ["c.i5bu", "a.i5bu"]
    assert server.counts()["files/list_folder"] == 2


def test_cursors_that_are_always_forgotten_end_the_listing(server: DropboxServer, source: DropboxSource) -> None:
    server.page_size = 1
    upload(server, "a.i5bu", "b.i5bu")
    server.fail("files/list_folder/continue", "cursor-reset", times=None)
    with pytest.raises(TransientError):
        source.listing()
    assert server.counts()["files/list_folder"] == 1 + dropbox_source.RESTARTS


def test_a_listing_without_an_end_is_given_up(
    server: DropboxServer, source: DropboxSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropbox_source, "MOST_PAGES", 5)
    upload(server, "a.i5bu")
    server.fail("*", "none")  # the token
    server.fail("*", "empty-page", times=None)
    with pytest.raises(TransientError, match="Dropbox's listing of /IPOS does not end after 5 pages"):
        source.listing()
    assert len(server.requests) <= 7


def test_what_changes_between_two_pages_is_listed_as_it_is_at_the_end(
    server: DropboxServer, source: DropboxSource
) -> None:
    def meanwhile() -> None:
        server.delete(f"{FOLDER}/gone.i5bu")
        server.delete(f"{FOLDER}/folder.i5bu")
        server.make_folder(f"{FOLDER}/folder.i5bu")
        server.put(f"{FOLDER}/replaced.i5bu", b"new", modified=MORNING + timedelta(days=1))

    server.page_size = 3
    upload(server, "gone.i5bu", "folder.i5bu", "replaced.i5bu", "stays.i5bu")
    server.fail("files/list_folder", "none", meanwhile=meanwhile)
    listing = source.listing()
    assert names(listing) == ["replaced.i5bu", "stays.i5bu"]
    assert listing.backups[0].size == 3


def test_only_backups_of_the_folder_itself_are_listed_in_any_letter_case(
    server: DropboxServer, source: DropboxSource
) -> None:
    upload(server, "a.I5BU", "b.i5Bu", "c.i5bu", "c.i5bu.tmp", "i5bu", "c.zip", ".i5bu.swp", "lama/d.i5bu", "gone.i5bu")
    server.put("/elsewhere.i5bu", b"")
    server.make_folder(f"{FOLDER}/folder.i5bu")
    server.delete(f"{FOLDER}/gone.i5bu")
    assert names(source.listing()) == ["c.i5bu", "b.i5Bu", "a.I5BU"]


def test_conflicted_copies_are_listed_apart(server: DropboxServer, source: DropboxSource) -> None:
    copies = ["toko (Kasir 2's conflicted copy 2026-01-05).i5bu", "toko (salinan konflik dari PC 2026-01-05).I5BU"]
    upload(server, "toko.i5bu", "toko (2).i5bu", *copies)
    listing = source.listing()
    assert names(listing) == ["toko (2).i5bu", "toko.i5bu"]
    assert listing.conflicted == copies


def test_the_folder_of_an_app_that_sees_no_other_has_no_name(server: DropboxServer) -> None:
    upload(server, "below.i5bu")
    server.put("/toko.i5bu", b"")
    source = DropboxSource(load_settings(), "")
    assert names(source.listing()) == ["toko.i5bu"]
    assert source.place == "the Dropbox folder /"


# One backup


def test_a_revision_is_fetched_though_it_was_replaced(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA, modified=MORNING)
    listed = newest(source)
    server.put(BACKUP, OTHER)
    source.fetch(listed, target, lambda _: None)
    assert target.read_bytes() == DATA


def test_a_revision_that_dropbox_no_longer_has_is_gone_and_the_next_poll_may_find_another(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    gone = replace(newest(source), revision="0123456789abcdef01234567")
    with pytest.raises(TransientError, match=r"/IPOS/toko.i5bu is gone from Dropbox: it was deleted or moved"):
        source.fetch(gone, target, lambda _: None)


def test_progress_grows_to_the_size(server: DropboxServer, source: DropboxSource, target: Path) -> None:
    server.put(BACKUP, DATA)
    told: list[int] = []
    source.fetch(newest(source), target, told.append)
    assert target.read_bytes() == DATA
    assert told == sorted(told)
    assert told[-1] == len(DATA)


def test_an_empty_file_is_fetched_as_it_is(server: DropboxServer, source: DropboxSource, target: Path) -> None:
    server.put(BACKUP, b"")
    source.fetch(newest(source), target, ignored)
    assert target.read_bytes() == b""


@pytest.mark.parametrize("kind", ENDS)
def test_a_download_goes_on_where_it_ended_with_the_same_revision_though_the_file_was_replaced(
    server: DropboxServer, source: DropboxSource, target: Path, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropbox_client, "ANSWER_SECONDS", 1)
    arrived = threading.Event()

    def replace_it() -> None:
        assert arrived.wait(20)
        server.put(BACKUP, OTHER)

    def progress(done: int) -> None:
        if done > 100_000:
            arrived.set()

    old = server.put(BACKUP, DATA)
    listed = newest(source)
    server.fail("files/download", kind, after=400_000, meanwhile=replace_it)
    source.fetch(listed, target, progress)
    assert target.read_bytes() == DATA
    first, second = server.received("files/download")
    assert first.argument["path"] == second.argument["path"] == f"rev:{old.rev}"
    start = int(second.range.removeprefix("bytes=").removesuffix("-"))
    assert 100_000 < start <= 400_000


def test_a_backup_that_is_deleted_while_it_is_downloaded_is_still_whole(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    listed = newest(source)
    server.fail("files/download", "truncated", after=400_000, meanwhile=lambda: server.delete(BACKUP))
    source.fetch(listed, target, ignored)
    assert target.read_bytes() == DATA


# What is left of a download that fails


def nothing_is_left(source: DropboxSource, target: Path, progress: Callable[[int], None] = ignored) -> TransientError:
    """The error of a download that fails."""
    listed = newest(source)
    with pytest.raises(TransientError) as failed:
        source.fetch(listed, target, progress)
    assert list(target.parent.iterdir()) == []
    return failed.value


def test_a_body_that_is_not_what_dropbox_announced_is_never_a_file(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    server.fail("files/download", "corrupted")
    assert "did not send the whole file, or sent another" in str(nothing_is_left(source, target))
    source.fetch(newest(source), target, ignored)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("kind", ENDS)
def test_a_download_that_never_comes_to_its_end_is_given_up(
    server: DropboxServer, source: DropboxSource, target: Path, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropbox_client, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(dropbox_source, "RESUMPTIONS", 2)
    server.put(BACKUP, DATA)
    server.fail("files/download", kind, after=10_000, times=None)
    nothing_is_left(source, target)
    assert server.counts()["files/download"] == 2


def test_an_old_file_in_the_targets_place_stays_until_the_new_one_is_whole(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    target.write_bytes(b"old")
    server.fail("files/download", "corrupted")
    with pytest.raises(TransientError):
        source.fetch(newest(source), target, ignored)
    assert target.read_bytes() == b"old"


def test_a_download_that_a_person_interrupts_leaves_nothing(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    server.put(BACKUP, DATA)
    listed = newest(source)
    with pytest.raises(KeyboardInterrupt):
        source.fetch(listed, target, interrupt)
    assert list(target.parent.iterdir()) == []


def test_an_error_of_the_disk_is_not_called_one_of_dropbox(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    with pytest.raises(FileNotFoundError):
        source.fetch(newest(source), target.parent / "missing" / "toko.i5bu", ignored)


def test_a_file_that_is_no_dump_is_not_downloaded(server: DropboxServer, source: DropboxSource, target: Path) -> None:
    server.put(BACKUP, bytes(10_000_000))
    received: list[int] = []
    with pytest.raises(NotABackupError, match=r"toko\.i5bu is not an iPOS backup"):
        source.fetch(newest(source), target, received.append)
    assert received == []
    assert list(target.parent.iterdir()) == []


def test_a_file_for_which_the_disk_has_no_space_is_not_downloaded(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    too_large = replace(newest(source), size=shutil.disk_usage(target.parent).free)
    with pytest.raises(OSError, match="No space left on device"):
        source.fetch(too_large, target, ignored)
    with pytest.raises(TransientError, match="sent another file than announced"):
        source.fetch(replace(newest(source), size=len(DATA) - 1), target, ignored)
    assert server.counts()["files/download"] == 1
    assert list(target.parent.iterdir()) == []


def test_only_this_user_may_read_what_was_downloaded(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.put(BACKUP, DATA)
    source.fetch(newest(source), target, ignored)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
