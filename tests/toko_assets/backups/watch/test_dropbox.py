"""A Dropbox folder is watched by longpolls, through everything that Dropbox and the network do."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER, dropbox_server
from tests.toko_assets.backups.watch.watching import Watched, short_pauses, watched
from toko_assets.backups.choose_source import open_source
from toko_assets.backups.watch import dropbox as watch_dropbox
from toko_assets.common.settings import load_settings

LONGPOLL, CURSOR = "files/list_folder/longpoll", "files/list_folder/get_latest_cursor"


@pytest.fixture(scope="module")
def server() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


@pytest.fixture
def found(server: DropboxServer) -> Iterator[Watched]:
    """The watch of the folder, which has begun."""
    with pytest.MonkeyPatch.context() as patch, short_pauses():
        for name, value in server.settings.items():
            patch.setenv(name, value)
        begun = len(server.requests)
        try:
            with watched(open_source(load_settings())) as found:
                found.wait()
                server.wait_for_request(LONGPOLL, after=begun)
                yield found
                server.heal()
                server.end_longpolls_after(0)
        finally:
            server.end_longpolls_after(float("inf"))


def put(server: DropboxServer) -> None:
    server.put(f"{FOLDER}/toko.i5bu", b"backup")


def test_a_change_of_the_folder_is_reported_once_and_no_other(server: DropboxServer, found: Watched) -> None:
    for _ in range(3):
        before = len(server.requests)
        put(server)
        found.wait()
        server.wait_for_request(LONGPOLL, after=before)  # with a cursor of after the change
    server.put("/elsewhere/toko.i5bu", b"backup")
    assert found.is_quiet(0.5)


def test_what_changes_before_the_next_longpoll_is_reported(server: DropboxServer, found: Watched) -> None:
    server.fail(CURSOR, "none", meanwhile=lambda: put(server))  # after the cursor was made
    put(server)
    found.wait(2)


def test_a_longpoll_that_ends_without_a_change_is_repeated_with_the_same_cursor(
    server: DropboxServer, found: Watched
) -> None:
    server.end_longpolls_after(0.1)
    put(server)
    found.wait()
    before = len(server.requests)
    last = [server.wait_for_request(LONGPOLL, after=before + later) for later in (0, 1, 2)]
    assert len({poll.argument["cursor"] for poll in last}) == 1
    assert last[0].argument["timeout"] == watch_dropbox.LONGPOLL_SECONDS
    assert found.is_quiet(0.2)


def test_dropbox_gets_the_pause_that_it_asks_for(server: DropboxServer, found: Watched) -> None:
    server.end_longpolls_after(0.1)
    put(server)
    found.wait()
    before = len(server.requests)
    server.fail(LONGPOLL, "backoff", retry_after=1)
    for later in range(4):
        server.wait_for_request(LONGPOLL, after=before + later)
    times = [poll.time for poll in server.received(LONGPOLL)]
    assert max(after - poll for poll, after in pairwise(times[-5:])) >= 1


def test_after_a_reset_the_folder_is_reported_and_watched_with_a_new_cursor(
    server: DropboxServer, found: Watched
) -> None:
    server.reset_cursors()
    found.wait()
    put(server)
    found.wait()


def test_an_expired_token_a_dead_network_and_a_dropbox_that_is_down_are_survived_and_logged_once(
    server: DropboxServer, found: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    server.expire_access_tokens()
    before = len(server.requests)
    put(server)
    found.wait()
    assert caplog.messages == []
    server.wait_for_request(LONGPOLL, after=before)
    server.down()
    server.up()
    found.wait()
    server.fail("*", "503", times=5)
    put(server)
    found.wait()
    caplog.clear()
    before = len(server.requests)
    server.fail(CURSOR, "html", times=None)
    put(server)
    for later in range(4):
        server.wait_for_request(CURSOR, after=before + later)
    server.heal()
    found.wait()
    found.forget()
    assert len(caplog.messages) == 1
    assert "The response does not come from Dropbox" in caplog.messages[0]
    assert server.refresh_token not in caplog.text
    put(server)
    found.wait()
