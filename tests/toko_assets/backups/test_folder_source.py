"""A folder or a file that cannot be read for a while: a transient error, and nothing about it is remembered."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from toko_assets.backups.folder import FolderSource
from toko_assets.backups.headers import DatedListing, read_headers
from toko_assets.backups.source import UnreadableError
from toko_assets.postgres.server import PostgresServer
from toko_core import TransientError

NOBODY = 65534


@contextmanager
def forbidden(path: Path) -> Iterator[None]:
    """Nobody may read the file or folder: its permissions are taken away, and root becomes an ordinary user."""
    mode, user = path.stat().st_mode, os.geteuid()
    path.chmod(0)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(mode)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder that an ordinary user reaches."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name == "tmp":
            break
        folder.chmod(0o755)
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_a_folder_that_may_not_be_read_is_a_transient_error(inbox: Path) -> None:
    (inbox / "toko.i5bu").write_bytes(b"x")
    source = FolderSource(inbox)
    with forbidden(inbox), pytest.raises(TransientError, match=r"cannot be read \(Permission denied\): is its disk"):
        source.listing()
    inbox.chmod(0o755)
    assert [backup.name for backup in source.listing().backups] == ["toko.i5bu"]


def test_only_a_folder_that_somebody_chose_must_exist(inbox: Path) -> None:
    assert FolderSource(inbox / "none").listing().backups == []
    with pytest.raises(TransientError, match="There is no folder"):
        FolderSource(inbox / "none", must_exist=True).listing()


def test_links_to_nothing_and_folders_are_no_backups(inbox: Path) -> None:
    (inbox / "lost.i5bu").symlink_to("nowhere")
    (inbox / "circle.i5bu").symlink_to("circle.i5bu")
    (inbox / "folder.i5bu").mkdir()
    assert FolderSource(inbox).listing().backups == []


def test_the_header_of_a_file_that_cannot_be_read_is_read_again(
    inbox: Path, tmp_path: Path, postgres: PostgresServer
) -> None:
    file = dumped_at(write_backup(postgres, tmp_path / "toko.i5bu", a_shop()), datetime(2026, 1, 5, 20, tzinfo=UTC))
    file = file.rename(inbox / "toko.i5bu")
    source = FolderSource(inbox)
    (listed,) = source.listing().backups

    def read() -> DatedListing:
        return read_headers(source, [listed], tmp_path, ZoneInfo("Asia/Jakarta"), datetime.now(UTC))

    with forbidden(file):
        (backup,) = read().backups
        assert backup.header is None
        with pytest.raises(UnreadableError):
            source.fetch(listed, inbox / "copy", lambda _: None)
    (backup,) = read().backups
    assert backup.header is not None
