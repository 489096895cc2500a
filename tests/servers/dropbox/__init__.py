"""A fake Dropbox server that speaks the real API v2 over TLS, for tests with the real `dropbox` SDK.

    with DropboxServer() as server, server.reached_from_here():
        backup = server.put("/IPOS/toko.i5bu", data)
        server.fail("files/download", "reset", after=100_000)
        download(server.settings)
        assert len(server.received("files/download")) == 2

Another process needs `{**server.settings, **server.environment}` in its environment.
The server is as strict as Dropbox where clients make mistakes: tokens, scopes, PKCE, arguments, content types, ranges
and cursors.
"""

from tests.servers.dropbox.faults import Fault, FaultKind
from tests.servers.dropbox.oauth import App
from tests.servers.dropbox.records import File, Folder, Received
from tests.servers.dropbox.server import DropboxServer

__all__ = ["App", "DropboxServer", "Fault", "FaultKind", "File", "Folder", "Received"]
