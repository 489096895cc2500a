"""A member of a team: the folder is found in their home or in the team's space, or the error names the team."""

from pathlib import Path

import pytest

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER
from toko_assets.backups.dropbox import DropboxSource
from toko_assets.backups.listing import ListedBackup
from toko_assets.common.settings import load_settings
from toko_core import PermanentError

TEAM = "Toko Jaya"
LIST, ACCOUNT = "files/list_folder", "users/get_current_account"


def put_for_team(server: DropboxServer, data: bytes) -> None:
    server.join_team(TEAM).put(f"{FOLDER}/toko.i5bu", data, None, None)


def only(source: DropboxSource) -> ListedBackup:
    (backup,) = source.listing().backups
    return backup


def test_a_folder_in_the_teams_space_is_found_listed_and_downloaded(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.delete(FOLDER)
    put_for_team(server, b"PGDMP of the team")
    backup = only(source)
    assert source.head(backup, 6) == b"PGDMP "
    source.fetch(backup, target, lambda _: None)
    assert target.read_bytes() == b"PGDMP of the team"


def test_the_teams_space_is_searched_for_once(server: DropboxServer, source: DropboxSource) -> None:
    server.delete(FOLDER)
    put_for_team(server, b"x")
    source.listing()
    assert (server.counts()[LIST], server.counts()[ACCOUNT]) == (2, 1)
    source.listing()
    assert (server.counts()[LIST], server.counts()[ACCOUNT]) == (3, 1)


def test_a_run_that_lists_nothing_finds_a_revision_of_the_team(
    server: DropboxServer, source: DropboxSource, target: Path
) -> None:
    server.delete(FOLDER)
    put_for_team(server, b"PGDMP of the team")
    backup = only(source)
    DropboxSource(load_settings(), FOLDER).fetch(backup, target, lambda _: None)
    assert target.read_bytes() == b"PGDMP of the team"


def test_a_folder_in_the_home_is_preferred_and_nothing_more_is_asked(
    server: DropboxServer, source: DropboxSource
) -> None:
    put_for_team(server, b"PGDMP of the team")
    server.put(f"{FOLDER}/sendiri.i5bu", b"own")
    assert only(source).name == "sendiri.i5bu"
    assert server.counts()[LIST] == 1
    assert ACCOUNT not in server.counts()


def test_a_new_space_of_the_team_is_found_and_so_is_a_folder_that_moved_home(
    server: DropboxServer, source: DropboxSource
) -> None:
    server.delete(FOLDER)
    put_for_team(server, b"x")
    source.listing()
    server.join_team(TEAM, "8888888")
    assert only(source).name == "toko.i5bu"
    server.world.team = None
    server.put(f"{FOLDER}/sendiri.i5bu", b"own")
    assert only(source).name == "sendiri.i5bu"


def test_a_folder_that_is_nowhere_is_an_error_that_names_the_team(server: DropboxServer, source: DropboxSource) -> None:
    server.delete(FOLDER)
    with pytest.raises(PermanentError, match="There is no folder /IPOS in this Dropbox: correct DROPBOX_FOLDER_PATH"):
        source.listing()
    server.join_team(TEAM)
    with pytest.raises(PermanentError, match="in this Dropbox, nor in the space of the team Toko Jaya: correct"):
        source.listing()


def test_without_permission_to_read_the_account_only_the_home_is_searched(
    server: DropboxServer, source: DropboxSource
) -> None:
    server.delete(FOLDER)
    put_for_team(server, b"x")
    server.fail(ACCOUNT, "missing-scope")
    with pytest.raises(PermanentError, match="There is no folder /IPOS in this Dropbox: correct"):
        source.listing()
