"""The tests' Dropbox server behaves like Dropbox for the real SDK, and rejects the same requests."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from dropbox.common import PathRoot
from dropbox.content_hash import content_hash
from dropbox.exceptions import ApiError, BadInputError, HttpError, PathRootError
from dropbox.file_transfer import Downloader, DownloadOptions, File
from dropbox.files import DeletedMetadata, FileMetadata, FolderMetadata

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER, dropbox_client, dropbox_server, listed

DATA = random.Random(7).randbytes(9_000_000)
LIST_AND_PRINT = """
import dropbox, sys
with dropbox.Dropbox(oauth2_refresh_token=sys.argv[1], app_key=sys.argv[2]) as client:
    print([entry.name for entry in client.files_list_folder("/IPOS").entries])
"""


@pytest.fixture
def server() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


@pytest.fixture
def client(server: DropboxServer) -> Iterator[Any]:
    with dropbox_client(server) as client:
        yield client


def post(server: DropboxServer, endpoint: str, body: str, **headers: str) -> requests.Response:
    """Send a request without the SDK, with a valid token unless `headers` has another."""
    form = {"grant_type": "refresh_token", "refresh_token": server.grant(), "client_id": server.app.key}
    url = f"https://127.0.0.1:{server.port}"
    token = requests.post(f"{url}/oauth2/token", form, timeout=20).json()["access_token"]
    usual = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{url}/2/{endpoint}", body, headers=usual | named, timeout=20)


def test_another_process_reaches_the_server_through_its_environment(server: DropboxServer) -> None:
    server.put(f"{FOLDER}/toko.i5bu", b"x")
    settings = server.settings
    command = [sys.executable, "-c", LIST_AND_PRINT, settings["DROPBOX_REFRESH_TOKEN"], settings["DROPBOX_APP_KEY"]]
    done = subprocess.run(command, env={**os.environ, **server.environment}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("['toko.i5bu']\n", "")


def test_a_listing_comes_in_pages_and_continues_with_changes(client: Any, server: DropboxServer) -> None:
    for name in "abcde":
        server.put(f"{FOLDER}/{name}.i5bu", name.encode())
    server.put("/elsewhere/x.i5bu", b"x")
    page = client.files_list_folder(FOLDER, limit=3)
    names = listed(page)
    while page.has_more:
        page = client.files_list_folder_continue(page.cursor)
        names += listed(page)
    assert names == ["a.i5bu", "b.i5bu", "c.i5bu", "d.i5bu", "e.i5bu"]
    assert len(server.received("files/list_folder/continue")) == 1

    replaced = server.put(f"{FOLDER}/a.i5bu", b"new")
    server.delete(f"{FOLDER}/b.i5bu")
    server.put(f"{FOLDER}/below/y.i5bu", b"y")
    news = client.files_list_folder_continue(page.cursor)
    assert [type(entry) for entry in news.entries] == [FileMetadata, DeletedMetadata, FolderMetadata]
    assert (news.entries[0].rev, listed(news), news.has_more) == (replaced.rev, ["a.i5bu", "b.i5bu", "below"], False)
    assert listed(client.files_list_folder_continue(page.cursor)) == listed(news)
    assert listed(client.files_list_folder_continue(news.cursor)) == []


def test_the_server_may_send_smaller_pages_than_requested(client: Any, server: DropboxServer) -> None:
    server.page_size = 1
    server.put(f"{FOLDER}/a.i5bu", b"a")
    server.put(f"{FOLDER}/b.i5bu", b"b")
    assert client.files_list_folder(FOLDER, limit=100).has_more


def test_deleted_entries_are_listed_on_demand(client: Any, server: DropboxServer) -> None:
    server.put(f"{FOLDER}/a.i5bu", b"a")
    server.delete(f"{FOLDER}/a.i5bu")
    assert listed(client.files_list_folder(FOLDER)) == []
    (deleted,) = client.files_list_folder(FOLDER, include_deleted=True).entries
    assert isinstance(deleted, DeletedMetadata)
    assert isinstance(client.files_get_metadata(f"{FOLDER}/a.i5bu", include_deleted=True), DeletedMetadata)
    with pytest.raises(FileNotFoundError):
        server.delete(f"{FOLDER}/a.i5bu")


def test_the_latest_cursor_lists_only_later_changes(client: Any, server: DropboxServer) -> None:
    server.put(f"{FOLDER}/a.i5bu", b"a")
    cursor = client.files_list_folder_get_latest_cursor(FOLDER).cursor
    server.put(f"{FOLDER}/b.i5bu", b"b")
    assert listed(client.files_list_folder_continue(cursor)) == ["b.i5bu"]


def test_paths_ignore_case_and_keep_their_spelling(client: Any, server: DropboxServer) -> None:
    server.put("/ipos/Toko Maju.I5BU", b"x")
    (entry,) = client.files_list_folder("/iPoS").entries
    assert (entry.path_display, entry.path_lower) == ("/IPOS/Toko Maju.I5BU", "/ipos/toko maju.i5bu")
    assert listed(client.files_list_folder("")) == ["IPOS"]


@pytest.mark.parametrize(
    ("path", "tag"),
    [("/missing", "not_found"), (f"{FOLDER}/a.i5bu", "not_folder"), (f"{FOLDER}/", "malformed_path")],
)
def test_a_path_that_is_not_a_folder_is_rejected(client: Any, server: DropboxServer, path: str, tag: str) -> None:
    server.put(f"{FOLDER}/a.i5bu", b"a")
    with pytest.raises(ApiError) as error:
        client.files_list_folder(path)
    assert error.value.error.get_path()._tag == tag


def test_the_cursor_of_a_deleted_folder_finds_no_path(client: Any, server: DropboxServer) -> None:
    cursor = client.files_list_folder(FOLDER).cursor
    server.delete(FOLDER)
    with pytest.raises(ApiError) as error:
        client.files_list_folder_continue(cursor)
    assert error.value.error.get_path().is_not_found()


def test_cursors_from_before_a_reset_are_rejected_and_later_ones_are_not(client: Any, server: DropboxServer) -> None:
    old = client.files_list_folder(FOLDER).cursor
    server.reset_cursors()
    for _ in range(2):
        with pytest.raises(ApiError) as error:
            client.files_list_folder_continue(old)
        assert error.value.error.is_reset()
    assert listed(client.files_list_folder_continue(client.files_list_folder(FOLDER).cursor)) == []


def test_a_file_has_the_metadata_of_dropbox(client: Any, server: DropboxServer) -> None:
    stored = server.put(f"{FOLDER}/toko.i5bu", DATA, modified=datetime(2026, 3, 1, 7, 30, 5))
    found = client.files_get_metadata(f"{FOLDER}/TOKO.i5bu")
    assert (found.size, found.content_hash) == (len(DATA), content_hash(DATA))
    assert (found.server_modified, found.client_modified) == (datetime(2026, 3, 1, 7, 30, 5),) * 2
    assert len(found.rev) >= 15
    assert int(found.rev, 16)
    again = server.put(f"{FOLDER}/toko.i5bu", DATA)
    assert (again.id, again.rev != stored.rev) == (found.id, True)
    assert client.files_get_metadata(found.id).rev == again.rev
    assert isinstance(client.files_get_metadata(FOLDER), FolderMetadata)


def test_a_download_returns_the_bytes_and_their_metadata(client: Any, server: DropboxServer, tmp_path: Path) -> None:
    server.put(f"{FOLDER}/Tōko.i5bu", DATA)
    metadata = client.files_download_to_file(str(tmp_path / "a"), f"{FOLDER}/tōko.i5bu")
    assert (metadata.name, metadata.content_hash) == ("Tōko.i5bu", content_hash(DATA))
    assert (tmp_path / "a").read_bytes() == DATA


def test_old_revisions_stay_when_a_file_is_replaced_and_deleted(client: Any, server: DropboxServer) -> None:
    old = server.put(f"{FOLDER}/a.i5bu", b"old")
    server.put(f"{FOLDER}/a.i5bu", b"new")
    assert client.files_download(f"{FOLDER}/a.i5bu")[1].content == b"new"
    server.delete(f"{FOLDER}/a.i5bu")
    assert client.files_download(f"rev:{old.rev}")[1].content == b"old"
    with pytest.raises(ApiError) as error:
        client.files_download(f"{FOLDER}/a.i5bu")
    assert error.value.error.get_path().is_not_found()
    with pytest.raises(ApiError) as error:
        client.files_download(FOLDER)
    assert error.value.error.get_path().is_not_file()


@pytest.mark.parametrize(
    ("wanted", "got"), [("bytes=2-4", b"cde"), ("bytes=4-", b"ef"), ("bytes=-2", b"ef"), ("bytes=4-99", b"ef")]
)
def test_a_download_of_a_range_returns_its_bytes(client: Any, server: DropboxServer, wanted: str, got: bytes) -> None:
    server.put(f"{FOLDER}/a", b"abcdef")
    metadata, answer = client.files_download(f"{FOLDER}/a", extra_headers={"Range": wanted})
    assert (metadata.size, answer.status_code, answer.content) == (6, 206, got)
    assert server.received("files/download")[0].range == wanted


def test_a_range_beyond_the_end_is_rejected(client: Any, server: DropboxServer) -> None:
    server.put(f"{FOLDER}/a", b"abcdef")
    with pytest.raises(HttpError) as error:
        client.files_download(f"{FOLDER}/a", extra_headers={"Range": "bytes=6-"})
    assert error.value.status_code == 416


@pytest.mark.parametrize("parallel", [0, 4])
def test_a_large_file_is_transferred_by_revision(
    client: Any, server: DropboxServer, tmp_path: Path, parallel: int
) -> None:
    data = DATA * 8
    stored = server.put(f"{FOLDER}/toko.i5bu", data)
    target = tmp_path / "toko.i5bu"
    Downloader(client).download(f"rev:{stored.rev}", File(str(target)), DownloadOptions(parallel_downloads=parallel))
    assert target.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["toko.i5bu"]


def test_the_account_names_its_owner(client: Any) -> None:
    assert client.users_get_current_account().name.display_name == "Budi Santoso"
    assert client.check_user("halo").result == "halo"


def test_requests_are_recorded_without_tokens(client: Any, server: DropboxServer) -> None:
    client.files_list_folder(FOLDER, limit=7)
    token, listing = server.requests
    assert (token.endpoint, token.argument["grant_type"], token.status) == ("oauth2/token", "refresh_token", 200)
    assert (listing.endpoint, listing.argument["limit"], listing.status) == ("files/list_folder", 7, 200)
    assert listing.time > token.time
    secrets = [*server.app.access_tokens, *server.app.refresh_tokens, server.app.secret]
    assert not [secret for secret in secrets if secret in repr(server.requests)]
    assert server.counts() == {"oauth2/token": 1, "files/list_folder": 1}


@pytest.mark.parametrize(
    ("endpoint", "body", "headers", "problem"),
    [
        ("files/nothing", "{}", {}, "Unknown API function"),
        ("files/list_folder", "{}", {}, "missing required field 'path'"),
        ("files/list_folder", '{"path": "", "limits": 1}', {}, "unknown field 'limits'"),
        ("files/list_folder", '{"path": "", "limit": 2001}', {}, "limit: 2001 is not within range"),
        ("files/list_folder", '{"path": "IPOS"}', {}, "path: 'IPOS' did not match pattern"),
        ("files/list_folder", '{"path": "/"}', {}, "Specify the root folder as an empty string"),
        ("files/list_folder", "{", {}, "could not decode input as JSON"),
        ("files/list_folder", '{"path": ""}', {"Content_Type": "text/plain"}, 'Bad HTTP "Content-Type" header'),
        ("files/list_folder", '{"path": ""}', {"Authorization": "Bearer x"}, "access token is malformed"),
        ("files/list_folder", '{"path": ""}', {"Authorization": "Basic x"}, "Invalid authorization value"),
        ("users/get_current_account", "{}", {}, "expected null"),
        ("files/download", "", {"Content_Type": "text/plain"}, "Dropbox-API-Arg"),
        ("files/download", "", {"Dropbox_API_Arg": '{"path": "/a"}'}, 'Bad HTTP "Content-Type" header'),
    ],
)
def test_a_request_that_dropbox_cannot_read_is_rejected_with_its_words(
    server: DropboxServer, endpoint: str, body: str, headers: dict[str, str], problem: str
) -> None:
    answer = post(server, endpoint, body, **headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert problem in answer.text


def test_errors_of_routes_have_a_summary_and_tags(server: DropboxServer) -> None:
    answer = post(server, "files/list_folder", json.dumps({"path": "/missing"}))
    expected = {"error_summary": "path/not_found/..", "error": {".tag": "path", "path": {".tag": "not_found"}}}
    assert (answer.status_code, answer.json()) == (409, expected)


def test_bad_arguments_are_a_bad_input_error_for_the_sdk(client: Any) -> None:
    with pytest.raises(BadInputError, match="root folder"):
        client.files_list_folder("/")


def test_requests_on_one_connection_follow_each_other(server: DropboxServer) -> None:
    with closing(requests.Session()) as session:
        for _ in range(3):
            answer = session.post(f"https://127.0.0.1:{server.port}/2/check/user", "{}", timeout=20)
            assert (answer.status_code, answer.headers.get("Connection")) == (400, None)


def test_paths_are_below_the_root_that_a_request_names(server: DropboxServer) -> None:
    server.put("/a.txt", b"home")
    with dropbox_client(server) as client:
        own = client.users_get_current_account().root_info
        assert own.root_namespace_id == own.home_namespace_id
        team = server.join_team("Toko Jaya")
        team.put("/b.txt", b"team", None, None)
        account = client.users_get_current_account()
        assert account.team.name == "Toko Jaya"
        below = client.with_path_root(PathRoot.root(account.root_info.root_namespace_id))
        assert listed(below.files_list_folder("")) == ["b.txt"]
        assert listed(client.files_list_folder("")) == listed(
            client.with_path_root(PathRoot.home).files_list_folder("")
        )
        with pytest.raises(PathRootError) as error:
            client.with_path_root(PathRoot.root(own.home_namespace_id)).files_list_folder("")
        assert error.value.error.get_invalid_root().root_namespace_id == account.root_info.root_namespace_id
        with pytest.raises(PathRootError) as error:
            client.with_path_root(PathRoot.namespace_id("1")).files_list_folder("")
        assert error.value.error.is_no_permission()
