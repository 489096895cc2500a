"""A Dropbox that this process is set up for, and the source that looks into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER, dropbox_server
from toko_assets.backups.dropbox import DropboxSource
from toko_assets.common.settings import load_settings


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DropboxServer]:
    """With an empty folder, and no setting but those that lead to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DROPBOX_APP_SECRET", raising=False)
    with dropbox_server() as server:
        for name, value in server.settings.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def source(server: DropboxServer) -> DropboxSource:  # noqa: ARG001 - it is found by name
    return DropboxSource(load_settings(), FOLDER)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a download goes: into a folder of its own, still empty."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "toko.i5bu"
