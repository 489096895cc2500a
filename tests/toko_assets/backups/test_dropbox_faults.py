"""Each failure of Dropbox: passing or permanent, one line that says what to do, and how often Dropbox was asked."""

import gc
import logging
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dropbox import DropboxServer, FaultKind
from tests.servers.dropbox_client import FOLDER
from toko_assets.backups import dropbox as dropbox_source
from toko_assets.backups import dropbox_client
from toko_assets.backups.dropbox import DropboxSource
from toko_assets.backups.listing import ListedBackup, QuietError
from toko_assets.common.settings import load_settings
from toko_core import PermanentError, TokoError, TransientError

DATA = b"PGDMP" + bytes(200_000)
BACKUP = f"{FOLDER}/toko.i5bu"
TOKEN, LIST, DOWNLOAD = "oauth2/token", "files/list_folder", "files/download"
SCOPES = ("account_info.read", "files.content.read", "files.metadata.read")
MOST = 2
"""Requests where something passing is tried again."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropbox_client, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(dropbox_client, "REPETITIONS", MOST - 1)
    monkeypatch.setattr(dropbox_source, "RESUMPTIONS", MOST)


@pytest.fixture(autouse=True)
def listed(server: DropboxServer) -> ListedBackup:
    """A backup, as it was listed before anything failed."""
    file = server.put(BACKUP, DATA)
    return ListedBackup(BACKUP, file.rev, len(DATA), file.server_modified)


def a_source() -> DropboxSource:
    """With the settings that the environment has now."""
    return DropboxSource(load_settings(), FOLDER)


def listing_error(source: DropboxSource, kind: type[TokoError]) -> str:
    """The line of a listing that fails, with an error of just this kind."""
    with pytest.raises(TokoError) as failed:
        source.listing()
    assert failed.type is kind, failed.value
    return one_line(failed.value)


def download_error(source: DropboxSource, listed: ListedBackup, target: Path, kind: type[TokoError]) -> str:
    """The same of a download, which leaves nothing."""
    with pytest.raises(TokoError) as failed:
        source.fetch(listed, target, lambda _: None)
    assert failed.type is kind, failed.value
    assert list(target.parent.iterdir()) == []
    return one_line(failed.value)


def one_line(error: TokoError) -> str:
    said = str(error)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    assert not any(word in said for word in ("Error", "Exception", "HTTPSConnectionPool", "{", "None")), said
    return said


# Listing


@pytest.mark.parametrize(
    ("endpoint", "fault", "kind", "words", "asked"),
    [
        (TOKEN, "revoked", PermanentError, "DROPBOX_REFRESH_TOKEN: it was revoked, or | run `toko dropbox-login`", 1),
        (TOKEN, "wrong-app", PermanentError, "check DROPBOX_APP_KEY and DROPBOX_APP_SECRET at https://www.dropbox", 1),
        (LIST, "invalid-token", PermanentError, "run `toko dropbox-login`", 1),
        (LIST, "missing-scope", PermanentError, "tick files.metadata.read under Permissions at https | Submit", 1),
        (LIST, "path-not-found", PermanentError, "no folder /IPOS | correct DROPBOX_FOLDER_PATH | App folder", 1),
        (LIST, "400", PermanentError, "check DROPBOX_FOLDER_PATH | DROPBOX_APP_KEY", 1),
        (LIST, "403", TransientError, "is the app enabled at https://www.dropbox.com/developers/apps?", 1),
        (TOKEN, "500", TransientError, "internal error (HTTP 500)", MOST),
        (LIST, "500", TransientError, "internal error (HTTP 500)", MOST),
        (LIST, "503", TransientError, "internal error (HTTP 503)", MOST),
        (TOKEN, "reset", TransientError, "is the network up?", MOST),
        (LIST, "reset", TransientError, "is the network up?", MOST),
        (TOKEN, "stall", TransientError, "is the network up?", MOST),
        (LIST, "stall", TransientError, "is the network up?", MOST),
        (LIST, "truncated", TransientError, "is the network up?", 1),
        (TOKEN, "html", TransientError, "network ask for a login, or is a proxy in between?", 1),
        (LIST, "html", TransientError, "network ask for a login, or is a proxy in between?", 1),
        (LIST, "short", TransientError, "is a proxy in between?", 1),
        (LIST, "corrupted", TransientError, "is a proxy in between?", 1),
        (LIST, "expired-token", TransientError, "short-lived access token has expired", 2),
    ],
)  # fmt: skip
def test_a_listing_that_fails(
    server: DropboxServer, source: DropboxSource, endpoint: str, fault: FaultKind, kind: type[TokoError], words: str,
    asked: int,
) -> None:  # fmt: skip
    server.fail(endpoint, fault, times=None)
    said = listing_error(source, kind)
    for part in words.split(" | "):
        assert part in said
    assert server.counts()[endpoint] == asked
    server.heal()
    assert source.listing().backups


@pytest.mark.parametrize("endpoint", [TOKEN, LIST])
@pytest.mark.parametrize(
    ("fault", "quiet"),
    [({"retry_after": 300}, timedelta(minutes=5)), ({"retry_after": 300, "plain": True}, timedelta(minutes=5)),
     ({"retry_after": None, "plain": True}, dropbox_client.QUIET),
     ({"retry_after": 100_000}, dropbox_client.LONGEST_QUIET)],
)  # fmt: skip
def test_too_many_requests_are_followed_by_quiet(
    server: DropboxServer, source: DropboxSource, endpoint: str, fault: dict[str, Any], quiet: timedelta
) -> None:
    server.fail(endpoint, "429", **fault)
    with pytest.raises(QuietError, match="fewer requests") as failed:
        source.listing()
    assert failed.value.quiet == quiet
    assert server.counts()[endpoint] == 1


@pytest.mark.parametrize("fault", list[FaultKind](["reset", "stall", "500"]))
@pytest.mark.parametrize("endpoint", [TOKEN, LIST])
def test_what_fails_once_is_not_told(
    server: DropboxServer, source: DropboxSource, endpoint: str, fault: FaultKind
) -> None:
    server.fail(endpoint, fault)
    assert source.listing().backups
    assert server.counts()[endpoint] == 2


def test_an_access_token_that_expires_in_the_middle_is_replaced(server: DropboxServer, source: DropboxSource) -> None:
    server.page_size = 1
    server.put(f"{FOLDER}/other.i5bu", DATA)
    server.fail(LIST, "none", meanwhile=server.expire_access_tokens)
    assert len(source.listing().backups) == 2
    assert server.counts() == {TOKEN: 2, LIST: 1, "files/list_folder/continue": 2}


def test_an_app_that_was_disconnected_is_not_asked_twice(server: DropboxServer, source: DropboxSource) -> None:
    server.revoke()
    assert "`toko dropbox-login`" in listing_error(source, PermanentError)
    assert server.counts() == {TOKEN: 1}


@pytest.mark.parametrize("setting", ["DROPBOX_APP_KEY", "DROPBOX_APP_SECRET", "DROPBOX_REFRESH_TOKEN"])
def test_a_wrong_setting_is_named(server: DropboxServer, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting, "mistyped")
    assert setting in listing_error(a_source(), PermanentError)
    assert server.counts() == {TOKEN: 1}


def test_a_token_that_needs_the_secret_works_with_it_and_names_it_without(
    server: DropboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DROPBOX_REFRESH_TOKEN", server.grant(pkce=False))
    assert "DROPBOX_APP_SECRET" in listing_error(a_source(), PermanentError)
    monkeypatch.setenv("DROPBOX_APP_SECRET", server.app.secret)
    assert a_source().listing().backups


@pytest.mark.parametrize(
    ("folder", "words"),
    [("/LAMA", "no folder /LAMA"), (BACKUP, f"{BACKUP} is not a folder"), ("/IPOS//A", "/IPOS//A is not a folder")],
)
def test_a_folder_that_is_none_is_named(server: DropboxServer, folder: str, words: str) -> None:
    said = listing_error(DropboxSource(load_settings(), folder), PermanentError)
    assert words in said
    assert "correct DROPBOX_FOLDER_PATH" in said
    asked_for_team = {"users/get_current_account": 1} if folder == "/LAMA" else {}
    assert server.counts() == {TOKEN: 1, LIST: 1, **asked_for_team}


def test_a_dead_network_passes(server: DropboxServer, source: DropboxSource) -> None:
    server.down()
    assert "Dropbox cannot be reached: is the network up?" in listing_error(source, TransientError)
    server.up()
    assert source.listing().backups


def test_whoever_has_no_certificate_of_dropbox_gets_no_token(
    server: DropboxServer, source: DropboxSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "certificate is not accepted: is the clock right, or is a proxy" in listing_error(source, TransientError)
    assert server.requests == []


# Download


@pytest.mark.parametrize(
    ("endpoint", "fault", "kind", "words", "asked"),
    [
        (TOKEN, "revoked", PermanentError, "`toko dropbox-login`", 1),
        (DOWNLOAD, "path-not-found", TransientError, "/IPOS/toko.i5bu is gone from Dropbox", 1),
        (DOWNLOAD, "403", TransientError, "/IPOS/toko.i5bu", 1),
        (DOWNLOAD, "500", TransientError, "internal error (HTTP 500)", MOST),
        (DOWNLOAD, "503", TransientError, "internal error (HTTP 503)", MOST),
        (DOWNLOAD, "reset", TransientError, "is the network up?", MOST),
        (DOWNLOAD, "stall", TransientError, "is the network up?", MOST),
        (TOKEN, "500", TransientError, "internal error (HTTP 500)", MOST),
        (DOWNLOAD, "429", QuietError, "fewer requests", 1),
        (TOKEN, "429", QuietError, "fewer requests", 1),
    ],
)
def test_a_download_that_fails(
    server: DropboxServer, source: DropboxSource, listed: ListedBackup, target: Path, endpoint: str, fault: FaultKind,
    kind: type[TokoError], words: str, asked: int,
) -> None:  # fmt: skip
    server.fail(endpoint, fault, times=None)
    assert words in download_error(source, listed, target, kind)
    assert server.counts()[endpoint] == asked
    server.heal()
    source.fetch(listed, target, lambda _: None)
    assert target.read_bytes() == DATA


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_page_in_the_place_of_a_file_is_not_taken_for_it(
    server: DropboxServer, source: DropboxSource, listed: ListedBackup, target: Path
) -> None:
    server.fail(DOWNLOAD, "html", times=None)
    said = download_error(source, listed, target, TransientError)
    assert "does the network ask for a login, or is a proxy in between?" in said
    assert server.counts()[DOWNLOAD] == 1
    gc.collect()  # the SDK forgets the connection instead of closing it


def test_the_permission_to_download_is_named_when_it_alone_is_missing(
    server: DropboxServer, source: DropboxSource, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DROPBOX_REFRESH_TOKEN", server.grant(("files.metadata.read",)))
    source = a_source()
    said = download_error(source, source.listing().backups[0], target, PermanentError)
    assert "tick files.content.read under Permissions" in said
    assert server.counts()[DOWNLOAD] == 1


def test_a_network_that_dies_in_the_middle_of_a_download_passes(
    server: DropboxServer, source: DropboxSource, listed: ListedBackup, target: Path
) -> None:
    ended = server.fail(DOWNLOAD, "stall", after=50_000)

    def progress(_: int) -> None:
        if ended.hits == 1:
            server.down()

    with pytest.raises(TransientError, match="is the network up"):
        source.fetch(listed, target, progress)
    assert list(target.parent.iterdir()) == []
    server.up()
    source.fetch(listed, target, lambda _: None)
    assert target.read_bytes() == DATA


# Secrets


@pytest.mark.parametrize(
    ("endpoint", "fault"),
    [(TOKEN, "none"), (TOKEN, "revoked"), (TOKEN, "wrong-app"), (TOKEN, "html"), (TOKEN, "500"), (TOKEN, "reset"),
     (LIST, "missing-scope"), (LIST, "html"), (LIST, "corrupted"), (LIST, "reset"), (DOWNLOAD, "reset"),
     (DOWNLOAD, "truncated"), (DOWNLOAD, "corrupted")],
)  # fmt: skip
def test_secrets_are_in_no_error_and_no_log(
    server: DropboxServer, source: DropboxSource, target: Path, endpoint: str, fault: FaultKind,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DROPBOX_APP_SECRET", server.app.secret)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3.connectionpool")  # which is told to say little
    source = a_source()
    said = [repr(source)]
    for _ in range(2):  # as it should be, and with the failure
        try:
            source.fetch(source.listing().backups[0], target, lambda _: None)
        except TokoError as error:
            said += [repr(error), *traceback.format_exception(error)]
        server.fail(endpoint, fault, times=None)
    assert len(said) > 1 or fault == "none"
    assert {"dropbox", "urllib3.connectionpool"} <= {record.name for record in caplog.records}
    shown, secrets = caplog.text + "".join(said), {server.app.secret, server.refresh_token, *server.app.access_tokens}
    assert len(secrets) > 2
    assert [secret for secret in secrets if secret in shown] == []
