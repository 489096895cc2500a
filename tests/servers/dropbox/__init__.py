"""A server that speaks the Dropbox API v2 over TLS, for the real `dropbox` SDK, without Dropbox.

    with DropboxServer() as server, server.reached_from_here():
        backup = server.put("/IPOS/toko.i5bu", data)
        server.fail("files/download", "reset", after=100_000)
        download(server.settings)
        assert len(server.received("files/download")) == 2

A process of its own gets `{**server.settings, **server.environment}`.
It is as strict as Dropbox where clients trip: tokens, scopes, PKCE, arguments, content types, ranges, cursors.
"""

from tests.servers.dropbox.faults import Fault, FaultKind
from tests.servers.dropbox.oauth import App
from tests.servers.dropbox.records import File, Folder, Received
from tests.servers.dropbox.server import DropboxServer

__all__ = ["App", "DropboxServer", "Fault", "FaultKind", "File", "Folder", "Received"]
