"""The real SDK, for tests that talk to the Dropbox server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dropbox

from tests.servers.dropbox import DropboxServer

FOLDER = "/IPOS"


@contextmanager
def dropbox_server() -> Iterator[DropboxServer]:
    """A server that this process takes for Dropbox, with an empty folder."""
    with DropboxServer() as server, server.reached_from_here():
        server.make_folder(FOLDER)
        yield server


@contextmanager
def dropbox_client(server: DropboxServer, **settings: Any) -> Iterator[Any]:
    """A client that repeats nothing by itself, with what the app is allowed, unless told otherwise."""
    usual = {
        "app_key": server.app.key, "oauth2_refresh_token": server.grant(), "timeout": 20, "max_retries_on_error": 0,
        "max_retries_on_rate_limit": 0,
    }  # fmt: skip
    with dropbox.Dropbox(**usual | settings) as client:
        yield client


def listed(page: Any) -> list[str]:
    """The names of a listing's page."""
    return [entry.name for entry in page.entries]
