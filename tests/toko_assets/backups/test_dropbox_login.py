"""`toko dropbox-login` and what `toko doctor` says of Dropbox, against a server that speaks Dropbox's protocol."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from rich.console import Console

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import dropbox_server
from toko_assets.backups.dropbox_login import log_in
from toko_assets.cli.doctor.backups import look_at_backups
from toko_assets.cli.doctor.finding import Finding, Mark
from toko_assets.common.settings import Settings, load_settings
from toko_core import TokoError


@pytest.fixture
def server() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


def logged_in(server: DropboxServer, code: Callable[[str], str], key: str | None = None) -> str:
    """What the person sees who opens the page that is named and types `code` of its address."""
    output = StringIO()

    def ask(_: str) -> str:
        address = next(line for line in output.getvalue().splitlines() if line.startswith("https://"))
        return code(address)

    log_in(key or server.app.key, Console(file=output, width=80), ask)
    return output.getvalue()


def settings_of(server: DropboxServer, monkeypatch: pytest.MonkeyPatch, **others: str) -> Settings:
    for name, value in {**server.settings, **others}.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def found(settings: Settings) -> list[Finding]:
    return list(look_at_backups(settings))


def test_the_line_it_prints_gives_access_without_a_secret(
    server: DropboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("/IPOS/i5_TOKO.i5bu", b"x" * 2_000_000)
    said = logged_in(server, server.authorize)
    lines = dict(line.split("=", 1) for line in said.splitlines() if line.startswith(("BACKUP", "DROPBOX")))
    assert set(lines) == {"BACKUP_SOURCE", "DROPBOX_APP_KEY", "DROPBOX_REFRESH_TOKEN"}
    findings = found(settings_of(server, monkeypatch, **lines))
    assert [finding.mark for finding in findings] == [Mark.GOOD, Mark.GOOD]
    assert "1 backups of the shop in the Dropbox folder /IPOS, the newest i5_TOKO.i5bu, 2.0 MB" in findings[1].said


@pytest.mark.parametrize("code", ["", "falsch"])
def test_a_wrong_code_is_one_line(server: DropboxServer, code: str) -> None:
    with pytest.raises(TokoError, match="rejects this code"):
        logged_in(server, lambda _: code)


def test_a_wrong_app_key_is_one_line(server: DropboxServer) -> None:
    with pytest.raises(TokoError, match=r"does not know this app key|rejects this code"):
        logged_in(server, lambda _: "code", key="unbekannt")


def test_a_dead_network_is_one_line(server: DropboxServer) -> None:
    code = []

    def hang_up(address: str) -> str:
        code.append(server.authorize(address))
        server.down()
        return code[0]

    with pytest.raises(TokoError, match="cannot be reached: is the network up"):
        logged_in(server, hang_up)


@pytest.mark.parametrize("scope", ["files.metadata.read", "files.content.read"])
@pytest.mark.parametrize("backups", [0, 1])
def test_doctor_names_a_permission_that_is_missing(
    server: DropboxServer, monkeypatch: pytest.MonkeyPatch, scope: str, backups: int
) -> None:
    for number in range(backups):
        server.put(f"/IPOS/{number}.i5bu", b"x")
    token = server.grant(tuple(s for s in server.app.scopes if s != scope))
    wrong = [
        f.said for f in found(settings_of(server, monkeypatch, DROPBOX_REFRESH_TOKEN=token)) if f.mark is Mark.WRONG
    ]
    assert len(wrong) == 1
    assert f"tick {scope} under Permissions" in wrong[0]
    assert token not in wrong[0]


def test_doctor_says_what_else_is_wrong(server: DropboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = found(settings_of(server, monkeypatch))
    assert "There is no backup" in empty[-1].said
    missing = found(settings_of(server, monkeypatch, DROPBOX_FOLDER_PATH="/TIDAK ADA"))
    assert "There is no folder /TIDAK ADA" in missing[0].said
    server.put("/IPOS/i5 (conflicted copy 2026-01-05).i5bu", b"x")
    conflicted = found(settings_of(server, monkeypatch, DROPBOX_FOLDER_PATH="/IPOS"))
    assert any("is a conflicted copy" in finding.said for finding in conflicted)
    server.revoke()
    revoked = found(settings_of(server, monkeypatch))
    assert "run `toko dropbox-login`" in revoked[0].said
    server.down()
    assert "is the network up?" in found(settings_of(server, monkeypatch))[0].said
