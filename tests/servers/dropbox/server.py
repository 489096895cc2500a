"""The server, and its interface for tests."""

import socket
import ssl
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import trustme

from tests.servers.dropbox.faults import Fault, FaultKind
from tests.servers.dropbox.files import Files
from tests.servers.dropbox.listener import Listener
from tests.servers.dropbox.oauth import App
from tests.servers.dropbox.records import File, Folder, Received
from tests.servers.dropbox.world import Team, World

ADDRESS = "127.0.0.1"
NAMES = ("api.dropboxapi.com", "content.dropboxapi.com", "notify.dropboxapi.com")


class DropboxServer:
    """A Dropbox with one account and one app, on a port of this machine, until the `with` block ends.

    `app` is the app in Dropbox's console. `settings` are the settings in a shop's .env. A process also needs
    `environment` to reach this server; in the test's own process, use `reached_from_here`.
    """

    def __init__(self) -> None:
        self.world = World()
        self.refresh_token = self.app.grant(None, pkce=True)
        self.port = 0
        self.authority = Path()
        """The certificate that clients must trust."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._kept = ExitStack()
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        authority = trustme.CA()
        authority.issue_cert(ADDRESS, *NAMES).configure_cert(self._context)
        self.authority = Path(self._kept.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-"))) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        place = self._kept.enter_context(socket.socket())
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((ADDRESS, 0))  # this socket never listens, but reserves the port while the network is down
        self.port = place.getsockname()[1]
        self.up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.down()
        self._kept.close()
        if self.world.crashes and error is None:
            raise self.world.crashes[0]

    # Settings to reach the server

    @property
    def app(self) -> App:
        return self.world.app

    @property
    def settings(self) -> dict[str, str]:
        """The settings for an app that was authorised through PKCE, without a secret."""
        return {
            "BACKUP_SOURCE": "dropbox", "DROPBOX_APP_KEY": self.app.key, "DROPBOX_REFRESH_TOKEN": self.refresh_token,
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for a process that has not imported `dropbox` yet."""
        hosts = ("DROPBOX_API_HOST", "DROPBOX_API_CONTENT_HOST", "DROPBOX_API_NOTIFY_HOST")
        return {
            **dict.fromkeys(hosts, f"{ADDRESS}:{self.port}"),
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "no_proxy": "*",
        }

    @contextmanager
    def reached_from_here(self) -> Iterator[None]:
        """Resolve Dropbox's host names to this server in this process, even if `dropbox` is already imported."""
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
            if host in NAMES:
                host, port = ADDRESS, self.port
            return resolve(host, port, *args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", getaddrinfo)
            patch.setenv("REQUESTS_CA_BUNDLE", str(self.authority))
            patch.setenv("no_proxy", "*")
            yield

    # Actions of people

    def put(
        self, path: str, data: bytes, *, modified: datetime | None = None, client_modified: datetime | None = None
    ) -> File:
        """Upload or replace a file, which creates a new revision. Times are in UTC, and the default is now.

        Old revisions can be downloaded with `rev:`, even after the file was deleted. They are kept forever here, and
        for 30 days or more in Dropbox.
        """
        with self.world.lock:
            return self.world.files.put(path, data, modified, client_modified)

    def make_folder(self, path: str) -> Folder:
        with self.world.lock:
            return self.world.files.make_folder(path)

    def join_team(self, name: str, namespace: str = "7654321") -> Files:
        """Make the account a member of a team with a space of its own. Returns the files there."""
        with self.world.lock:
            self.world.team = Team(name, namespace, self.world.team.files if self.world.team else Files())
            return self.world.team.files

    def delete(self, path: str) -> None:
        """Remove a file, or a folder with its content. Raises FileNotFoundError."""
        with self.world.lock:
            self.world.files.delete(path)

    def authorize(self, url: str) -> str:
        """Click "Allow" on the page at this URL. Returns the code. Raises ValueError if it is an error page."""
        with self.world.lock:
            return self.app.authorize(url)

    def grant(self, scopes: tuple[str, ...] | None = None, *, pkce: bool = True) -> str:
        """Return the refresh token of an earlier authorisation. The default is all scopes of the app."""
        with self.world.lock:
            return self.app.grant(scopes, pkce)

    def revoke(self) -> None:
        """Disconnect the app. All refresh tokens and access tokens become invalid."""
        with self.world.lock:
            self.app.revoke()

    def expire_access_tokens(self) -> None:
        """Make all current access tokens expire. Refresh tokens stay valid."""
        with self.world.lock:
            self.app.expire_access_tokens()

    def reset_cursors(self) -> None:
        """Make all current cursors invalid: requests with them get the error `reset`."""
        with self.world.lock:
            self.world.files.reset_cursors()

    @property
    def page_size(self) -> int:
        """The most entries on a page of a listing, even if the client sets a higher limit."""
        return self.world.files.page_size

    @page_size.setter
    def page_size(self, size: int) -> None:
        self.world.files.page_size = size

    def end_longpolls_after(self, seconds: float) -> None:
        """End each longpoll after so many seconds, also those in progress. Dropbox waits for 30 s or more."""
        self.world.longest_poll = seconds

    # Requests so far

    @property
    def requests(self) -> list[Received]:
        """All requests so far, the oldest first."""
        with self.world.lock:
            return list(self.world.requests)

    def received(self, endpoint: str) -> list[Received]:
        """Return all requests to one endpoint, such as "files/download" or "oauth2/token"."""
        return [request for request in self.requests if request.endpoint == endpoint]

    def counts(self) -> Counter[str]:
        """Return the number of requests to each endpoint."""
        return Counter(request.endpoint for request in self.requests)

    def wait_for_request(
        self, endpoint: str, *, after: int = 0, timeout: float = 20, where: Callable[[Received], bool] = lambda _: True
    ) -> Received:
        """Wait for a request to an endpoint that is not among the first `after` of all requests, and return it."""
        found: list[Received] = []

        def has_come() -> bool:
            found.extend(r for r in self.world.requests[after:] if r.endpoint == endpoint and where(r))
            return bool(found)

        with self.world.changed:
            self.world.changed.wait_for(has_come, timeout)
            last = "\n".join(map(str, self.world.requests[-8:]))
            assert found, f"No such {endpoint} within {timeout:g} s. The last requests:\n{last}"
            return found[0]

    # Faults

    def fail(
        self, endpoint: str, kind: FaultKind, *, times: int | None = 1, after: int | None = None,
        retry_after: int | None = 1, reason: str = "too_many_requests", plain: bool = False,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Fault:  # fmt: skip
        """Make the next `times` requests to `endpoint` fail; None means all until `heal`, and `*` is any endpoint.

        - "400", "403", "429", "500", "503": a response with that status. A "429" has `retry_after` seconds (None: not
          given) and a `reason` (the other one is "too_many_write_operations"), as `plain` text or as JSON.
        - "expired-token", "invalid-token", "missing-scope": 401. "revoked", "wrong-app": 400, for "oauth2/token".
        - "path-not-found": 409. "cursor-reset": 409 for all current cursors, for "files/list_folder/continue" and
          "files/list_folder/longpoll". "backoff": a longpoll that asks for a pause of `retry_after` seconds.
        - "empty-page": a page without entries that has a next page. "repeated-entries": each entry twice.
        - "html": the page of a captive portal, with status 200.
        - "reset", "stall": the connection breaks, or stalls until `release`. This happens before the response, or in
          its body after `after` bytes. At a reset, the client loses the bytes that have not arrived yet.
        - "truncated", "short": the body ends after `after` bytes (default: half of it). Content-Length is that of the
          whole body, or of the short one. "corrupted": one byte in the middle is wrong. "none": no fault.

        `meanwhile` is called after `after` bytes of the body, for example to replace a file during its download. It
        must not call `down`, which waits for this response. For a network that dies during a response, call `down`
        during a stall.
        """
        fault = Fault(endpoint, kind, times, after, retry_after, reason, plain, meanwhile)
        with self.world.lock:
            self.world.released.clear()
            self.world.faults.add(fault)
        return fault

    def heal(self) -> None:
        """Remove all faults, and release stalled responses."""
        with self.world.lock:
            self.world.faults.heal()
        self.release()

    def release(self) -> None:
        """Continue stalled responses. Later ones do not stall until the next `fail`."""
        self.world.released.set()

    def down(self) -> None:
        """Simulate a dead network: break all connections and refuse new ones."""
        if self._listener is not None:
            self.world.is_up = False  # ends the longpolls
            self._listener.stop()
            self._listener = None

    def up(self) -> None:
        """Listen again on the same port."""
        if self._listener is None:
            self.world.is_up = True
            self._listener = Listener((ADDRESS, self.port), self._context, self.world)
