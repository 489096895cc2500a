"""The real Dropbox SDK, for tests that use the Dropbox server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dropbox

from tests.servers.dropbox import DropboxServer

FOLDER = "/IPOS"


@contextmanager
def dropbox_server() -> Iterator[DropboxServer]:
    """Run a server with an empty folder, which this process reaches instead of Dropbox."""
    with DropboxServer() as server, server.reached_from_here():
        server.make_folder(FOLDER)
        yield server


@contextmanager
def dropbox_client(server: DropboxServer, **settings: Any) -> Iterator[Any]:
    """Create a client that does not retry, with the app's key and refresh token, unless `settings` differ."""
    usual = {
        "app_key": server.app.key, "oauth2_refresh_token": server.grant(), "timeout": 20, "max_retries_on_error": 0,
        "max_retries_on_rate_limit": 0,
    }  # fmt: skip
    with dropbox.Dropbox(**usual | settings) as client:
        yield client


def listed(page: Any) -> list[str]:
    """Return the names on a page of a listing."""
    return [entry.name for entry in page.entries]
