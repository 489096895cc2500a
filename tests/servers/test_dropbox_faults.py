"""Faults on demand, as the real SDK reports them. The server always stops cleanly."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from dropbox.exceptions import ApiError, AuthError, BadInputError, InternalServerError, RateLimitError
from dropbox.file_transfer import Downloader, TransferError

from tests.servers.dropbox import DropboxServer, FaultKind, File
from tests.servers.dropbox_client import FOLDER, dropbox_client, dropbox_server, listed

DATA = random.Random(7).randbytes(3_000_000)
BACKUP = f"{FOLDER}/toko.i5bu"
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
Failure = type[Exception] | tuple[type[Exception], ...]


@pytest.fixture
def server() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


@pytest.fixture(autouse=True)
def backup(server: DropboxServer) -> File:
    return server.put(BACKUP, DATA)


@pytest.fixture
def client(server: DropboxServer) -> Iterator[Any]:
    with dropbox_client(server) as client:
        yield client


@pytest.fixture
def hasty(server: DropboxServer) -> Iterator[Any]:
    """A client with a timeout of one second."""
    with dropbox_client(server, timeout=1) as client:
        yield client


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each sleep of the SDK. The test does not really sleep."""
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    return naps


@pytest.mark.parametrize(
    ("kind", "failure", "words"),
    [
        ("400", BadInputError, "could not decode input"),
        ("403", ApiError, "ListFolderError('other', None)"),
        ("429", RateLimitError, "too_many_requests"),
        ("500", InternalServerError, "500"),
        ("503", InternalServerError, "503"),
        ("expired-token", AuthError, "expired_access_token"),
        ("invalid-token", AuthError, "invalid_access_token"),
        ("missing-scope", AuthError, "required_scope='files.metadata.read'"),
        ("path-not-found", ApiError, "not_found"),
        ("html", AssertionError, "'text/html"),
        ("reset", requests.ConnectionError, "Connection aborted"),
        ("truncated", BROKEN, "IncompleteRead"),
        ("short", ValueError, ""),
        ("corrupted", ValueError, ""),
    ],
)
def test_a_failed_listing_raises_the_error_of_the_sdk(
    client: Any, server: DropboxServer, kind: FaultKind, failure: Failure, words: str
) -> None:
    client.files_list_folder(FOLDER)
    fault = server.fail("files/list_folder", kind, times=None)
    with pytest.raises(failure) as failed:
        client.files_list_folder(FOLDER)
    assert words in str(failed.value)
    assert fault.hits == (2 if kind == "expired-token" else 1)
    server.heal()
    assert listed(client.files_list_folder(FOLDER)) == ["toko.i5bu"]


@pytest.mark.parametrize(
    ("kind", "failure", "words"),
    [
        ("revoked", AuthError, "invalid_access_token"),
        ("wrong-app", BadInputError, "invalid_client"),
        ("429", RateLimitError, "too_many_requests"),
        ("500", InternalServerError, "500"),
        ("html", requests.exceptions.JSONDecodeError, "Expecting value"),
        ("reset", requests.ConnectionError, "Connection aborted"),
    ],
)
def test_a_failed_refresh_raises_the_error_of_the_sdk(
    client: Any, server: DropboxServer, kind: FaultKind, failure: Failure, words: str
) -> None:
    server.fail("oauth2/token", kind)
    with pytest.raises(failure) as failed:
        client.files_list_folder(FOLDER)
    assert words in str(failed.value)
    assert server.counts() == {"oauth2/token": 1}
    assert listed(client.files_list_folder(FOLDER)) == ["toko.i5bu"]


@pytest.mark.parametrize("after", [None, 200])
def test_a_listing_that_stalls_is_given_up_by_the_client(hasty: Any, server: DropboxServer, after: int | None) -> None:
    server.fail("files/list_folder", "stall", after=after)
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError), match="Read timed out"):
        hasty.files_list_folder(FOLDER)
    assert server.received("files/list_folder")[0].status == 0
    assert listed(hasty.files_list_folder(FOLDER)) == ["toko.i5bu"]


def test_a_listing_that_stalls_continues_when_it_is_released(client: Any, server: DropboxServer) -> None:
    server.fail("files/list_folder", "stall", meanwhile=server.release)
    assert listed(client.files_list_folder(FOLDER)) == ["toko.i5bu"]


def test_the_end_of_the_server_does_not_wait_for_a_stall() -> None:
    before = threading.active_count()
    with dropbox_server() as server, dropbox_client(server) as client:
        client.files_list_folder(FOLDER)
        server.fail("files/list_folder", "stall")
        failures: list[Exception] = []

        def ask() -> None:
            try:
                client.files_list_folder(FOLDER)
            except requests.ConnectionError as error:
                failures.append(error)

        asker = threading.Thread(target=ask)
        asker.start()
        server.wait_for_request("files/list_folder", after=2)
    asker.join()
    assert len(failures) == 1
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("options", "slept"),
    [({"retry_after": 7}, 7), ({"retry_after": 7, "plain": True}, 7), ({"retry_after": None, "plain": True}, 5),
     ({"retry_after": None}, 1)],
)  # fmt: skip
def test_the_sdk_sleeps_as_long_as_the_server_asks(
    server: DropboxServer, naps: list[float], options: dict[str, Any], slept: int
) -> None:
    server.fail("files/list_folder", "429", times=2, **options)
    with dropbox_client(server, max_retries_on_rate_limit=2) as client:
        client.files_list_folder(FOLDER)
    assert naps == [slept, slept]


def test_too_many_write_operations_are_reported_as_such(client: Any, server: DropboxServer) -> None:
    server.fail("*", "429", reason="too_many_write_operations", retry_after=3)
    with pytest.raises(RateLimitError) as failed:
        client.files_list_folder(FOLDER)
    assert failed.value.backoff == 3
    assert failed.value.error.reason.is_too_many_write_operations()


def test_the_sdk_repeats_after_server_errors_with_growing_sleeps(server: DropboxServer, naps: list[float]) -> None:
    server.fail("files/list_folder", "503", times=3)
    with dropbox_client(server, max_retries_on_error=3) as client:
        client.files_list_folder(FOLDER)
    assert len(server.received("files/list_folder")) == 4
    assert [nap <= limit for nap, limit in zip(naps, (2, 4, 8), strict=True)] == [True, True, True]


def test_pages_may_be_empty_and_entries_repeated(client: Any, server: DropboxServer) -> None:
    server.fail("files/list_folder", "empty-page")
    server.fail("files/list_folder/continue", "empty-page")
    server.fail("files/list_folder/continue", "repeated-entries")
    page = client.files_list_folder(FOLDER)
    pages = [listed(page)]
    while page.has_more:
        page = client.files_list_folder_continue(page.cursor)
        pages.append(listed(page))
    assert pages == [[], [], ["toko.i5bu", "toko.i5bu"]]


def test_a_cursor_is_reset_on_demand(client: Any, server: DropboxServer) -> None:
    cursor = client.files_list_folder(FOLDER).cursor
    server.fail("files/list_folder/continue", "cursor-reset")
    for _ in range(2):
        with pytest.raises(ApiError) as error:
            client.files_list_folder_continue(cursor)
        assert error.value.error.is_reset()


@pytest.mark.parametrize(
    ("kind", "failure", "requests_made"),
    [
        ("403", ApiError, 1),
        ("429", RateLimitError, 3),
        ("500", InternalServerError, 3),
        ("missing-scope", AuthError, 1),
        ("path-not-found", ApiError, 1),
        ("html", KeyError, 1),
        ("reset", requests.ConnectionError, 3),
        ("stall", requests.ReadTimeout, 3),
        ("truncated", BROKEN, 3),
        ("short", EOFError, 3),
        ("corrupted", TransferError, 1),
    ],
)
def test_a_failed_transfer_leaves_nothing(
    client: Any,
    hasty: Any,
    server: DropboxServer,
    backup: File,
    tmp_path: Path,
    kind: FaultKind,
    failure: Failure,
    requests_made: int,
) -> None:
    server.fail("files/download", kind, times=None)
    with pytest.raises(failure):
        Downloader(hasty if kind == "stall" else client).download_file(
            BACKUP, str(tmp_path / "toko.i5bu"), rev=backup.rev
        )
    assert len(server.received("files/download")) == requests_made
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["reset", "stall", "truncated", "short"])
def test_an_interrupted_transfer_resumes_where_it_stopped(
    client: Any, hasty: Any, server: DropboxServer, backup: File, tmp_path: Path, kind: FaultKind
) -> None:
    server.fail("files/download", kind, after=2_000_000)
    Downloader(hasty if kind == "stall" else client).download_file(BACKUP, str(tmp_path / "toko.i5bu"), rev=backup.rev)
    assert (tmp_path / "toko.i5bu").read_bytes() == DATA
    first, second = server.received("files/download")
    assert (first.range, first.status, second.status) == ("", 0 if kind != "short" else 200, 206)
    assert 0 < int(second.range.removeprefix("bytes=").removesuffix("-")) <= 2_000_000


def test_a_file_replaced_during_its_transfer_matters_only_without_a_revision(
    client: Any, server: DropboxServer, backup: File, tmp_path: Path
) -> None:
    def replace() -> None:
        server.put(BACKUP, DATA[::-1])

    server.fail("files/download", "truncated", after=2_000_000, meanwhile=replace)
    Downloader(client).download_file(BACKUP, str(tmp_path / "a"), rev=backup.rev)
    assert (tmp_path / "a").read_bytes() == DATA
    server.fail("files/download", "truncated", after=2_000_000, meanwhile=replace)
    with pytest.raises(TransferError, match="remote file changed during download"):
        Downloader(client).download_file(BACKUP, str(tmp_path / "b"))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(("kind", "size"), [("short", 1_000_000), ("corrupted", len(DATA))])
def test_the_simple_download_accepts_damaged_content(
    client: Any, server: DropboxServer, tmp_path: Path, kind: FaultKind, size: int
) -> None:
    server.fail("files/download", kind, after=1_000_000)
    client.files_download_to_file(str(tmp_path / "a"), BACKUP)
    assert (tmp_path / "a").stat().st_size == size
    assert (tmp_path / "a").read_bytes() != DATA


def test_a_dead_network_refuses_connections_until_it_is_up_again(client: Any, server: DropboxServer) -> None:
    client.files_list_folder(FOLDER)
    port = server.port
    server.down()
    with pytest.raises(requests.ConnectionError, match="refused"):
        client.files_list_folder(FOLDER)
    assert len(server.received("files/list_folder")) == 1
    server.up()
    assert listed(client.files_list_folder(FOLDER)) == ["toko.i5bu"]
    assert server.port == port


def test_faults_happen_in_order_and_as_often_as_requested(client: Any, server: DropboxServer) -> None:
    server.fail("files/list_folder", "500", times=2)
    server.fail("files/list_folder", "path-not-found")
    for failure in (InternalServerError, InternalServerError, ApiError):
        with pytest.raises(failure):
            client.files_list_folder(FOLDER)
    assert listed(client.files_list_folder(FOLDER)) == ["toko.i5bu"]


def test_the_server_leaves_no_thread() -> None:
    before = threading.active_count()
    with dropbox_server() as server, dropbox_client(server) as client:
        client.files_list_folder(FOLDER)
    assert threading.active_count() == before
